"""What the database itself refuses, and lists without gaps or repeats."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Identity
from follows import graph, queries
from follows.models import Block, Decision, DomainBlock, Follow, List, Notice, Reason, Report, Tally
from follows.notices import policies
from follows.paging import Window
from tests.factories import AccountFactory


def elsewhere(**values: Any) -> Account:
    return Account.objects.create(**{"username": "zed", "domain": "other.example"} | values)


def test_the_database_itself_refuses_what_must_never_be(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    never: list[Callable[[], Any]] = [
        lambda: Follow.objects.create(follower=alice, target=bob),
        lambda: Follow.objects.create(follower=bob, target=bob),
        lambda: Block.objects.create(blocker=bob, target=bob),
        lambda: Tally.objects.filter(pk=bob.pk).update(followers=-1),
        lambda: Account.objects.create(username="ALICE"),
        lambda: Account.objects.create(username="zed", email="Alice@Example.org"),
        lambda: Account.objects.create(username=""),
        lambda: elsewhere(email="zed@example.org"),
        lambda: elsewhere(is_staff=True),
        lambda: elsewhere(is_superuser=True),
        lambda: elsewhere(password=alice.password),
        lambda: elsewhere(domain="Other.example"),
        lambda: Account.objects.filter(pk=bob.pk).update(gender="X"),
        lambda: Account.objects.filter(pk=bob.pk).update(profile_privacy="nobody"),
        lambda: Account.objects.filter(pk=bob.pk).update(contact_privacy="nobody"),
        lambda: Account.objects.filter(pk=bob.pk).update(verification=3),
        lambda: sessions.open_session(bob.pk, "watch"),
        lambda: Identity.objects.create(account=bob, provider="nobody", subject="bob"),
        lambda: DomainBlock.objects.create(account=bob, domain="Other.example"),
        lambda: Notice.objects.create(recipient=bob, actor=bob, kind=Notice.Kind.FOLLOWED),
        lambda: Decision.objects.create(kind=Decision.Kind.ACCEPTED, follower=bob, target=bob, door="test"),
        lambda: Notice.objects.create(recipient=bob, actor=alice, kind=5),
        lambda: Decision.objects.create(kind=0, follower=alice, target=bob, door="test"),
        lambda: Report.objects.create(reporter=bob, target=alice, reason=7, door="test"),
        lambda: Report.objects.create(reporter=bob, target=alice, reason=Reason.SPAM, door="test", closed_by=alice),
        lambda: List.objects.create(owner=bob, title="Friends", replies_policy="all"),
        lambda: policies.change_policy(bob.pk, for_bots="laugh"),
    ]
    for write in never:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_a_list_pages_without_gaps_or_repeats(carol: Account) -> None:
    requesters = [AccountFactory() for _ in range(5)]
    for requester in requesters:
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    newest_first = [requester.pk for requester in reversed(requesters)]

    first = queries.requests_to(carol.pk, Window(2))
    second = queries.requests_to(carol.pk, Window(2, before=first.ids[-1]))
    third = queries.requests_to(carol.pk, Window(2, before=second.ids[-1]))
    assert [key.account for page in (first, second, third) for key in page.rows] == newest_first
    assert [page.full for page in (first, second, third)] == [True, True, False]
    newer = queries.requests_to(carol.pk, Window(40, after=second.ids[-1]))
    assert [key.account for key in newer.rows] == newest_first[:3]
