"""Who may call what: the tables that `test_access_matrix` holds the server to.

A path of the server that is missing here fails there. At the Mastodon door a caller is named with the
scopes of which one is enough; every method that is not listed is answered with 404.
"""

MASTODON = {
    ("member", ""): """
        GET v1/emails/check_confirmation
        POST v1/emails/confirmations
    """,
    ("member", "follow read read:blocks"): """
        GET v1/blocks
        GET v1/domain_blocks
    """,
    ("member", "follow read read:follows"): """
        GET latchkey/v1/accounts/<pk>/gate
        GET latchkey/v1/approvals
        GET latchkey/v1/decisions
        GET latchkey/v1/export/<kind>.csv
        GET latchkey/v1/followers
        GET latchkey/v1/gate
        GET latchkey/v1/gate/check
        GET latchkey/v1/kept_out
        GET latchkey/v1/requests
        GET latchkey/v1/requests/<pk>
        GET latchkey/v1/sent
        GET v1/follow_requests
        GET v1/follow_requests/outgoing
        GET v1/followed_tags
        GET v1/pleroma/outgoing_follow_requests
    """,
    ("member", "follow read read:mutes"): """
        GET v1/mutes
    """,
    ("member", "follow write write:blocks"): """
        POST v1/accounts/<account>/block
        POST v1/accounts/<account>/unblock
        POST|DELETE v1/domain_blocks
        GET v1/domain_blocks/preview
    """,
    ("member", "follow write write:follows"): """
        POST latchkey/v1/accounts/<pk>/ask
        POST latchkey/v1/approvals
        DELETE latchkey/v1/approvals/<pk>
        POST latchkey/v1/batches/<pk>/undo
        POST latchkey/v1/decisions/<pk>/undo
        POST latchkey/v1/followers/remove
        PATCH latchkey/v1/gate
        POST latchkey/v1/kept_out
        DELETE latchkey/v1/kept_out/<pk>
        POST latchkey/v1/requests/decide
        POST latchkey/v1/requests/seen
        POST latchkey/v1/sent/cancel
        POST v1/accounts/<account>/follow
        POST v1/accounts/<account>/remove_from_followers
        POST v1/accounts/<account>/unfollow
        POST v1/follow_requests/<account>/authorize
        POST v1/follow_requests/<account>/reject
    """,
    ("member", "follow write write:mutes"): """
        POST v1/accounts/<account>/mute
        POST v1/accounts/<account>/unmute
    """,
    ("member", "profile read read:accounts"): """
        GET v1/accounts/verify_credentials
        GET v1/profile
    """,
    ("member", "push"): """
        GET|POST|PUT|DELETE v1/push/subscription
    """,
    ("member", "read read:accounts"): """
        GET v1/accounts/search
        GET v1/annual_reports
        GET v1/endorsements
        GET v1/featured_tags
        GET v1/featured_tags/suggestions
        GET v1/preferences
        GET v1/suggestions
        GET v2/suggestions
    """,
    ("member", "read read:bookmarks"): """
        GET v1/bookmarks
    """,
    ("member", "read read:collections"): """
        GET v1/collections
    """,
    ("member", "read read:favourites"): """
        GET v1/favourites
    """,
    ("member", "read read:filters"): """
        GET v1/filters
        GET v2/filters
    """,
    ("member", "read read:follows"): """
        GET v1/accounts/familiar_followers
        GET v1/accounts/relationships
    """,
    ("member", "read read:lists"): """
        GET v1/accounts/<account>/lists
        GET v1/lists
        GET v1/lists/<pk>
        GET v1/lists/<pk>/accounts
        GET v1/timelines/list/<pk>
    """,
    ("member", "read read:notifications"): """
        GET v1/notifications
        GET v1/notifications/<notice>
        GET v1/notifications/policy
        GET v1/notifications/requests
        GET v1/notifications/requests/<notice>
        GET v1/notifications/requests/merged
        GET v1/notifications/unread_count
        GET v2/notifications
        GET v2/notifications/<key>
        GET v2/notifications/<key>/accounts
        GET v2/notifications/policy
        GET v2/notifications/unread_count
    """,
    ("member", "read read:statuses"): """
        GET v1/conversations
        GET v1/markers
        GET v1/scheduled_statuses
        GET v1/timelines/home
    """,
    ("member", "write write:accounts"): """
        POST v1/accounts/<account>/endorse
        POST v1/accounts/<account>/note
        POST v1/accounts/<account>/pin
        POST v1/accounts/<account>/unendorse
        POST v1/accounts/<account>/unpin
        PATCH v1/accounts/update_credentials
        PUT|PATCH v1/profile
        DELETE v1/profile/avatar
        DELETE v1/profile/header
        DELETE v1/suggestions/<account>
    """,
    ("member", "write write:collections"): """
        POST v1/collections
    """,
    ("member", "write write:lists"): """
        POST v1/lists
        PUT|DELETE v1/lists/<pk>
        POST|DELETE v1/lists/<pk>/accounts
    """,
    ("member", "write write:notifications"): """
        POST v1/notifications/<notice>/dismiss
        POST v1/notifications/clear
        PUT|PATCH v1/notifications/policy
        POST v1/notifications/requests/<notice>/accept
        POST v1/notifications/requests/<notice>/dismiss
        POST v1/notifications/requests/accept
        POST v1/notifications/requests/dismiss
        POST v2/notifications/<key>/dismiss
        POST v2/notifications/clear
        PUT|PATCH v2/notifications/policy
    """,
    ("member", "write write:reports"): """
        POST v1/reports
    """,
    ("member", "write write:statuses"): """
        POST v1/markers
    """,
    ("member", "admin:read admin:read:accounts"): """
        GET v1/admin/accounts
        GET v1/admin/accounts/<account>
        GET v2/admin/accounts
    """,
    ("member", "admin:write admin:write:accounts"): """
        DELETE v1/admin/accounts/<account>
        POST v1/admin/accounts/<account>/action
        POST v1/admin/accounts/<account>/approve
        POST v1/admin/accounts/<account>/enable
        POST v1/admin/accounts/<account>/reject
        POST v1/admin/accounts/<account>/unsensitive
        POST v1/admin/accounts/<account>/unsilence
        POST v1/admin/accounts/<account>/unsuspend
    """,
    ("member", "admin:read admin:read:reports"): """
        GET v1/admin/reports
        GET v1/admin/reports/<pk>
    """,
    ("member", "admin:write admin:write:reports"): """
        POST v1/admin/reports/<pk>/assign_to_self
        POST v1/admin/reports/<pk>/reopen
        POST v1/admin/reports/<pk>/resolve
        POST v1/admin/reports/<pk>/unassign
        PUT|PATCH v1/admin/reports/<pk>
    """,
    ("any token", ""): """
        GET v1/apps/verify_credentials
    """,
    ("app", "write write:accounts"): """
        POST v1/accounts
    """,
    ("somebody", ""): """
        GET v1/accounts/<account>/identity_proofs
        GET v1/announcements
    """,
    ("anybody", ""): """
        GET v1/accounts/<account>/featured_tags
        GET v1/tags/<name>
    """,
    ("anybody", "read read:accounts"): """
        GET v1/accounts
        GET v1/accounts/<account>
        GET v1/accounts/<account>/endorsements
        GET v1/accounts/<account>/followers
        GET v1/accounts/<account>/following
        GET v1/accounts/lookup
    """,
    ("anybody", "read read:collections"): """
        GET v1/accounts/<account>/collections
        GET v1/accounts/<account>/in_collections
    """,
    ("anybody", "read read:search"): """
        GET v2/search
    """,
    ("anybody", "read read:statuses"): """
        GET v1/accounts/<account>/statuses
        GET v1/timelines/link
        GET v1/timelines/public
        GET v1/timelines/tag/<name>
    """,
    ("everybody", ""): """
        GET v1/custom_emojis
        GET v1/directory
        GET v1/instance
        GET v1/instance/activity
        GET v1/instance/extended_description
        GET v1/instance/languages
        GET v1/instance/peers
        GET v1/instance/privacy_policy
        GET v1/instance/rules
        GET v1/instance/terms_of_service
        GET v1/instance/translation_languages
        GET v1/trends
        GET v1/trends/links
        GET v1/trends/statuses
        GET v1/trends/tags
        GET v2/instance
    """,
    ("no token", ""): """
        POST v1/apps
    """,
}

