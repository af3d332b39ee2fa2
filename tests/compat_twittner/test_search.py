"""Finding people (twittner.md §2.4): any part of a name, in any script, without what is hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, leaving
from follows.finding import search
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory

Phone = Callable[..., Twittner]


@pytest.fixture(params=["among the newest", "by the index"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story holds whether the accounts are new or old."""
    if request.param == "by the index":
        monkeypatch.setattr(search, "SCANNED", 0)


def found(phone: Twittner, query: str, **more: Any) -> list[str]:
    answer = phone.get("search_people", query=query, **more)
    return [item["username"].removeprefix("@") for item in answer["data"]]


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize(
    "query",
    ["zoe_k", "OE_", "zoé", "KÜHN", "zoé kühn", "é kü", "lives in łódź", "ŁÓDŹ", "李小", "李", "50%", "_k", "q!"],
)
def test_any_part_of_a_name_or_of_the_bio_finds(twittner: Phone, bob: Account, query: str) -> None:
    zoe = AccountFactory(username="zoe_k", display_name="Zoé Kühn")
    people.change(zoe.pk, note="Lives in Łódź, 50% of the time. 李小龙 q!")

    assert found(twittner(), query) == ["zoe_k"]


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("query", ["zoe kz", "kzoe", "zoe%k", '"zoe"', "zo\x00ek", "* OR a", "NEAR(a b)", "\\", "'"])
def test_what_is_not_there_is_not_found(twittner: Phone, query: str) -> None:
    AccountFactory(username="zoe_k", display_name="Zoé Kühn")

    assert found(twittner(), query) == []


@pytest.mark.usefixtures("_both_ways")
def test_the_index_follows_every_change(twittner: Phone) -> None:
    zoe = AccountFactory(username="zoe_k", display_name="Zoe Kuhn")
    people.change(zoe.pk, first_name="Anastasia", last_name="Kuhn")
    assert (found(twittner(), "zoe kuhn"), found(twittner(), "anastasia")) == ([], ["zoe_k"])

    Account.objects.filter(pk=zoe.pk).update(note="gardener")
    assert found(twittner(), "garden") == ["zoe_k"]

    leaving.delete_account(zoe.pk)
    assert found(twittner(), "anastasia") == []


@pytest.mark.usefixtures("_both_ways")
def test_the_searcher_the_blocked_and_the_suspended_are_left_out(
    twittner: Phone, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    graph.block(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.block(mallory.pk, alice.pk, Actor(mallory.pk, "test"))
    AccountFactory(username="zoe")
    people.suspend(AccountFactory(username="zack").pk)

    assert found(twittner(alice), " ") == ["zoe", "carol"]
    assert found(twittner(alice), "o") == ["zoe", "carol"]


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("query", [" ", "per", "p", "person_"])
def test_pages_go_on_from_the_last_user_id(twittner: Phone, query: str) -> None:
    names = [AccountFactory().username for _ in range(11)]
    phone, seen, offset = twittner(), list[str](), 0
    while (answer := phone.get("search_people", query=query, offset=offset, page_size=4))["code"] == 200:
        seen += [item["username"][1:] for item in answer["data"]]
        offset = answer["data"][-1]["id"]

    assert seen == names[::-1]


@pytest.mark.parametrize(("query", "most"), [(" ", 5), ("person", 5), ("p", 5)])
def test_the_number_of_queries_does_not_grow(twittner: Phone, alice: Account, query: str, most: int) -> None:
    for _ in range(21):
        AccountFactory()
    phone = twittner(alice)

    for size in (1, 20):
        Account.objects.update(version=F("version") + 1)
        with CaptureQueriesContext(connection) as queries:
            assert len(found(phone, query, page_size=size)) == size
        assert len(queries) == most
