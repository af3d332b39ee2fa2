"""`manage.py recount`: finds and heals tallies that do not say what the edges say."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.access import Actor
from accounts.models import Account
from follows import graph, tallies
from follows.models import Tally


def recount(*arguments: str) -> str:
    out = io.StringIO()
    call_command("recount", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def told(alice: Account, bob: Account, carol: Account, mallory: Account) -> list[tuple[int, ...]]:
    """Some edges, and what the tallies say of them."""
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.follow(mallory.pk, carol.pk, Actor(mallory.pk, "test"))
    return rows()


def rows() -> list[tuple[int, ...]]:
    return list(Tally.objects.order_by("pk").values_list("account", "followers", "following", "requests"))


def test_right_tallies_are_left_as_they_are(told: list[tuple[int, ...]]) -> None:
    assert recount("--check") == "4 accounts, all tallies are right.\n"
    assert recount() == "4 accounts, all tallies are right.\n"
    assert rows() == told


def test_wrong_and_missing_tallies_are_counted_and_healed(told: list[tuple[int, ...]], bob: Account) -> None:
    Tally.objects.filter(account=bob).delete()
    Tally.objects.exclude(account=bob).filter(requests=0).update(followers=F("followers") + 5)
    with pytest.raises(CommandError, match=r"2 of 4 tallies are wrong; `manage.py recount` corrects them\."):
        recount("--check")
    assert recount() == "4 accounts, 2 tallies healed.\n"

    assert rows() == told
    assert recount("--check") == "4 accounts, all tallies are right.\n"


def test_a_tally_without_any_edge_is_emptied(alice: Account) -> None:
    Tally.objects.create(account=alice, followers=1, following=2, requests=3)
    recount()

    assert rows() == [(alice.pk, 0, 0, 0)]


def test_it_goes_through_all_chunks(told: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "CHUNK", 1)
    Tally.objects.update(followers=9, following=9, requests=9)

    assert recount() == f"4 accounts, {len(told)} tallies healed.\n"
    assert rows() == told
