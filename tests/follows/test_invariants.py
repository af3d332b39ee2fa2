"""What the database itself refuses, and lists without gaps or repeats."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account
from follows import graph, queries
from follows.models import Block, Follow, Tally
from follows.paging import Window
from tests.factories import AccountFactory


def test_the_database_itself_refuses_what_must_never_be(alice: Account, bob: Account) -> None:
    from django.db import IntegrityError, transaction

    graph.follow(alice.pk, bob.pk)
    never: list[Callable[[], Any]] = [
        lambda: Follow.objects.create(follower=alice, target=bob),
        lambda: Follow.objects.create(follower=bob, target=bob),
        lambda: Block.objects.create(blocker=bob, target=bob),
        lambda: Tally.objects.filter(pk=bob.pk).update(followers=-1),
        lambda: Account.objects.create(username="ALICE"),
        lambda: Account.objects.create(username="zed", email="Alice@Example.org"),
        lambda: Account.objects.create(username=""),
        lambda: Account.objects.create(username="zed", domain="other.example", email="zed@example.org"),
    ]
    for write in never:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_a_list_pages_without_gaps_or_repeats(carol: Account) -> None:
    askers = [AccountFactory() for _ in range(5)]
    for asker in askers:
        graph.follow(asker.pk, carol.pk)
    newest_first = [asker.pk for asker in reversed(askers)]

    first = queries.requests_to(carol.pk, Window(2))
    second = queries.requests_to(carol.pk, Window(2, before=first.ids[-1]))
    third = queries.requests_to(carol.pk, Window(2, before=second.ids[-1]))
    assert [key.account for page in (first, second, third) for key in page.rows] == newest_first
    assert [page.full for page in (first, second, third)] == [True, True, False]
    newer = queries.requests_to(carol.pk, Window(40, after=second.ids[-1]))
    assert [key.account for key in newer.rows] == newest_first[:3]
