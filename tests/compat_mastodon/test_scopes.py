"""Every endpoint with every scope: any one that it accepts is enough, and no other (mastodon.md §1.8)."""

import re
from typing import Any

import pytest

from accounts.models import Account
from compat_mastodon.api import Caller, View
from compat_mastodon.oauth import scopes
from compat_mastodon.urls import VIEWS
from tests.compat_mastodon.conftest import Clients, Mastodon, refusal, token_for

OUTSIDE = (403, "This action is outside the authorized scopes")
FOLLOWS, ACCOUNTS = "follow write write:follows", "write write:accounts"
READ_ACCOUNTS, READ_LISTS, WRITE_LISTS = "read read:accounts", "read read:lists", "write write:lists"
SEE_ACCOUNTS, MODERATE = "admin:read admin:read:accounts", "admin:write admin:write:accounts"
HANDLE_REPORTS = "admin:write admin:write:reports"

# What the reference says, for each method of each path.
TABLE = {
    "GET v1/follow_requests": "follow read read:follows",
    "POST v1/follow_requests/1/authorize": FOLLOWS,
    "POST v1/follow_requests/1/reject": FOLLOWS,
    "POST v1/accounts/1/follow": FOLLOWS,
    "POST v1/accounts/1/unfollow": FOLLOWS,
    "POST v1/accounts/1/remove_from_followers": FOLLOWS,
    "POST v1/accounts/1/block": "follow write write:blocks",
    "POST v1/accounts/1/unblock": "follow write write:blocks",
    "POST v1/accounts/1/mute": "follow write write:mutes",
    "POST v1/accounts/1/unmute": "follow write write:mutes",
    "GET v1/accounts/relationships": "read read:follows",
    "GET v1/accounts/familiar_followers": "read read:follows",
    "GET v1/accounts/verify_credentials": "profile read read:accounts",
    "PATCH v1/accounts/update_credentials": ACCOUNTS,
    "GET v1/profile": "profile read read:accounts",
    "PATCH v1/profile": ACCOUNTS,
    "PUT v1/profile": ACCOUNTS,
    "DELETE v1/profile/avatar": ACCOUNTS,
    "DELETE v1/profile/header": ACCOUNTS,
    "GET v1/accounts": READ_ACCOUNTS,
    "GET v1/accounts/1": READ_ACCOUNTS,
    "GET v1/accounts/lookup": READ_ACCOUNTS,
    "GET v1/accounts/1/followers": READ_ACCOUNTS,
    "GET v1/accounts/1/following": READ_ACCOUNTS,
    "GET v1/accounts/1/endorsements": READ_ACCOUNTS,
    "GET v1/accounts/search": READ_ACCOUNTS,
    "GET v1/endorsements": READ_ACCOUNTS,
    "GET v1/preferences": READ_ACCOUNTS,
    "GET v1/suggestions": READ_ACCOUNTS,
    "GET v2/suggestions": READ_ACCOUNTS,
    "POST v1/accounts/1/pin": ACCOUNTS,
    "POST v1/accounts/1/endorse": ACCOUNTS,
    "POST v1/accounts/1/unpin": ACCOUNTS,
    "POST v1/accounts/1/unendorse": ACCOUNTS,
    "POST v1/accounts/1/note": ACCOUNTS,
    "DELETE v1/suggestions/1": ACCOUNTS,
    "GET v1/accounts/1/lists": READ_LISTS,
    "GET v1/lists": READ_LISTS,
    "GET v1/lists/1": READ_LISTS,
    "GET v1/lists/1/accounts": READ_LISTS,
    "POST v1/lists": WRITE_LISTS,
    "PUT v1/lists/1": WRITE_LISTS,
    "DELETE v1/lists/1": WRITE_LISTS,
    "POST v1/lists/1/accounts": WRITE_LISTS,
    "DELETE v1/lists/1/accounts": WRITE_LISTS,
    "GET v1/blocks": "follow read read:blocks",
    "GET v1/mutes": "follow read read:mutes",
    "GET v1/domain_blocks": "follow read read:blocks",
    "POST v1/domain_blocks": "follow write write:blocks",
    "DELETE v1/domain_blocks": "follow write write:blocks",
    "GET v1/domain_blocks/preview": "follow write write:blocks",
    "GET v2/search": "read read:search",
    "POST v1/accounts": ACCOUNTS,
    "GET v1/markers": "read read:statuses",
    "POST v1/markers": "write write:statuses",
    "GET v1/timelines/home": "read read:statuses",
    "GET v1/conversations": "read read:statuses",
    "GET v1/accounts/1/statuses": "read read:statuses",
    "GET v1/filters": "read read:filters",
    "GET v2/filters": "read read:filters",
    "GET v1/followed_tags": "follow read read:follows",
    "GET v1/push/subscription": "push",
    "POST v1/push/subscription": "push",
    "PUT v1/push/subscription": "push",
    "DELETE v1/push/subscription": "push",
    "POST v1/reports": "write write:reports",
    "GET v1/collections": "read read:collections",
    "POST v1/collections": "write write:collections",
    "GET v1/accounts/1/collections": "read read:collections",
    "GET v1/accounts/1/in_collections": "read read:collections",
    "GET v1/annual_reports": READ_ACCOUNTS,
    **dict.fromkeys(("GET v1/admin/accounts", "GET v2/admin/accounts", "GET v1/admin/accounts/1"), SEE_ACCOUNTS),
    "DELETE v1/admin/accounts/1": MODERATE,
    **{f"POST v1/admin/accounts/1/{verb}": MODERATE for verb in ("approve", "reject", "action", "enable")},
    **{f"POST v1/admin/accounts/1/{verb}": MODERATE for verb in ("unsilence", "unsuspend", "unsensitive")},
    **dict.fromkeys(("GET v1/admin/reports", "GET v1/admin/reports/1"), "admin:read admin:read:reports"),
    **dict.fromkeys(("PUT v1/admin/reports/1", "PATCH v1/admin/reports/1"), HANDLE_REPORTS),
    **{
        f"POST v1/admin/reports/1/{verb}": HANDLE_REPORTS
        for verb in ("assign_to_self", "unassign", "resolve", "reopen")
    },
    # Neighbours that are empty here; the reference names no scopes, their contents do.
    "GET v1/timelines/public": "read read:statuses",
    "GET v1/timelines/link": "read read:statuses",
    "GET v1/timelines/tag/1": "read read:statuses",
    "GET v1/timelines/list/1": READ_LISTS,
    "GET v1/scheduled_statuses": "read read:statuses",
    "GET v1/favourites": "read read:favourites",
    "GET v1/bookmarks": "read read:bookmarks",
    "GET v1/featured_tags": READ_ACCOUNTS,
    "GET v1/featured_tags/suggestions": READ_ACCOUNTS,
}
NOTIFICATIONS = {"GET": "read read:notifications", "*": "write write:notifications"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def endpoints() -> dict[str, type[View]]:
    """The views that are really there, named as in the table."""
    found = {}
    for route, endpoint in VIEWS.items():
        path = re.sub(r"<\w+>", "1", route.removeprefix("api/"))
        views = endpoint if isinstance(endpoint, dict) else dict.fromkeys(METHODS, endpoint)
        found |= {f"{method} {path}": view for method, view in views.items() if hasattr(view, method.lower())}
    return found


def in_the_reference(endpoint: str) -> list[str]:
    method, path = endpoint.split()
    if "/notifications" in path:
        return NOTIFICATIONS["GET" if method == "GET" else "*"].split()
    return TABLE.get(endpoint, "").split()


ENDPOINTS = endpoints()
THERE = [name for name in ENDPOINTS if in_the_reference(name)]


def call(client: Mastodon, endpoint: str) -> Any:
    method, path = endpoint.split()
    body = {} if method == "GET" else {"data": b"", "content_type": "application/json"}
    return getattr(client, method.lower())(f"/api/{path}", **body)


@pytest.mark.parametrize("endpoint", THERE)
def test_the_accepted_scopes_open_it_and_no_others(
    mastodon: Clients, alice: Account, carol: Account, endpoint: str
) -> None:
    accepted = in_the_reference(endpoint)
    assert list(ENDPOINTS[endpoint].accepts) == accepted
    owner = None if ENDPOINTS[endpoint].caller is Caller.CLIENT else alice
    outside = [scope for scope in scopes.WORDS if scope not in accepted]

    for scope in accepted:
        response = call(Mastodon(token_for(owner, scope)), endpoint)
        assert response.status_code < 500
        assert "outside" not in response.content.decode(), scope
    refused = call(Mastodon(token_for(owner, " ".join(outside))), endpoint)
    assert refusal(refused) == OUTSIDE
    assert f"requires scope _{' '.join(accepted)}_." in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("endpoint", [name for name in ENDPOINTS if name not in THERE])
def test_what_is_not_in_the_reference_asks_for_no_scope(endpoint: str) -> None:
    """But for the list of one's own requests, which asks for what the list of requests to oneself does."""
    own_requests = endpoint.endswith(("/outgoing", "/outgoing_follow_requests"))
    assert ENDPOINTS[endpoint].accepts == (ENDPOINTS["GET v1/follow_requests"].accepts if own_requests else ())


@pytest.mark.parametrize("endpoint", THERE)
def test_who_needs_a_token_and_who_needs_none(mastodon: Clients, alice: Account, endpoint: str) -> None:
    view = ENDPOINTS[endpoint]
    response = call(mastodon(), endpoint)

    if view.caller is Caller.OPTIONAL:
        assert response.status_code in {200, 400, 404}
    else:
        assert refusal(response) == (401, "The access token is invalid")
