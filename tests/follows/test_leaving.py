"""An account leaves with everything of its own, and the others' tallies stay right."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q

from accounts import people, sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import background, changes, graph, leaving
from follows.changes import Change
from follows.models import Approval, Decision, Follow, KeptOut, Leaving, Report, Tally
from tests.factories import AccountFactory


def tally_of(account: Account) -> tuple[int, int, int]:
    tally = Tally.objects.get(pk=account.pk)
    return tally.followers, tally.following, tally.requests


def edges_of(account: Account) -> tuple[int, int, int]:
    return (
        Follow.objects.accepted().filter(target=account).count(),
        Follow.objects.accepted().filter(follower=account).count(),
        Follow.objects.pending().filter(target=account).count(),
    )


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_the_tallies_of_the_others_stay_right(
    monkeypatch: pytest.MonkeyPatch, alice: Account, bob: Account, carol: Account, mallory: Account, chunk: int
) -> None:
    monkeypatch.setattr(leaving, "CHUNK", chunk)
    others = [alice, bob, mallory, *(AccountFactory(locked=number % 2 == 0) for number in range(4))]
    for other in others:
        graph.follow(other.pk, carol.pk, Actor(other.pk, "test"))
        graph.follow(carol.pk, other.pk, Actor(carol.pk, "test"))
    for other in others[:3]:
        graph.accept(carol.pk, other.pk, Actor(carol.pk, "test"))
        graph.follow(other.pk, others[3].pk, Actor(other.pk, "test"))

    leaving.delete_account(carol.pk)

    assert not Account.objects.filter(pk=carol.pk).exists()
    for other in others:
        assert tally_of(other) == edges_of(other)
    assert tally_of(others[3]) == (0, 0, 3)


def test_nothing_of_the_account_is_left(alice: Account, bob: Account, carol: Account) -> None:
    by = Actor(carol.pk, "test")
    sessions.open_session(carol.pk, Platform.IOS)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.accept(carol.pk, alice.pk, by)
    graph.block(carol.pk, bob.pk, by)
    Report.objects.create(reporter=alice, target=carol, reason=1, door="test")
    leaving.delete_account(carol.pk)

    for model in apps.get_models():
        mine = Q()
        for field in model._meta.concrete_fields:
            if field.related_model is Account:
                mine |= Q(**{field.name: carol.pk})
        assert not mine or not model._default_manager.filter(mine).exists(), model


def test_an_account_that_left_can_leave_no_more(alice: Account) -> None:
    leaving.delete_account(alice.pk)
    leaving.delete_account(alice.pk)

    assert not Account.objects.exists()


def test_its_pictures_go_too(
    alice: Account, settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    from accounts import images
    from tests.compat_twittner.files import picture

    settings.MEDIA_ROOT = tmp_path
    images.set_avatar(alice, images.avatar(picture()))
    images.set_header(alice, images.header(picture()))
    with django_capture_on_commit_callbacks(execute=True):
        leaving.delete_account(alice.pk)

    assert not list(tmp_path.rglob("*.jpg"))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The accounts whose deletion is to go on behind the caller, who does nothing itself."""
    put_off: list[int] = []
    monkeypatch.setattr(leaving, "AT_ONCE", 0)
    monkeypatch.setattr(background, "carry_on", lambda step, account: put_off.append(account))
    return put_off


def test_a_long_deletion_goes_on_behind_the_caller(
    alice: Account, bob: Account, later: list[int], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    with django_capture_on_commit_callbacks(execute=True):
        leaving.delete_account(alice.pk, Actor(alice.pk, "test"))

    assert later == [alice.pk]
    assert Account.objects.get(pk=alice.pk).suspended_at is not None
    assert Leaving.objects.get().door == "test"
    later.clear()
    leaving.resume()
    assert later == [alice.pk]
    leaving.finish(alice.pk)
    assert not Account.objects.filter(pk=alice.pk).exists()
    assert not Leaving.objects.exists()
    assert tally_of(bob) == (0, 0, 0)


def test_an_account_that_is_being_deleted_cannot_be_unsuspended(alice: Account) -> None:
    leaving.begin(alice.pk, leaving.SERVER)

    with pytest.raises(people.IsLeaving):
        people.unsuspend(alice.pk)
    alice.refresh_from_db()
    assert alice.suspended_at is not None


def test_a_deletion_that_is_asked_for_again_goes_on(alice: Account) -> None:
    leaving.begin(alice.pk, Actor(alice.pk, "test"))
    leaving.begin(alice.pk, leaving.SERVER)

    assert Leaving.objects.get().door == "test"
    leaving.delete_account(alice.pk)
    assert not Account.objects.filter(pk=alice.pk).exists()


def test_other_apps_hear_of_every_edge_that_is_cut(
    alice: Account, bob: Account, carol: Account, mallory: Account, django_capture_on_commit_callbacks: Any
) -> None:
    for follower, target in ((alice, carol), (bob, carol), (carol, bob), (carol, mallory)):
        graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    graph.accept(carol.pk, alice.pk, Actor(carol.pk, "test"))
    Account.objects.filter(pk=mallory.pk).update(locked=True)
    graph.unfollow(carol.pk, mallory.pk, Actor(carol.pk, "test"))
    graph.follow(carol.pk, mallory.pk, Actor(carol.pk, "test"))
    heard: list[Change] = []
    changes.register(heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            leaving.delete_account(carol.pk, Actor(carol.pk, "test"))
    finally:
        changes.unregister(heard.append)

    kind = Decision.Kind
    assert {(change.kind, change.follower, change.target) for change in heard} == {
        (kind.REMOVED, alice.pk, carol.pk),
        (kind.REJECTED, bob.pk, carol.pk),
        (kind.UNFOLLOWED, carol.pk, bob.pk),
        (kind.CANCELLED, carol.pk, mallory.pk),
    }
    assert {change.by for change in heard} == {Actor(carol.pk, "test")}


def test_the_rows_of_gates_go_in_chunks(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "CHUNK", 2)
    others = AccountFactory.create_batch(5)
    for other in others:
        KeptOut.objects.create(owner=alice, account=other)
        KeptOut.objects.create(owner=other, account=alice)
        Approval.objects.create(owner=alice, account=other, handle=other.username.lower())
        Approval.objects.create(owner=other, account=alice, handle="alice")
    assert leaving.begin(alice.pk, leaving.SERVER)
    assert leaving.take_step(alice.pk)
    assert KeptOut.objects.count() + Approval.objects.count() == 18

    leaving.finish(alice.pk)
    assert not KeptOut.objects.exists()
    assert not Approval.objects.exists()
