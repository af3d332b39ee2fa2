"""Which requests end by themselves, in whatever order they stand in the queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from follows import deciding, graph
from follows.gate import expiry, settings
from follows.models import Follow
from tests.factories import AccountFactory
from tests.follows.ledger import by

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Account:
    owner: Account = AccountFactory(locked=True)
    settings.change(owner.pk, by(owner), expire_days=30)
    return owner


def ask(owner: Account, *, days: int = 0) -> Account:
    """Somebody has asked for so many days."""
    requester: Account = AccountFactory()
    graph.follow(requester.pk, owner.pk, by(requester))
    Follow.objects.filter(follower=requester).update(created_at=timezone.now() - timedelta(days=days))
    return requester


def waiting(owner: Account) -> set[int]:
    return set(Follow.objects.waiting().filter(target=owner).values_list("follower", flat=True))


def test_old_requests_expire_behind_whole_chunks_of_young_ones(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "CHUNK", 2)
    kept = {ask(owner, days=days).pk for days in (1, 2, 29, 0, 3)}
    for days in (31, 400, 31):
        ask(owner, days=days)

    assert expiry.expire() == 3
    assert waiting(owner) == kept


def test_a_request_that_waits_again_after_an_undo_expires_by_the_day_it_was_made(
    owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the newest id of the queue."""
    monkeypatch.setattr(expiry, "CHUNK", 2)
    old = ask(owner, days=40)
    kept = {ask(owner, days=1).pk for _ in range(4)}
    rejected = graph.reject(owner.pk, old.pk, by(owner))
    deciding.undo(owner.pk, rejected, by(owner))
    assert waiting(owner) == kept | {old.pk}

    assert expiry.expire() == 1
    assert waiting(owner) == kept


def test_spared_requests_hold_no_later_one_up(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "CHUNK", 2)
    spared = [ask(owner, days=50) for _ in range(5)]
    for requester in spared:
        graph.follow(owner.pk, requester.pk, by(owner))
    ask(owner, days=40)

    assert expiry.expire() == 1
    assert waiting(owner) == {requester.pk for requester in spared}
    assert expiry.expire() == 0


def test_it_stops_after_as_many_as_it_may_and_goes_on_the_next_time(owner: Account) -> None:
    for days in (40, 50, 60):
        ask(owner, days=days)

    assert [expiry.expire(at_most=2), expiry.expire(at_most=2)] == [2, 1]
