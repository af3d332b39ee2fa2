"""An account opens while somebody asks to follow it: nobody is left waiting for an account that is open."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.access import Actor
from accounts.models import Account
from follows import graph, relationships
from follows.locks import embedded
from tests.postgres.conftest import Other


def test_an_opening_waits_for_who_is_asking_and_accepts_them(
    alice: Account, carol: Account, beside: Callable[[Callable[[], Any]], Other]
) -> None:
    with transaction.atomic(), embedded():
        assert graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test")) is graph.Turn.REQUESTED
        opening = beside(lambda: graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False))
        opening.waits()

    assert opening.ends() is None
    assert relationships.one(alice.pk, carol.pk).following
