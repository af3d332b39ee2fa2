"""Races in real threads against a real server: whoever comes first, the graph stays whole."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command

from accounts.access import Actor
from follows import graph, queries, relationships
from follows.models import Follow, Notice
from follows.paging import Window
from tests.follows import ledger
from tests.races.doors import Doors
from tests.servers import Live

ROUNDS = 8


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Their answers, in their order; none starts before all are ready."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def statuses(*calls: Callable[[], tuple[int, Any]]) -> list[int]:
    return [status for status, _ in at_once(*calls)]


@pytest.fixture
def doors(live: Live) -> Iterator[Callable[..., Doors]]:
    """`doors("carol", locked=True)` is a new person with both clients. At the end the tallies must be right."""
    yield lambda name, **values: Doors(live, live.sign_up(name, **values))
    with live.database():
        call_command("recount", "--check", stdout=StringIO())


def test_of_ten_accepts_through_both_doors_one_succeeds(live: Live, doors: Callable[..., Doors]) -> None:
    carol = doors("carol", locked=True)
    owner = carol.account.pk
    for _ in range(ROUNDS):
        requester = live.sign_up("requester")
        live.follow(requester, carol.account)
        with live.database():
            (request,) = queries.requests_to(owner, Window(1)).ids

        answers = statuses(
            *[partial(carol.mastodon, "POST", f"follow_requests/{requester.pk}/authorize")] * 5,
            *[partial(carol.twittner, "accept_follow", req_id=request)] * 5,
        )

        assert answers.count(200) == 1, answers
        assert set(answers[:5]) <= {200, 404}
        assert set(answers[5:]) <= {200, 400}
        with live.database():
            assert Follow.objects.accepted().filter(follower=requester, target=owner).count() == 1
            assert ledger.answers().filter(follower=requester, target=owner).count() == 1
            kinds = Notice.objects.filter(actor__in=[requester, owner], recipient__in=[requester, owner])
            assert Counter(kinds.values_list("kind", flat=True)) == {Notice.Kind.ACCEPTED: 1, Notice.Kind.JOINED: 1}
    with live.database():
        assert queries.person(owner).followers == ROUNDS


def test_accept_against_reject_has_one_winner(live: Live, doors: Callable[..., Doors]) -> None:
    carol = doors("carol", locked=True)
    for _ in range(ROUNDS):
        requester = live.sign_up("requester")
        live.follow(requester, carol.account)

        answers = statuses(
            *[partial(carol.mastodon, "POST", f"follow_requests/{requester.pk}/authorize")] * 3,
            *[partial(carol.mastodon, "POST", f"follow_requests/{requester.pk}/reject")] * 3,
        )

        assert answers.count(200) == 1, answers
        with live.database():
            followed = relationships.one(carol.account.pk, requester.pk).followed_by
            assert ledger.answers().filter(follower=requester).count() == 1
        assert followed == (200 in answers[:3])


def test_a_follow_against_a_block_never_ends_followed_and_blocked(live: Live, doors: Callable[..., Doors]) -> None:
    alice, bob = doors("alice"), doors("bob")
    alices, bobs = alice.account.pk, bob.account.pk
    by = Actor(bobs, "test")

    def block() -> bool:
        with live.database():
            return graph.block(bobs, alices, by)

    for _ in range(ROUNDS):
        at_once(
            lambda: alice.mastodon("POST", f"accounts/{bobs}/follow"),
            block,
            lambda: bob.twittner("follow", user_id=alices),
            lambda: alice.mastodon("POST", f"accounts/{bobs}/follow"),
        )

        with live.database():
            ties = relationships.one(bobs, alices)
            assert ties.blocking
            assert (ties.following, ties.followed_by, ties.requested, ties.requested_by) == (False,) * 4
            graph.unblock(bobs, alices, by)


def test_many_who_follow_and_leave_at_once_leave_right_tallies(live: Live, doors: Callable[..., Doors]) -> None:
    star = doors("star")
    fans = [doors("fan") for _ in range(4)]

    def come_and_go(fan: Doors) -> list[int]:
        target = star.account.pk
        return [
            status
            for _ in range(ROUNDS)
            for status, _ in (
                fan.mastodon("POST", f"accounts/{target}/follow"),
                fan.twittner("follow", user_id=target),
                fan.mastodon("POST", f"accounts/{target}/follow"),
                fan.mastodon("POST", f"accounts/{target}/unfollow"),
                fan.twittner("follow", user_id=target),
            )
        ]

    answers = at_once(*[partial(come_and_go, fan) for fan in fans])

    assert {status for fan in answers for status in fan} == {200}
    with live.database():
        followers = queries.followers_of(star.account.pk, None, Window(10))
        assert len(followers.ids) == queries.person(star.account.pk).followers
