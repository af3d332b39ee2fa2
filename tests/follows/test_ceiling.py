"""How many an account may follow (mastodon.md §5.8)."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph, policy
from follows.models import Follow, Tally


def tally(account: Account, following: int, followers: int = 0) -> None:
    Tally.objects.update_or_create(account=account, defaults={"following": following, "followers": followers})


def test_an_account_may_follow_seven_and_a_half_thousand(alice: Account, bob: Account, carol: Account) -> None:
    tally(alice, policy.MAX_FOLLOWS - 1)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    with pytest.raises(policy.FollowsTooMany):
        graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    with pytest.raises(policy.FollowsTooMany):
        graph.toggle(alice.pk, carol.pk, Actor(alice.pk, "test"))
    assert Follow.objects.count() == 1


def test_whoever_has_many_followers_may_follow_a_tenth_more_than_these(
    alice: Account, bob: Account, carol: Account
) -> None:
    tally(alice, 10_999, followers=10_000)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    with pytest.raises(policy.FollowsTooMany) as refused:
        graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    assert refused.value.ceiling == 11_000


def test_the_options_of_a_follow_change_at_the_ceiling_too(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    tally(alice, policy.MAX_FOLLOWS)

    assert graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"), notify=True) is graph.FollowResult.NOTHING


def test_accepting_asks_for_no_ceiling(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    tally(alice, policy.MAX_FOLLOWS)
    graph.accept(carol.pk, alice.pk, Actor(carol.pk, "test"))

    assert Follow.objects.accepted().count() == 1


def test_an_account_above_the_ceiling_follows_nobody_else(alice: Account, bob: Account) -> None:
    """Its followers have left it."""
    tally(alice, policy.MAX_FOLLOWS + 2)

    with pytest.raises(policy.FollowsTooMany):
        graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
