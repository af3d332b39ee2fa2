"""An account leaves with everything of its own, and the others' tallies stay right."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from follows import graph, leaving
from follows.models import Follow, Report, Tally
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
