"""The demo of `make run`: a small network in which every list has something to show."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from accounts.models import Account
from config import demo_people
from follows import queries, relationships, requester_facts, tallies
from follows.finding import discovery, search
from follows.finding.discovery import Slice
from follows.locks import embedded
from follows.models import ArrivalReason, Follow
from follows.paging import Window

WINDOW = Window(40)

pytestmark = pytest.mark.once


@pytest.fixture
def cast(
    alice: Account, bob: Account, carol: Account, tmp_path: Path, settings: Any
) -> tuple[Account, Account, Account]:
    settings.MEDIA_ROOT = tmp_path
    with embedded():
        demo_people.arrive(alice, bob, carol)
    return alice, bob, carol


def test_a_dozen_people_have_a_picture_and_a_bio_and_are_found(cast: tuple[Account, ...]) -> None:
    shown = Account.objects.filter(discoverable=True, domain="").exclude(avatar="")
    assert shown.count() >= 12
    assert all(default_storage.exists(account.avatar.name) for account in shown)
    assert Account.objects.exclude(note="").count() >= 12
    (found, *_) = search.ranked("photographs owls", cast[0].pk, 5)
    assert queries.person(found.account).username == "mei"


def test_carol_has_requests_of_each_kind_that_a_moderator_meets(cast: tuple[Account, ...]) -> None:
    carol = cast[2]
    waiting = list(Follow.objects.waiting().filter(target=carol).select_related("follower"))
    records = requester_facts.records(waiting)

    assert {request.reason for request in waiting} == {ArrivalReason.LOCKED}
    assert any(request.note for request in waiting)
    assert any(request.follower.domain for request in waiting)
    assert any(request.follower.bot for request in waiting)
    assert any(request.follower.limited_at for request in waiting)
    assert any(record.rejected for record in records)
    assert any(record.reports for record in records)
    assert any(record.friends for record in records)
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_everybody_is_suggested_somebody(cast: tuple[Account, ...]) -> None:
    for account in cast:
        assert discovery.suggestions(account.pk, Slice(10, 0))


def test_the_tour_still_begins_with_nothing_between_its_people(cast: tuple[Account, ...]) -> None:
    alice, bob, carol = (account.pk for account in cast)
    for requester in (alice, bob):
        tie = relationships.one(requester, carol)
        assert not (tie.following or tie.requested)
