"""The rules of the gate, and the result that a follow would have."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import Account
from follows import graph
from follows.models import ServerRule, ServerRuleKind
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_mastodon.extension.conftest import V1, ask, by, ties, wrong
from tests.factories import AccountFactory

GATE = f"{V1}/gate"
OFF: dict[str, Any] = {
    "locked": False,
    "accept_followed": False,
    "accept_friends": None,
    "accept_verified": False,
    "ask_bots": False,
    "ask_new_days": None,
    "ask_mass": False,
    "paused": False,
    "paused_until": None,
    "expire_days": None,
    "read_first": "",
    "tell_accepted": False,
    "digest": "off",
}


def test_at_first_all_is_off(mastodon: Clients, alice: Account) -> None:
    assert mastodon(alice).get(GATE).json() == OFF


def test_some_fields_are_changed_and_the_others_stay(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    changed = {"locked": True, "accept_friends": 3, "ask_bots": True, "read_first": "Say hello", "digest": "weekly"}

    assert client.patch(GATE, changed).json() == OFF | changed
    assert client.patch(GATE, {"accept_friends": None, "read_first": "", "expire_days": 30}).json() == (
        OFF | changed | {"accept_friends": None, "read_first": "", "expire_days": 30}
    )
    assert client.get("/api/v1/accounts/verify_credentials").json()["locked"] is True


def test_numbers_are_the_same_however_json_spells_them(mastodon: Clients, alice: Account) -> None:
    sent = '{"paused": 1.0, "accept_friends": 5.0}'

    assert mastodon(alice).patch(GATE, sent, content_type="application/json").json() == (
        OFF | {"paused": True, "accept_friends": 5}
    )


def test_a_blank_value_of_a_form_is_null(mastodon: Clients, alice: Account) -> None:
    client, form = mastodon(alice), "application/x-www-form-urlencoded"
    client.patch(GATE, "accept_friends=2&paused=1&ask_new_days=7", form)
    body = client.patch(GATE, "accept_friends=&ask_new_days=", form).json()

    assert body == OFF | {"paused": True}


def test_a_pause_has_an_end_or_lasts(mastodon: Clients, alice: Account) -> None:
    client, until = mastodon(alice), timezone.now() + timedelta(days=2)
    with_end = client.patch(GATE, {"paused_until": until.isoformat()}).json()

    assert with_end["paused"] is True
    assert with_end["paused_until"].startswith(f"{until:%Y-%m-%dT%H:%M}")
    assert client.patch(GATE, {"paused": True}).json()["paused_until"] is None
    assert client.patch(GATE, {"paused": False}).json() == OFF


def test_opening_leaves_who_waits_unless_one_says_so(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    client = mastodon(carol)
    client.patch(GATE, {"locked": False})
    assert ties(client, alice)["requested_by"] is True

    client.patch(GATE, {"locked": False, "accept_waiting": True})
    assert ties(client, alice)["followed_by"] is True


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"accept_friends": 0}, {"accept_friends"}),
        ({"accept_friends": 51}, {"accept_friends"}),
        ({"accept_friends": "x", "ask_new_days": 366}, {"accept_friends", "ask_new_days"}),
        ({"expire_days": 15}, {"expire_days"}),
        ({"digest": "hourly"}, {"digest"}),
        ({"digest": None}, {"digest"}),
        ({"locked": None}, {"locked"}),
        ({"locked": ""}, {"locked"}),
        ({"paused": [True]}, {"paused"}),
        ({"paused_until": "2020-01-01T00:00:00Z"}, {"paused_until"}),
        ({"paused_until": "soon"}, {"paused_until"}),
        ({"paused_until": "9999-99-99T00:00:00Z"}, {"paused_until"}),
        ({"paused_until": 5}, {"paused_until"}),
        ({"read_first": "x" * 1001}, {"read_first"}),
        ({"read_first": ["x"]}, {"read_first"}),
        ({"accept_followed": True, "tell_accepted": "perhaps"}, {"tell_accepted"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(
    mastodon: Clients, alice: Account, sent: Any, fields: set[str]
) -> None:
    assert wrong(mastodon(alice).patch(GATE, sent)) == fields
    assert mastodon(alice).get(GATE).json() == OFF


def test_who_may_see_the_account_reads_what_to_read_first(mastodon: Clients, alice: Account, carol: Account) -> None:
    mastodon(carol).patch(GATE, {"read_first": "Say hello"})

    found = mastodon(alice).get(f"{V1}/accounts/{carol.pk}/gate").json()
    assert found == {"locked": True, "read_first": "Say hello"}
    people.suspend(carol.pk)
    assert refusal(mastodon(alice).get(f"{V1}/accounts/{carol.pk}/gate"))[0] == 404


def check(client: Any, account: Account) -> tuple[Any, ...]:
    body = client.get(f"{GATE}/check?account={account.pk}").json()
    assert list(body) == ["outcome", "row", "rule", "reason"]
    return tuple(body.values())


def test_what_would_become_of_a_follow_is_foretold(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, eve: Account
) -> None:
    client = mastodon(carol)
    assert check(client, alice) == ("request", 6, "locked", "locked")
    client.patch(GATE, {"paused": True})
    assert check(client, alice) == ("request", 5, "paused", "locked")
    graph.follow(carol.pk, alice.pk, by(carol))
    client.patch(GATE, {"accept_followed": True, "paused": False})
    assert check(client, alice) == ("follow", 4, "accept_followed", None)
    client.post(f"{V1}/approvals", {"account": alice.pk})
    assert check(client, alice) == ("follow", 3, "approved", None)
    client.post(f"{V1}/kept_out", {"account": bob.pk})
    assert check(client, bob)[:3] == ("aside", 2, None)
    ServerRule.objects.create(domain=eve.domain, rule=ServerRuleKind.REFUSE)
    assert check(client, eve) == ("refused", 1, None, None)
    assert check(client, carol) == ("refused", 0, None, None)
    ask(carol, alice)
    assert check(client, alice) == ("follow", 0, None, None)
    graph.block(bob.pk, carol.pk, by(bob))
    assert check(client, bob) == ("refused", 0, None, None)
    client.patch(GATE, {"locked": False})
    assert check(client, AccountFactory()) == ("follow", 7, None, None)


def test_limited_accounts_and_rules_for_servers_have_a_reason(mastodon: Clients, alice: Account, eve: Account) -> None:
    limited = AccountFactory()
    people.change(limited.pk, limited_at=timezone.now())
    ServerRule.objects.create(domain=eve.domain, rule=ServerRuleKind.MUST_ASK)
    client = mastodon(alice)

    assert check(client, limited) == ("request", 6, None, "limited")
    assert check(client, eve) == ("request", 6, None, "server")


def test_checking_needs_an_account(mastodon: Clients, alice: Account) -> None:
    assert wrong(mastodon(alice).get(f"{GATE}/check")) == {"account"}
    assert wrong(mastodon(alice).get(f"{GATE}/check?account=x")) == {"account"}
    assert refusal(mastodon(alice).get(f"{GATE}/check?account=2000000000"))[0] == 404
