"""One sentence for each operation, and the introduction, for the description at /api/docs/mastodon/."""

from django.conf import settings

from compat_mastodon.moderating.schema import SUMMARIES as MODERATING

_SITE, _CODE_IN_PAGE = settings.BASE_URL, "urn:ietf:wg:oauth:2.0:oob"
_REGISTER = f"-d client_name=curl -d redirect_uris={_CODE_IN_PAGE} -d 'scopes=read write follow'"
_EXCHANGE = (
    "-d grant_type=authorization_code -d client_id=CLIENT_ID -d client_secret=CLIENT_SECRET "
    f"-d code=CODE -d redirect_uri={_CODE_IN_PAGE}"
)
_ASK = f"response_type=code&client_id=CLIENT_ID&redirect_uri={_CODE_IN_PAGE}&scope=read+write+follow"
INTRODUCTION = f"""\
This server answers apps that speak the Mastodon API. It has accounts, follows, follow requests, blocks, mutes, lists,
search and notifications. It has no posts, so timelines are always empty.

## Sign in

1. Register an app with the first line below. Note its `client_id` and `client_secret`.
2. Open `{_SITE}/oauth/authorize?{_ASK}` in your browser, sign in, and copy the code.
3. Exchange the code for a token with the second line. Use the token as in the third line.

```sh
curl {_REGISTER} {_SITE}/api/v1/apps
curl {_EXCHANGE} {_SITE}/oauth/token
curl -H 'Authorization: Bearer TOKEN' {_SITE}/api/v1/accounts/verify_credentials
```

## Scopes

A token has the scopes that you granted. Each operation lists the scopes that it accepts. Your token needs one of them.
Only moderators can grant the scopes that begin with `admin:`. For an operation under `/admin/`, you also need the
permission that it needs in the admin.

## Errors

An error is `{{"error": "…"}}` with a status of 400 or more. `error` is a sentence that you can show to people.

## Paging

Lists answer with one page, newest first. The `Link` header has the address of the next page (`rel="next"`) and of the
previous one (`rel="prev"`). Follow these addresses. Do not build them yourself.

## Rate limits

The `X-RateLimit-*` headers say how many requests you have left, and when the count starts again. If you have none left,
the status is 429.
"""