# The callers whom each endpoint of the Twittner door wants; the method makes no difference.
TWITTNER = {
    "member": """
        accept_follow avatar block_user change_password cover cover_reposition delete_account delete_notifs follow
        follow_requests gen_settings get_notifications get_priv_settings ignore_follow language logout profile_report
        save_pnotif_token set_priv_settings verify_user
    """,
    "guest": "login oauth resetpassword signup",
    "anybody": "fetch_followers fetch_following profile refresh_access_token search_people",
}

# Which screens of each model of the admin a role may open; a helper opens none of them.
EVERYTHING, TO_READ = "changelist add history delete change", "changelist change"
FOR_BOTH = {"moderator": TO_READ, "root": TO_READ}
ADMIN = {
    "auth/group": {"moderator": "", "root": EVERYTHING},
    "accounts/account": {"moderator": "changelist change history", "root": EVERYTHING + " password"},
    "accounts/application": FOR_BOTH,
    "accounts/invite": {"moderator": "changelist add change history", "root": EVERYTHING},
    "accounts/maildomain": {"moderator": EVERYTHING, "root": EVERYTHING},
    "accounts/rule": {"moderator": "", "root": EVERYTHING},
    "accounts/document": {"moderator": "", "root": EVERYTHING},
    "accounts/badgerequest": {"moderator": "", "root": TO_READ + " film"},
    "accounts/session": {"moderator": "", "root": TO_READ},
    "compat_mastodon/accesstoken": {"moderator": "", "root": TO_READ},
    "compat_mastodon/application": {"moderator": "", "root": TO_READ},
    "follows/block": FOR_BOTH,
    "follows/decision": FOR_BOTH,
    "follows/follow": FOR_BOTH,
    "follows/followrequest": FOR_BOTH,
    "follows/leaving": {"moderator": "", "root": TO_READ},
    "follows/notice": {"moderator": "", "root": TO_READ},
    "follows/opening": {"moderator": "", "root": TO_READ},
    "follows/report": FOR_BOTH,
    "follows/serverrule": {"moderator": EVERYTHING, "root": EVERYTHING},
}
# The other addresses of the admin, and what all who may enter it hear there.
ADMIN_ITSELF = {
    "": 200,
    "login/": 302,  # to the page where everybody signs in
    "logout/": 405,  # by GET
    "password_change/": 200,
    "password_change/done/": 200,
    "autocomplete/": 403,  # without the names of a field
    "jsi18n/": 200,
    "r/<path:content_type_id>/<path:object_id>/": 404,
    "^(?P<app_label>auth|accounts|follows|compat_mastodon)/$": 404,
    "(?P<url>.*)$": 404,
}
