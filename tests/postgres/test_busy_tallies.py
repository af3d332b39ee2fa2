"""A tally that another writer holds keeps nobody waiting, and says what the edges say as soon as it is free."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.access import Actor
from accounts.models import Account
from follows import background, edges, graph, journal, leaving, leftovers, policy, tallies
from follows.edges import Delta
from follows.locks import embedded
from follows.models import Follow, Tally, TallyMove
from tests.factories import AccountFactory
from tests.postgres.conftest import Other

Beside = Callable[[Callable[[], Any]], Other]


@pytest.fixture(autouse=True)
def _nobody_goes_on_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_busy", {})
    monkeypatch.setattr(background, "carry_on", lambda step, account: None)


@pytest.fixture
def star() -> Account:
    """An account that somebody follows, so that it has a tally."""
    star: Account = AccountFactory()
    follow(AccountFactory(), star)
    return star


def follow(follower: Account, target: Account) -> Any:
    return graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))


def followers(account: Account) -> int:
    return Tally.objects.get(pk=account.pk).followers


def wrong() -> int:
    return sum(chunk.wrong for chunk in tallies.verify())


def hold_up(account: Account) -> None:
    """Within a transaction, hold the account's tally, as a writer does whose commit takes long."""
    Tally.objects.select_for_update(no_key=True).get(pk=account.pk)


def test_a_writer_commits_while_another_holds_the_tally(star: Account, alice: Account, beside: Beside) -> None:
    with transaction.atomic(), embedded():
        hold_up(star)
        writer = beside(lambda: follow(alice, star))
        assert writer.ends() is graph.FollowResult.FOLLOWED  # its count is added behind it, for the tally stays held
        assert Follow.objects.filter(follower=alice, target=star).exists()
        assert (followers(star), wrong()) == (1, 0)

    journal.settle(star.pk)
    assert (followers(star), wrong()) == (2, 0)
    assert not TallyMove.objects.exists()


def test_the_count_is_right_when_the_writer_returns(
    star: Account, alice: Account, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_SETTLE", journal._SETTLE.replace("1s", "0"))  # it waits as long as it takes
    with transaction.atomic(), embedded():
        hold_up(star)
        writer = beside(lambda: follow(alice, star))
        writer.waits()
        assert Follow.objects.filter(follower=alice, target=star).exists()

    assert writer.ends() is graph.FollowResult.FOLLOWED
    assert followers(star) == 2


def test_what_was_noted_may_be_taken_off_before_it_is_added(
    star: Account, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row alone would be less than nothing."""
    follower = Follow.objects.get().follower_id
    monkeypatch.setattr(journal, "_busy", {star.pk: float("inf")})
    monkeypatch.setattr(journal, "_settle_soon", lambda account: None)
    follow(alice, star)
    monkeypatch.setattr(journal, "_busy", {})
    graph.unfollow(follower, star.pk, Actor(follower, "test"))
    graph.unfollow(alice.pk, star.pk, Actor(alice.pk, "test"))
    assert (followers(star), wrong()) == (1, 0)

    journal.settle(star.pk)
    assert (followers(star), wrong()) == (0, 0)


@pytest.mark.parametrize("finish", ["the next writer", "a server", "a sweep"])
def test_what_a_killed_process_noted_is_added(
    star: Account, alice: Account, bob: Account, finish: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_busy", {star.pk: float("inf")})
    with monkeypatch.context() as killed:
        killed.setattr(journal, "_settle_soon", lambda account: None)
        follow(alice, star)
    call_command("recount", check=True, stdout=io.StringIO())
    assert followers(star) == 1

    if finish == "the next writer":
        follow(bob, star)
    elif finish == "a server":
        monkeypatch.setattr(background, "carry_on", lambda step, account: step(account))
        assert journal.resume in leftovers.BEGINNINGS
        journal.resume()
    else:
        call_command("sweep", stdout=io.StringIO())
    assert followers(star) == Follow.objects.filter(target=star).count()
    assert not TallyMove.objects.exists()


def test_healing_counts_what_is_noted_once(star: Account, alice: Account) -> None:
    TallyMove.objects.create(account=star, followers=1)
    Follow.objects.create(follower=alice, target=star)
    Follow.objects.update(accepted_at=alice.created_at)
    Tally.objects.update(followers=7)

    list(tallies.heal())
    assert wrong() == 0
    journal.settle(star.pk)
    assert (followers(star), wrong()) == (2, 0)


def test_a_noted_follow_counts_for_the_limit_of_follows(alice: Account, bob: Account) -> None:
    Tally.objects.create(account=alice, following=policy.MAX_FOLLOWS - 1)
    TallyMove.objects.create(account=alice, following=1)

    with pytest.raises(policy.FollowsTooMany):
        follow(alice, bob)


def test_an_opening_and_a_deletion_wait_for_no_tally_of_their_own(
    carol: Account, alice: Account, beside: Beside
) -> None:
    follow(alice, carol)
    with transaction.atomic(), embedded():
        hold_up(carol)
        opening = beside(lambda: graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False))
        assert opening.ends() is None
        assert Follow.objects.accepted().filter(follower=alice, target=carol).exists()
    journal.settle(carol.pk)
    assert (followers(carol), wrong()) == (1, 0)

    leaving.delete_account(carol.pk)
    assert wrong() == 0


def test_moves_of_one_transaction_are_added_together(star: Account, beside: Beside) -> None:
    with transaction.atomic(), embedded():
        hold_up(star)
        journal._busy[star.pk] = float("inf")
        edges.move({star.pk: Delta(followers=5)}, {star.pk: Delta(followers=-2)})
        assert TallyMove.objects.get().followers == 3

    with connection.cursor() as cursor:
        cursor.execute("SELECT followers FROM follows_tally WHERE account_id = %s", [star.pk])
        assert cursor.fetchone() == (4,)
