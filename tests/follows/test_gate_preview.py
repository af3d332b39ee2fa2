"""What would happen if somebody asked can be told for rules that are not saved yet."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import Account, Verification
from accounts.validation import Invalid
from follows import graph
from follows.gate import facts, rules, settings
from follows.gate.facts import Requester
from follows.models import Gate, Tally
from tests.follows.ledger import by

RULES: list[dict[str, Any]] = [
    {},
    {"locked": True},
    {"locked": True, "accept_followed": True},
    {"locked": True, "accept_friends": 2},
    {"locked": True, "accept_friends": 3},
    {"locked": True, "accept_verified": True},
    {"ask_bots": True},
    {"ask_new_days": 7},
    {"ask_new_days": 3},
    {"ask_mass": True},
    {"paused": True},
    {"paused": True, "paused_until": timezone.now() + timedelta(days=1), "accept_followed": True},
]
REQUESTERS = [
    Requester(),
    Requester(bot=True),
    Requester(followed=True),
    Requester(friends=2),
    Requester(verified=True),
    Requester(days=5),
    Requester(following=5001),
]


def make(requester: Requester, owner: Account, account: Account, friends: list[Account]) -> None:
    """Make a real account what was imagined."""
    badge = Verification.VERIFIED if requester.verified else Verification.NONE
    people.change(account.pk, bot=requester.bot, verification=badge)
    Account.objects.filter(pk=account.pk).update(created_at=timezone.now() - timedelta(days=requester.days))
    if requester.followed:
        graph.follow(owner.pk, account.pk, by(owner))
    for friend in friends[: requester.friends]:
        graph.follow(owner.pk, friend.pk, by(owner))
        graph.follow(friend.pk, account.pk, by(friend))
    Tally.objects.update_or_create(account=account, defaults={"following": requester.following, "followers": 0})


@pytest.mark.parametrize("requester", REQUESTERS, ids=str)
def test_it_is_what_happens_once_the_rules_are_saved(
    alice: Account, bob: Account, carol: Account, mallory: Account, requester: Requester
) -> None:
    people.change(carol.pk, locked=False)
    make(requester, bob, alice, [carol, mallory])
    for values in RULES:
        fresh = {"locked": False, **values}
        draft = settings.draft(bob.pk, **fresh)
        foreseen, supposed = rules.foresee(alice.pk, bob.pk, draft), rules.suppose(requester, draft)

        Gate.objects.all().delete()
        settings.change(bob.pk, by(bob), **fresh)
        assert foreseen == supposed == rules.check(alice.pk, bob.pk), values
        Gate.objects.all().delete()


def test_nothing_is_saved_by_looking(alice: Account, bob: Account) -> None:
    draft = settings.draft(bob.pk, locked=True, paused=True, read_first="Say who you are.")
    rules.foresee(alice.pk, bob.pk, draft)

    assert not Gate.objects.exists()
    assert not Account.objects.get(pk=bob.pk).locked
    assert rules.check(alice.pk, bob.pk).outcome is rules.Outcome.FOLLOW


def test_wrong_rules_are_refused_as_when_they_are_saved(bob: Account) -> None:
    with pytest.raises(Invalid) as refused:
        settings.draft(bob.pk, locked=False, accept_friends=0, expire_days=15)
    assert {fault.field for fault in refused.value.faults} == {"accept_friends", "expire_days"}


def test_an_imagined_account_costs_no_query(bob: Account, django_assert_num_queries: Any) -> None:
    draft = settings.draft(bob.pk, locked=True)
    with django_assert_num_queries(0):
        rules.suppose(Requester(followed=True), draft)


def test_every_fact_is_imagined(bob: Account, alice: Account) -> None:
    draft = settings.draft(bob.pk, locked=False)
    known = facts.of(alice.pk, bob.pk)
    assert known is not None
    imagined = facts.imagined(Requester(), draft)._asdict()
    assert {name: bool(value) for name, value in imagined.items()} == {
        name: bool(value) for name, value in known._asdict().items()
    }
