"""What becomes of a follow: each row of the table in `follows.gate.rules`, and what each side is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import people, validation
from accounts.models import Account, Verification
from follows import graph, queries
from follows.gate import rules, servers, settings
from follows.gate.rules import Outcome
from follows.graph import FollowResult
from follows.models import ArrivalReason, Follow, ServerRuleKind, Tally
from follows.paging import Window
from follows.policy import Blocked
from tests.factories import AccountFactory
from tests.follows.ledger import by, told

WINDOW = Window(40)


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain="other.example")


def ask(follower: Account, target: Account, **options: Any) -> FollowResult:
    return graph.follow(follower.pk, target.pk, by(follower), **options)


def waiting(owner: Account) -> list[int]:
    return [key.account for key in queries.requests_to(owner.pk, WINDOW).rows]


def reason(follower: Account) -> ArrivalReason | None:
    found = Follow.objects.get(follower=follower).reason
    return None if found is None else ArrivalReason(found)


def test_an_account_without_rules_is_followed_or_asked_as_ever(alice: Account, bob: Account, carol: Account) -> None:
    assert (ask(alice, bob), ask(alice, carol)) == (FollowResult.FOLLOWED, FollowResult.REQUESTED)
    assert rules.check(bob.pk, alice.pk) == rules.Answer(Outcome.FOLLOW, 7)
    assert rules.check(bob.pk, carol.pk) == rules.Answer(Outcome.REQUEST, 6, "locked", ArrivalReason.LOCKED)
    assert Follow.objects.get(target=carol).reason == ArrivalReason.LOCKED


# --- row 1: rules for servers ---------------------------------------------------------------------------


def test_a_refused_server_is_blocked(zoe: Account, alice: Account, carol: Account) -> None:
    servers.set_rule("Other.Example.", ServerRuleKind.REFUSE, "spam", by(alice))

    with pytest.raises(Blocked):
        ask(zoe, alice)
    assert rules.check(zoe.pk, carol.pk) == rules.Answer(Outcome.REFUSED, 1)


def test_mutuals_only_lets_in_whom_the_owner_follows(zoe: Account, alice: Account) -> None:
    servers.set_rule("other.example", ServerRuleKind.MUTUALS_ONLY, "", by(alice))
    with pytest.raises(Blocked):
        ask(zoe, alice)

    Follow.objects.create(follower=alice, target=zoe, accepted_at=timezone.now())
    assert ask(zoe, alice) is FollowResult.FOLLOWED


@pytest.mark.parametrize(
    ("rule", "why"), [(ServerRuleKind.MUST_ASK, ArrivalReason.SERVER), (ServerRuleKind.LIMITED, ArrivalReason.LIMITED)]
)
def test_everybody_of_a_server_must_ask(zoe: Account, alice: Account, rule: ServerRuleKind, why: ArrivalReason) -> None:
    servers.set_rule("other.example", rule, "", by(alice))

    assert ask(zoe, alice) is FollowResult.REQUESTED
    assert reason(zoe) is why


# --- row 2: kept out --------------------------------------------------------------------------------------


# --- row 3: approved before -------------------------------------------------------------------------------


# --- row 4: rules that accept -------------------------------------------------------------------------------


def test_whom_the_owner_follows_is_accepted(alice: Account, carol: Account) -> None:
    settings.change(carol.pk, by(carol), accept_followed=True)
    ask(carol, alice)

    assert ask(alice, carol) is FollowResult.FOLLOWED
    assert rules.check(alice.pk, carol.pk).rule == "accept_followed"


def test_friends_in_common_are_enough(alice: Account, carol: Account) -> None:
    settings.change(carol.pk, by(carol), accept_friends=2)
    friends = [AccountFactory() for _ in range(2)]
    for friend in friends:
        ask(carol, friend)
    ask(friends[0], alice)
    assert rules.check(alice.pk, carol.pk).outcome is Outcome.REQUEST

    ask(friends[1], alice)
    assert rules.check(alice.pk, carol.pk) == rules.Answer(Outcome.FOLLOW, 4, "accept_friends")


def test_the_badge_is_enough(alice: Account, carol: Account) -> None:
    settings.change(carol.pk, by(carol), accept_verified=True)
    people.change(alice.pk, verification=Verification.VERIFIED)

    assert ask(alice, carol) is FollowResult.FOLLOWED


# --- row 5: paused ----------------------------------------------------------------------------------------


def test_a_pause_keeps_everybody_waiting_without_a_notice(alice: Account, bob: Account) -> None:
    settings.change(bob.pk, by(bob), paused=True)

    assert ask(alice, bob) is FollowResult.REQUESTED
    assert (waiting(bob), told(), reason(alice)) == ([alice.pk], set(), ArrivalReason.PAUSED)
    assert Follow.objects.get().while_paused


def test_a_pause_ends_by_itself(alice: Account, bob: Account) -> None:
    settings.change(bob.pk, by(bob), paused_until=timezone.now() + timedelta(hours=1))
    assert settings.of(bob.pk).paused
    settings.Gate.objects.update(paused_until=timezone.now() - timedelta(seconds=1))

    assert not settings.of(bob.pk).paused
    assert ask(alice, bob) is FollowResult.FOLLOWED


# --- row 6: who must ask --------------------------------------------------------------------------------------


def test_a_limited_account_asks_at_an_open_one(alice: Account, bob: Account) -> None:
    servers.limit(alice.pk)
    assert ask(alice, bob) is FollowResult.REQUESTED
    assert reason(alice) is ArrivalReason.LIMITED

    servers.unlimit(alice.pk)
    assert ask(alice, bob) is FollowResult.FOLLOWED


@pytest.mark.parametrize(
    ("field", "value", "change", "why"),
    [
        ("ask_bots", True, {"bot": True}, ArrivalReason.BOT),
        ("ask_new_days", 7, {"created_at": timezone.now() - timedelta(days=6)}, ArrivalReason.NEW),
    ],
)
def test_bots_and_new_accounts_ask_if_the_owner_says_so(
    alice: Account, bob: Account, field: Any, value: Any, change: dict[str, Any], why: ArrivalReason
) -> None:
    Account.objects.filter(pk=alice.pk).update(created_at=timezone.now() - timedelta(days=8))
    settings.change(bob.pk, by(bob), **{field: value})
    assert rules.check(alice.pk, bob.pk).outcome is Outcome.FOLLOW

    Account.objects.filter(pk=alice.pk).update(**change)
    assert rules.check(alice.pk, bob.pk) == rules.Answer(Outcome.REQUEST, 6, field, why)


@pytest.mark.parametrize(
    ("following", "followers", "asks"), [(5000, 0, False), (5001, 501, False), (5001, 500, True), (70_000, 20, True)]
)
def test_an_account_that_follows_very_many_asks(
    alice: Account, bob: Account, following: int, followers: int, asks: bool
) -> None:
    settings.change(bob.pk, by(bob), ask_mass=True)
    Tally.objects.create(account=alice, following=following, followers=followers)

    assert (rules.check(alice.pk, bob.pk).reason is ArrivalReason.MASS) is asks


def test_a_changed_rule_leaves_who_waits_waiting(alice: Account, carol: Account) -> None:
    people.change(alice.pk, verification=Verification.VERIFIED)
    ask(alice, carol)
    settings.change(carol.pk, by(carol), accept_verified=True, locked=False)

    assert waiting(carol) == [alice.pk]


# --- notes ------------------------------------------------------------------------------------------------------


def test_a_note_is_for_the_owner_who_is_asked_and_goes_with_the_answer(
    alice: Account, bob: Account, carol: Account
) -> None:
    ask(alice, carol, note="It's me, from the choir")
    ask(alice, bob, note="ignored")
    assert Follow.objects.get(target=carol).note == "It's me, from the choir"
    assert Follow.objects.get(target=bob).note == ""

    graph.accept(carol.pk, alice.pk, by(carol))
    assert not Follow.objects.exclude(note="").exists()


# --- settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"accept_friends": 0},
        {"accept_friends": 51},
        {"ask_new_days": 366},
        {"expire_days": 15},
        {"digest": "hourly"},
        {"paused_until": timezone.now() - timedelta(minutes=1)},
        {"paused": False, "paused_until": timezone.now() + timedelta(days=1)},
        {"read_first": "x" * 1001},
    ],
)
def test_a_value_out_of_range_changes_nothing(carol: Account, wrong: dict[str, Any]) -> None:
    with pytest.raises(validation.Invalid) as refused:
        settings.change(carol.pk, by(carol), ask_bots=True, **wrong)

    assert {fault.field for fault in refused.value.faults} <= set(wrong)
    assert not settings.of(carol.pk).ask_bots
