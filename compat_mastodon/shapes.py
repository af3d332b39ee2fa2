"""The answers of the Mastodon API as JSON Schema (mastodon.md §4), for its documentation."""

from typing import Any

Shape = dict[str, Any]


def a(kind: str, *, null: bool = False, **more: Any) -> Shape:
    return {"type": [kind, "null"] if null else kind, **more}


def ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


def many(shape: Shape) -> Shape:
    return a("array", items=shape)


def mapping(required: dict[str, Shape], **optional: Shape) -> Shape:
    """An object whose keys are known; others may come with later versions."""
    return a("object", properties=required | optional, required=list(required))


TEXT, FLAG, COUNT, MAYBE_FLAG = a("string"), a("boolean"), a("integer", minimum=0), a("boolean", null=True)
ID = a("string", pattern="^[0-9]+$")
MOMENT = a("string", pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
LINK = a("string", pattern="^https?://")
FIELD = mapping({"name": TEXT, "value": TEXT, "verified_at": a("string", null=True)})
NONE = a("array", maxItems=0)
DONE = a("object", maxProperties=0)

_ACCOUNT = {
    "id": ID,
    "username": TEXT,
    "acct": TEXT,
    "display_name": TEXT,
    "locked": FLAG,
    "bot": FLAG,
    "discoverable": MAYBE_FLAG,
    "indexable": FLAG,
    "group": FLAG,
    "created_at": MOMENT,
    "note": TEXT,
    "url": LINK,
    "uri": LINK,
    "avatar": LINK,
    "avatar_static": LINK,
    "avatar_description": TEXT,
    "header": LINK,
    "header_static": LINK,
    "header_description": TEXT,
    "followers_count": COUNT,
    "following_count": COUNT,
    "statuses_count": COUNT,
    "last_status_at": a("string", null=True),
    "hide_collections": MAYBE_FLAG,
    "show_media": FLAG,
    "show_media_replies": FLAG,
    "show_featured": FLAG,
    "feature_approval": mapping({"automatic": many(TEXT), "manual": many(TEXT), "current_user": TEXT}),
    "emojis": many(a("object")),
    "fields": many(FIELD),
}
_GROUP = {
    "group_key": TEXT,
    "notifications_count": a("integer", minimum=1),
    "type": TEXT,
    "most_recent_notification_id": a("integer", minimum=1),
    "sample_account_ids": many(ID),
}
_EVENT = mapping(
    {
        "id": ID,
        "type": a("string", enum=["user_domain_block"]),
        "purged": FLAG,
        "target_name": TEXT,
        "followers_count": COUNT,
        "following_count": COUNT,
        "created_at": MOMENT,
    }
)
_FALLBACK = mapping({"title": TEXT, "summary": TEXT, "description": a("null")})
_SUMMARY = mapping({"pending_requests_count": COUNT, "pending_notifications_count": COUNT})
_RULE = a("string", enum=["accept", "filter", "drop"])
_APPLICATION = {
    "id": ID,
    "name": TEXT,
    "website": a("string", null=True),
    "scopes": many(TEXT),
    "redirect_uris": many(TEXT),
    "vapid_key": TEXT,
    "redirect_uri": TEXT,
}
_MARKER = mapping({"last_read_id": ID, "version": COUNT, "updated_at": MOMENT})
_TEXT_PAGE = mapping({"updated_at": a("string", null=True), "content": TEXT})

COMPONENTS: dict[str, Shape] = {
    "Account": mapping(_ACCOUNT, suspended=FLAG, limited=FLAG, noindex=FLAG, roles=many(a("object"))),
    "CredentialAccount": mapping({**_ACCOUNT, "source": a("object"), "role": a("object")}),
    "Profile": mapping(
        {
            "id": ID,
            **dict.fromkeys(("display_name", "note", "avatar_description", "header_description"), TEXT),
            **dict.fromkeys(("avatar", "avatar_static", "header", "header_static"), a("string", null=True)),
            **dict.fromkeys(("locked", "bot", "indexable", "show_media", "show_media_replies", "show_featured"), FLAG),
            **dict.fromkeys(("discoverable", "hide_collections"), MAYBE_FLAG),
            "formatted_note": TEXT,
            "fields": many(FIELD),
            "formatted_fields": many(FIELD),
            "attribution_domains": many(TEXT),
            "featured_tags": NONE,
        }
    ),
    "MutedAccount": mapping({**_ACCOUNT, "mute_expires_at": a("string", null=True)}),
    "Relationship": mapping(
        {
            **dict.fromkeys(("following", "showing_reblogs", "notifying", "followed_by", "blocking"), FLAG),
            **dict.fromkeys(("blocked_by", "muting", "muting_notifications", "requested", "requested_by"), FLAG),
            "domain_blocking": FLAG,
            "id": ID,
            "endorsed": FLAG,
            "note": TEXT,
            "muting_expires_at": a("string", null=True),
            "languages": a("array", null=True, items=TEXT),
        }
    ),
    "FamiliarFollowers": mapping({"id": ID, "accounts": many(ref("Account"))}),
    "Suggestion": mapping({"source": TEXT, "sources": many(TEXT), "account": ref("Account")}),
    "Collections": mapping({"collections": NONE}),
    "AnnualReports": mapping(dict.fromkeys(("annual_reports", "accounts", "statuses"), NONE)),
    "Search": mapping({"accounts": many(ref("Account")), "statuses": NONE, "hashtags": NONE, "collections": NONE}),
    "List": mapping({"id": ID, "title": TEXT, "replies_policy": TEXT, "exclusive": FLAG}),
    "Application": mapping(_APPLICATION),
    "CredentialApplication": mapping(
        {**_APPLICATION, "client_id": TEXT, "client_secret": TEXT, "client_secret_expires_at": COUNT}
    ),
    "Token": mapping({"access_token": TEXT, "token_type": TEXT, "scope": TEXT, "created_at": COUNT}),
    "Notification": mapping(
        {"id": ID, "type": TEXT, "created_at": MOMENT, "group_key": TEXT, "account": ref("Account")},
        filtered=FLAG,
        fallback=_FALLBACK,
        event=_EVENT,
    ),
    "NotificationGroup": mapping(
        _GROUP, page_min_id=ID, page_max_id=ID, latest_page_notification_at=MOMENT, fallback=_FALLBACK, event=_EVENT
    ),
    "GroupedNotifications": mapping(
        {
            "accounts": many(ref("Account")),
            "statuses": NONE,
            "notification_groups": many(ref("NotificationGroup")),
        },
        partial_accounts=many(a("object")),
    ),
    "NotificationRequest": mapping(
        {
            "id": ID,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "notifications_count": TEXT,
            "account": ref("Account"),
            "last_status": a("null"),
        }
    ),
    "NotificationPolicy": mapping(
        {
            **dict.fromkeys(("for_not_following", "for_not_followers", "for_new_accounts"), _RULE),
            **dict.fromkeys(("for_private_mentions", "for_limited_accounts", "for_bots"), _RULE),
            "summary": _SUMMARY,
        }
    ),
    "NotificationPolicyV1": mapping(
        {
            **dict.fromkeys(("filter_not_following", "filter_not_followers", "filter_new_accounts"), FLAG),
            "filter_private_mentions": FLAG,
            "filter_bots": FLAG,
            "summary": _SUMMARY,
        }
    ),
    "Markers": mapping({}, home=_MARKER, notifications=_MARKER),
    "Report": mapping(
        {
            "id": ID,
            "action_taken": FLAG,
            "action_taken_at": a("string", null=True),
            "category": a("string", enum=["spam", "legal", "violation", "other"]),
            "comment": TEXT,
            "forwarded": FLAG,
            "created_at": MOMENT,
            "status_ids": NONE,
            "collection_ids": NONE,
            "rule_ids": a("array", null=True, items=ID),
            "target_account": ref("Account"),
        }
    ),
    "WebPushSubscription": mapping(
        {
            "id": COUNT,
            "endpoint": TEXT,
            "standard": FLAG,
            "alerts": a("object", additionalProperties=FLAG),
            "server_key": TEXT,
            "policy": a("string", enum=["all", "followed", "follower", "none"]),
        }
    ),
    "Preferences": mapping(
        {
            **dict.fromkeys(("posting:default:visibility", "posting:default:quote_policy"), TEXT),
            **dict.fromkeys(("posting:default:sensitive", "reading:expand:spoilers", "reading:autoplay:gifs"), FLAG),
            "posting:default:language": a("string", null=True),
            "reading:expand:media": TEXT,
        }
    ),
    "DomainBlockPreview": mapping({"following_count": COUNT, "followers_count": COUNT}),
    "UnreadCount": mapping({"count": COUNT}),
    "MergedRequests": mapping({"merged": FLAG}),
    "Week": mapping(dict.fromkeys(("week", "statuses", "logins", "registrations"), a("string", pattern="^[0-9]+$"))),
    "Language": mapping({"code": TEXT, "name": TEXT}),
    "TextPage": _TEXT_PAGE,
    "TermsOfService": mapping(
        {"effective_date": TEXT, "effective": FLAG, "content": TEXT, "succeeded_by": a("string", null=True)}
    ),
    "Rule": mapping({"id": ID, "text": TEXT, "hint": TEXT, "translations": a("object")}),
    "Tag": mapping({"id": ID, "name": TEXT, "url": LINK, "history": NONE, "following": FLAG, "featuring": FLAG}),
    "Instance": mapping(
        {
            **dict.fromkeys(("domain", "title", "version", "source_url", "description"), TEXT),
            **dict.fromkeys(("usage", "thumbnail", "configuration", "registrations", "contact"), a("object")),
            "languages": many(TEXT),
            "api_versions": a("object"),
            "icon": many(a("object")),
            "rules": many(ref("Rule")),
        }
    ),
    "InstanceV1": mapping(
        {
            **dict.fromkeys(("uri", "title", "short_description", "description", "email", "version"), TEXT),
            "urls": a("object"),
            "stats": a("object"),
            "thumbnail": LINK,
            "languages": many(TEXT),
            "rules": many(ref("Rule")),
        }
    ),
    "Error": mapping({"error": TEXT}, error_description=TEXT, details=a("object")),
}
