"""The lists of accounts of Mastodon's moderation API: filters, pages, and what each moderator sees."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission

from accounts import people
from accounts.models import Account, Application, Invite
from follows.gate import servers
from tests.compat_mastodon import reference_moderation as reference
from tests.compat_mastodon.conftest import Mastodon, refusal, token_for
from tests.compat_mastodon.golden_files import check, golden
from tests.compat_mastodon.test_scopes import OUTSIDE
from tests.factories import AccountFactory

V1, V2 = "/api/v1/admin/accounts", "/api/v2/admin/accounts"
Desks = Callable[[Account], Mastodon]


@pytest.fixture
def desk(db: None) -> Desks:
    return lambda account: Mastodon(token_for(account, "admin:read"))


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    found = [row["username"] for row in answer.json()]
    assert len(found) == len(set(found))
    return set(found)


@pytest.fixture
def crowd(alice: Account, bob: Account, carol: Account, moderator: Account, root: Account) -> None:
    """alice is suspended and bob limited, zoe waits, eve and gina are of other servers, carol was invited by alice."""
    people.suspend(alice.pk)
    servers.limit(bob.pk)
    zoe = AccountFactory(username="zoe", display_name="Zoé Zander", unconfirmed=True)
    Application.objects.create(account=zoe, reason="Let me in")
    Account.objects.create(username="eve", domain="other.example")
    Account.objects.create(username="gina", domain="third.example", suspended_at=alice.created_at)
    invite = Invite.objects.create(created_by=alice)
    Account.objects.filter(pk=carol.pk).update(invite=invite, last_address="2001:db8::7")


LOCAL = {"alice", "bob", "carol", "moderator", "root", "zoe"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, LOCAL | {"eve", "gina"}),
        ({"origin": "local"}, LOCAL),
        ({"origin": "remote"}, {"eve", "gina"}),
        ({"status": "active"}, LOCAL - {"alice"} | {"eve"}),
        ({"status": "pending"}, {"zoe"}),
        ({"status": "silenced"}, {"bob"}),
        ({"status": "suspended"}, {"alice", "gina"}),
        ({"status": "suspended", "origin": "local"}, {"alice"}),
        ({"status": "disabled"}, set()),
        ({"permissions": "staff"}, {"moderator", "root"}),
        ({"role_ids[]": ["1"]}, {"moderator"}),
        ({"role_ids[]": ["1", "2"]}, {"moderator", "root"}),
        ({"role_ids[]": ["-99"], "origin": "local"}, LOCAL - {"moderator", "root"}),
        ({"role_ids[]": ["77"]}, set()),
        ({"role_ids[]": ["2"], "permissions": "staff"}, {"root"}),
        ({"by_domain": "other.example"}, {"eve"}),
        ({"by_domain": "no domain at all"}, set()),
        ({"username": "ALI"}, {"alice"}),
        ({"username": "li_e"}, set()),
        ({"display_name": "zoe zan"}, {"zoe"}),
        ({"display_name": "%"}, set()),
        ({"username": "o", "status": "silenced"}, {"bob"}),
        ({"email": "BOB@example.org"}, {"bob"}),
        ({"email": "bob"}, set()),
        ({"ip": "2001:DB8:0::7"}, {"carol"}),
        ({"ip": "10.0.0.1"}, set()),
        ({"ip": "everywhere"}, set()),
        ({"invited_by": "ALICE"}, {"carol"}),
        ({"invited_by": "9" * 30}, set()),
        ({"origin": "", "status": "", "username": " ", "role_ids[]": [""], "invited_by": ""}, LOCAL | {"eve", "gina"}),
    ],
)
def test_the_filters(
    desk: Desks, crowd: None, alice: Account, root: Account, query: dict[str, Any], expected: set[str]
) -> None:
    if query.get("invited_by") == "ALICE":
        query = {"invited_by": alice.pk}
    assert names(desk(root).get(V2, query)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, LOCAL - {"alice"}),
        ({"local": "true"}, LOCAL - {"alice"}),
        ({"remote": "true"}, {"eve"}),
        ({"remote": "false"}, LOCAL - {"alice"}),
        ({"suspended": "1"}, {"alice"}),
        ({"suspended": "1", "remote": "1"}, {"gina"}),
        ({"silenced": "true"}, {"bob"}),
        ({"pending": "true"}, {"zoe"}),
        ({"disabled": "true"}, set()),
        ({"sensitized": "true"}, set()),
        ({"staff": "true"}, {"moderator", "root"}),
        ({"username": "car"}, {"carol"}),
    ],
)
def test_the_filters_of_the_first_version(
    desk: Desks, crowd: None, root: Account, query: dict[str, Any], expected: set[str]
) -> None:
    assert names(desk(root).get(V1, query)) == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"origin": "mars"}, "Unknown origin: mars"),
        ({"status": "odd"}, "Unknown status: odd"),
        ({"permissions": "all"}, "Unknown permissions: all"),
        ({"username": "a\0"}, "param is missing or the value is empty or invalid: username"),
        ({"status[]": "active"}, "param is missing or the value is empty or invalid: status"),
        ({"role_ids[]": "\0"}, "param is missing or the value is empty or invalid: role_ids"),
    ],
)
def test_a_filter_that_is_not_understood_is_refused(
    desk: Desks, root: Account, query: dict[str, Any], text: str
) -> None:
    """Otherwise a script might take everybody for those whom it meant."""
    assert refusal(desk(root).get(V2, query)) == (400, text)


def test_pages_go_on_in_both_directions_and_keep_the_filters(desk: Desks, root: Account) -> None:
    made = [AccountFactory(username=f"page{number}") for number in range(5)]
    client = desk(root)

    def follow(answer: Any, rel: str) -> Any:
        links = {part.split('"')[1]: part.split(">")[0].strip(" <") for part in answer["Link"].split(",")}
        return client.get(links[rel].replace("http://testserver", ""))

    first = client.get(V2, {"limit": 2, "username": "page", "role_ids[]": ["-99", "1"], "status": "active"})
    assert [int(row["id"]) for row in first.json()] == [made[4].pk, made[3].pk]
    kept = parse_qs(urlsplit(first["Link"].split(">")[0].strip("<")).query)
    assert kept == {
        "limit": ["2"],
        "max_id": [str(made[3].pk)],
        "role_ids[]": ["-99", "1"],
        "status": ["active"],
        "username": ["page"],
    }
    second = follow(first, "next")
    third = follow(second, "next")
    assert [int(row["id"]) for row in third.json()] == [made[0].pk]
    assert 'rel="next"' not in third["Link"]
    assert follow(third, "prev").json() == second.json()
    assert "Link" not in follow(first, "prev")
    assert len(client.get(V2, {"since_id": made[2].pk}).json()) == 2
    assert [int(row["id"]) for row in client.get(V2, {"min_id": made[0].pk, "limit": 1}).json()] == [made[1].pk]


@pytest.mark.parametrize("value", ["0", "-1", "nine", "9" * 60, "1.5", ""])
@pytest.mark.parametrize("name", ["limit", "max_id", "since_id", "min_id"])
def test_odd_cursors_are_no_failure(desk: Desks, root: Account, name: str, value: str) -> None:
    for path in (V1, V2, "/api/v1/admin/reports"):
        assert desk(root).get(path, {name: value}).status_code == 200


# --- what each moderator sees -------------------------------------------------------------------------


def test_an_account_to_the_letter(desk: Desks, dora: Account, root: Account) -> None:
    people.change(dora.pk, email="dora@example.org", last_address="192.0.2.1", locale="de")
    golden("admin_account", desk(root).get(f"{V1}/{dora.pk}").json(), dora=dora.pk)


def test_parts_of_it_to_the_letter(desk: Desks, dora: Account, moderator: Account, root: Account) -> None:
    people.change(dora.pk, last_address="192.0.2.1")
    client = desk(root)
    golden("admin_ip", client.get(f"{V1}/{dora.pk}").json()["ips"][0])
    golden("role", client.get(f"{V1}/{moderator.pk}").json()["role"])


def test_types_and_nulls_of_accounts(desk: Desks, crowd: None, root: Account, carol: Account) -> None:
    Account.objects.filter(pk=carol.pk).update(locale="de")
    shown = desk(root).get(V2).json()
    assert [row["username"] for row in shown if row["account"].pop("limited", False)] == ["bob"]  # see `reference`
    check(reference.AdminAccount, *shown)


def test_a_moderator_sees_no_addresses(desk: Desks, crowd: None, moderator: Account, carol: Account) -> None:
    """As in the admin, where these need the permission to change accounts."""
    client = desk(moderator)
    listed = client.get(V2)
    assert b"@example.org" not in listed.content
    assert b"2001:db8" not in listed.content
    assert {(row["email"], row["ip"], tuple(row["ips"])) for row in listed.json()} == {("", None, ())}
    for query in ({"email": "carol@example.org"}, {"email": "carol"}, {"ip": "2001:db8::7"}):
        assert names(client.get(V2, query)) == set()
        assert names(client.get(V1, query)) == set()
    assert listed.json() != []


def test_the_permission_to_change_accounts_shows_the_addresses_of_members(
    desk: Desks, crowd: None, helper: Account, carol: Account, moderator: Account
) -> None:
    helper.user_permissions.set(Permission.objects.filter(codename__in=["view_account", "change_account"]))
    Account.objects.filter(pk=moderator.pk).update(last_address="2001:db8::7")
    client = desk(helper)

    shown = {row["username"]: row["email"] for row in client.get(V2).json()}
    assert (shown["carol"], shown["moderator"], shown["root"]) == ("carol@example.org", "", "")
    assert names(client.get(V2, {"email": "carol@example.org"})) == {"carol"}
    assert names(client.get(V2, {"email": "moderator@example.org"})) == set()
    assert names(client.get(V2, {"ip": "2001:db8::7"})) == {"carol"}
    assert names(client.get(V2, {"invited_by": carol.invite_id or 0})) == set()
    one = client.get(f"{V1}/{carol.pk}").json()
    assert "invited_by_account_id" not in one  # which needs the permission to see invites
    zoe = Account.objects.get(username="zoe")
    assert client.get(f"{V1}/{zoe.pk}").json()["invite_request"] is None  # and this to see requests to join


def test_the_owner_of_an_account_learns_their_role(moderator: Account, root: Account, alice: Account) -> None:
    def role(account: Account) -> dict[str, Any]:
        own = Mastodon(token_for(account, "read")).get("/api/v1/accounts/verify_credentials").json()
        found: dict[str, Any] = own["role"]
        return found

    assert (role(alice)["id"], role(alice)["permissions"]) == ("-99", "0")
    assert (role(moderator)["name"], role(moderator)["permissions"]) == ("Moderator", "1040")
    assert (role(root)["name"], role(root)["permissions"]) == ("Administrator", "525328")
    people.change(moderator.pk, is_staff=False)
    assert role(moderator)["id"] == "-99"


def test_a_token_of_an_app_moderates_nothing(root: Account) -> None:
    client = Mastodon(token_for(None, "admin:read"))
    assert refusal(client.get(V1)) == (422, "This method requires an authenticated user")
    assert refusal(Mastodon(token_for(None, "read")).get(V1)) == OUTSIDE
    assert refusal(Mastodon().get(V1)) == (401, "The access token is invalid")
