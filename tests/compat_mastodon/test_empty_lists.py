"""What this server has none of: honest empty answers, judged as all others (mastodon.md §1.8, §3.9)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from compat_mastodon.api import Caller
from compat_mastodon.views.empty_lists import PATHS
from follows import lists
from tests.compat_mastodon import reference_server as reference
from tests.compat_mastodon.conftest import refusal, token_for
from tests.compat_mastodon.golden_files import check, golden

LISTS = sorted(path for path in PATHS if path != "api/v1/tags/<name>")
DEMANDING = [path for path in LISTS if PATHS[path].caller is Caller.USER]
MEMBERS = ["api/v1/accounts/<account>/identity_proofs", "api/v1/announcements"]


def address(path: str, account: Account) -> str:
    filled = path.replace("<account>", str(account.pk)).replace("<name>", "cats")
    return "/" + filled.replace("<pk>", str(lists.create(account.pk, "Friends").pk) if "<pk>" in path else "")


@pytest.mark.parametrize("path", LISTS)
def test_there_is_nothing(mastodon: Any, alice: Account, path: str) -> None:
    answer = mastodon(alice).get(f"{address(path, alice)}?limit=5&max_id=10&min_id=1&since_id=2")

    assert (answer.status_code, answer.json(), "Link" in answer.headers) == (200, [], False)


@pytest.mark.parametrize("path", sorted(set(LISTS) - set(DEMANDING) - set(MEMBERS)))
def test_what_is_public_needs_no_token(mastodon: Any, alice: Account, path: str) -> None:
    assert mastodon().get(address(path, alice)).json() == []


@pytest.mark.parametrize("path", DEMANDING)
def test_the_rest_needs_one_with_a_fitting_scope(mastodon: Any, alice: Account, path: str) -> None:
    where = address(path, alice)

    assert mastodon().get(where).status_code == 401
    assert mastodon(alice, "push profile").get(where).status_code == 403
    for scope in PATHS[path].accepts:
        assert mastodon(alice, scope).get(where).status_code == 200


@pytest.mark.parametrize("path", MEMBERS)
def test_some_need_a_member_only(mastodon: Any, alice: Account, path: str) -> None:
    assert mastodon().get(address(path, alice)).json() == {"error": "This method requires an authenticated user"}
    assert mastodon(alice, "push").get(address(path, alice)).status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_a_senseless_limit_is_told(mastodon: Any, alice: Account, path: str) -> None:
    assert mastodon(alice).get(f"{address(path, alice)}?limit[a]=1").status_code == 400


def test_an_account_without_posts_has_to_exist(mastodon: Any) -> None:
    assert mastodon().get("/api/v1/accounts/999/statuses").status_code == 404


def test_a_list_without_posts_has_to_be_mine(mastodon: Any, alice: Account, bob: Account) -> None:
    where = address("api/v1/timelines/list/<pk>", bob)

    assert refusal(mastodon(alice).get(where)) == (404, "Record not found")
    assert refusal(mastodon(alice).get("/api/v1/timelines/list/x")) == (404, "Record not found")


def test_a_tag_is_unused(mastodon: Any, alice: Account) -> None:
    tag = mastodon(alice).get("/api/v1/tags/cats").json()

    golden("tag", tag)
    check(reference.Tag, tag)
    assert mastodon().get("/api/v1/tags/c-a-t").json() == {"error": "Not Found"}


@pytest.mark.parametrize("path", ["api/v1/filters", "api/v1/trends", "api/v1/accounts/1/identity_proofs"])
def test_what_is_deprecated_says_so(mastodon: Any, alice: Account, path: str) -> None:
    assert mastodon(alice).get(f"/{path}").headers["Deprecation"].startswith("@16")


@pytest.mark.parametrize("path", ["v1/collections", "v1/accounts/{}/collections", "v1/accounts/{}/in_collections"])
def test_nobody_collects_accounts(mastodon: Any, alice: Account, bob: Account, path: str) -> None:
    where = f"/api/{path.format(bob.pk)}"

    for scope in ("read", "read:collections"):
        assert mastodon(alice, scope).get(where).json() == {"collections": []}
    assert mastodon(alice, "write").get(where).status_code == 403
    if "{}" in path:
        assert mastodon().get(where).json() == {"collections": []}
        assert refusal(mastodon(alice).get(f"/api/{path.format(999)}")) == (404, "Record not found")
    else:
        assert mastodon().get(where).status_code == 401


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("post", "v1/collections"),
        *((verb, "v1/collections/1") for verb in ("get", "put", "patch", "delete")),
        ("post", "v1/collections/1/items"),
        ("delete", "v1/collections/1/items/1"),
        ("post", "v1/collections/1/items/1/revoke"),
    ],
)
def test_nor_can_they_and_the_answer_says_so(mastodon: Any, alice: Account, verb: str, path: str) -> None:
    assert mastodon(alice).get("/api/v1/accounts/verify_credentials").json()["role"]["collection_limit"] == 0
    assert refusal(getattr(mastodon(alice), verb)(f"/api/{path}")) == (404, "This server has no collections")


def test_there_are_no_annual_reports(mastodon: Any, alice: Account) -> None:
    nothing = {"annual_reports": [], "accounts": [], "statuses": []}

    assert mastodon(alice, "read:accounts").get("/api/v1/annual_reports").json() == nothing
    assert mastodon().get("/api/v1/annual_reports").status_code == 401


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("post", "v1/statuses"),
        ("post", "v1/statuses/"),
        ("get", "v1/statuses?id[]=1"),
        *((verb, "v1/statuses/1") for verb in ("get", "put", "delete")),
        *(("get", f"v1/statuses/1/{name}") for name in ("context", "history", "source", "reblogged_by", "quotes")),
        *(
            ("post", f"v1/statuses/1/{name}")
            for name in ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark", "pin", "mute")
        ),
        ("post", "v1/statuses/1/translate/"),
        ("put", "v1/statuses/1/interaction_policy"),
        ("post", "v1/media"),
        ("post", "v2/media"),
        *((verb, "v1/media/1") for verb in ("get", "put", "delete")),
        ("get", "v1/polls/1"),
        ("post", "v1/polls/1/votes"),
        *((verb, "v1/scheduled_statuses/1") for verb in ("get", "put", "delete")),
        ("post", "v1/conversations/1/read"),
        ("delete", "v1/conversations/1"),
    ],
)
def test_nobody_posts_and_the_answer_says_so(mastodon: Any, alice: Account, verb: str, path: str) -> None:
    for client in (mastodon(), mastodon(alice), mastodon(alice, "profile")):
        answer = getattr(client, verb)(f"/api/{path}")

        assert (answer.status_code, answer.json()) == (404, {"error": "This server has no posts"})


def test_a_picture_cannot_be_uploaded_for_a_post(alice: Account) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})
    for path in ("/api/v1/media", "/api/v2/media"):
        answer = client.post(path, {"file": SimpleUploadedFile("picture.png", b"png", "image/png")})

        assert (answer.status_code, answer.json()) == (404, {"error": "This server has no posts"})


@pytest.mark.parametrize(
    "path", ["api/v1/timelines/home", "api/v1/statusesque", "api/v3/media", "api/v1/tags/x/follow"]
)
def test_other_unknown_addresses_are_just_not_found(mastodon: Any, alice: Account, path: str) -> None:
    answer = mastodon(alice).post(f"/{path}", {"status": "Hello"})

    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", ""),
        *(("get", name) for name in ("domain_allows", "domain_blocks/1", "email_domain_blocks", "ip_blocks/1", "tags")),
        *(("post", name) for name in ("measures", "dimensions", "retention", "ip_blocks", "trends/tags/1/approve")),
        ("put", "domain_blocks/1"),
        ("delete", "canonical_email_blocks/1"),
        ("get", "trends/statuses/"),
        ("get", "accounts/x/nothing"),
    ],
)
def test_moderators_have_no_other_addresses(
    mastodon: Any, moderator: Account, bob: Account, verb: str, path: str
) -> None:
    for client in (
        mastodon(),
        mastodon(bob),
        mastodon(moderator, "read"),
        mastodon(moderator, "admin:read admin:write"),
    ):
        assert refusal(getattr(client, verb)(f"/api/v1/admin/{path}")) == (404, "Not Found")