_V1 = {
    "POST apps": "Register an app",
    "GET apps/verify_credentials": "Show the app that a token belongs to",
    "GET follow_requests": "List the follow requests that you received",
    "GET follow_requests/outgoing": "List the follow requests that you sent",
    "GET pleroma/outgoing_follow_requests": "List the follow requests that you sent, at the address that Pleroma uses",
    "POST follow_requests/<account>/authorize": "Approve a follow request",
    "POST follow_requests/<account>/reject": "Reject a follow request",
    "GET accounts/relationships": "Show how you and other accounts are related",
    "GET accounts/verify_credentials": "Show your own account",
    "PATCH accounts/update_credentials": "Change your own account, and answer with the account",
    "GET profile": "Show your own profile as you entered it",
    "PUT profile": "Change your own profile, and answer with the profile",
    "PATCH profile": "Change your own profile, and answer with the profile",
    "DELETE profile/avatar": "Remove your avatar",
    "DELETE profile/header": "Remove your header picture",
    "GET accounts/lookup": "Find an account by its exact user name",
    "GET accounts/<account>/followers": "List the followers of an account",
    "GET accounts/<account>/following": "List the accounts that an account follows",
    "POST accounts/<account>/follow": "Follow an account, or send a follow request if it is locked",
    "POST accounts/<account>/unfollow": "Unfollow an account, or cancel your follow request",
    "POST accounts/<account>/remove_from_followers": "Remove an account from your followers",
    "POST accounts/<account>/block": "Block an account",
    "POST accounts/<account>/unblock": "Unblock an account",
    "POST accounts/<account>/mute": "Mute an account",
    "POST accounts/<account>/unmute": "Unmute an account",
    "POST accounts/<account>/endorse": "Feature an account on your profile",
    "POST accounts/<account>/unendorse": "Stop featuring an account on your profile",
    "POST accounts/<account>/pin": "Feature an account on your profile (old name)",
    "POST accounts/<account>/unpin": "Stop featuring an account on your profile (old name)",
    "POST accounts/<account>/note": "Write a private note about an account",
    "GET accounts/<account>/endorsements": "List the accounts that an account features",
    "GET accounts/<account>/lists": "List your lists that contain an account",
    "GET accounts/search": "Search for accounts",
    "GET accounts/familiar_followers": "List the accounts you follow that follow other accounts",
    "GET accounts/<account>": "Show an account",
    "GET accounts": "Show several accounts",
    "POST accounts": "Sign up",
    "GET emails/check_confirmation": "Check if your e-mail address is confirmed",
    "POST emails/confirmations": "Send the confirmation mail again, to a new address if you give one",
    "GET blocks": "List the accounts that you block",
    "GET mutes": "List the accounts that you mute",
    "GET endorsements": "List the accounts that you feature",
    "GET domain_blocks": "List the servers that you block",
    "POST domain_blocks": "Block a server",
    "DELETE domain_blocks": "Unblock a server",
    "GET domain_blocks/preview": "Show what you would lose by blocking a server",
    "POST reports": "Report an account to the moderators",
    "GET lists": "List your lists",
    "POST lists": "Create a list",
    "GET lists/<pk>": "Show a list",
    "PUT lists/<pk>": "Change a list",
    "DELETE lists/<pk>": "Delete a list",
    "GET lists/<pk>/accounts": "List the accounts on a list",
    "POST lists/<pk>/accounts": "Add accounts to a list",
    "DELETE lists/<pk>/accounts": "Remove accounts from a list",
    "GET directory": "List the accounts that want to be found",
    "GET suggestions": "List accounts that you may want to follow",
    "DELETE suggestions/<account>": "Dismiss a suggestion",
    "GET preferences": "Show your preferences",
    "GET push/subscription": "Show your push subscription",
    "POST push/subscription": "Create or replace your push subscription",
    "PUT push/subscription": "Change your push subscription",
    "DELETE push/subscription": "Delete your push subscription",
    "GET notifications": "List your notifications",
    "POST notifications/clear": "Delete all your notifications",
    "GET notifications/unread_count": "Count your unread notifications",
    "GET notifications/policy": "Show your notification policy",
    "PUT notifications/policy": "Change your notification policy",
    "PATCH notifications/policy": "Change your notification policy",
    "GET notifications/requests": "List the senders of your filtered notifications",
    "POST notifications/requests/accept": "Accept the notifications of several senders",
    "POST notifications/requests/dismiss": "Dismiss the notifications of several senders",
    "GET notifications/requests/merged": "Check if accepted notifications are in your list",
    "GET notifications/requests/<notice>": "Show one sender of filtered notifications",
    "POST notifications/requests/<notice>/accept": "Accept the notifications of a sender",
    "POST notifications/requests/<notice>/dismiss": "Dismiss the notifications of a sender",
    "GET notifications/<notice>": "Show a notification",
    "POST notifications/<notice>/dismiss": "Delete a notification",
    "GET markers": "Show your reading positions",
    "POST markers": "Save your reading positions",
    "GET instance": "Describe this server",
    "GET instance/rules": "List the rules of this server",
    "GET instance/peers": "List the servers that this server knows",
    "GET instance/activity": "Show the activity of the last weeks",
    "GET instance/extended_description": "Show the long description of this server",
    "GET instance/privacy_policy": "Show the privacy policy of this server",
    "GET instance/terms_of_service": "Show the terms of service of this server",
    "GET instance/languages": "List the languages of this server",
    "GET instance/translation_languages": "List the languages that posts can be translated to",
    "GET collections": "List your collections (always empty)",
    "POST collections": "Create a collection (always refused)",
    "GET accounts/<account>/collections": "List the collections of an account (always empty)",
    "GET accounts/<account>/in_collections": "List the collections that contain an account (always empty)",
    "GET annual_reports": "List your annual reports (always empty)",
    "GET timelines/home": "Show your home timeline (always empty)",
    "GET timelines/public": "Show the public timeline (always empty)",
    "GET timelines/link": "Show the timeline of a link (always empty)",
    "GET timelines/tag/<name>": "Show the timeline of a hashtag (always empty)",
    "GET timelines/list/<pk>": "Show the timeline of a list (always empty)",
    "GET accounts/<account>/statuses": "List the posts of an account (always empty)",
    "GET accounts/<account>/featured_tags": "List the hashtags that an account features (always empty)",
    "GET accounts/<account>/identity_proofs": "List the identity proofs of an account (always empty)",
    "GET conversations": "List your conversations (always empty)",
    "GET scheduled_statuses": "List your scheduled posts (always empty)",
    "GET bookmarks": "List your bookmarks (always empty)",
    "GET favourites": "List your favourites (always empty)",
    "GET filters": "List your filters (always empty)",
    "GET followed_tags": "List the hashtags that you follow (always empty)",
    "GET featured_tags": "List the hashtags that you feature (always empty)",
    "GET featured_tags/suggestions": "List hashtags that you may want to feature (always empty)",
    "GET announcements": "List the announcements (always empty)",
    "GET custom_emojis": "List the custom emojis (always empty)",
    "GET trends": "List the trending hashtags (always empty)",
    "GET trends/tags": "List the trending hashtags (always empty)",
    "GET trends/statuses": "List the trending posts (always empty)",
    "GET trends/links": "List the trending links (always empty)",
    "GET tags/<name>": "Show a hashtag",
}
_V2 = {
    "GET suggestions": "List accounts that you may want to follow, with the reason",
    "GET search": "Search for accounts, posts and hashtags (there are only accounts)",
    "GET notifications": "List your notifications in groups",
    "POST notifications/clear": "Delete all your notifications",
    "GET notifications/unread_count": "Count your unread groups of notifications",
    "GET notifications/policy": "Show your notification policy",
    "PUT notifications/policy": "Change your notification policy",
    "PATCH notifications/policy": "Change your notification policy",
    "GET notifications/<key>": "Show a group of notifications",
    "POST notifications/<key>/dismiss": "Delete a group of notifications",
    "GET notifications/<key>/accounts": "List the accounts of a group of notifications",
    "GET instance": "Describe this server",
    "GET filters": "List your filters (always empty)",
}


def _full(version: str, summaries: dict[str, str]) -> dict[str, str]:
    return {key.replace(" ", f" {version}/"): text for key, text in summaries.items()}


SUMMARIES = _full("v1", _V1) | _full("v2", _V2) | MODERATING
