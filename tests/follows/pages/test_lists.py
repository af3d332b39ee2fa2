"""The lists of a member: who is on them, and what is done with one row or with many."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.template import loader
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import people
from accounts.models import Account
from follows import graph, marks
from follows.gate import approvals, kept_out
from follows.models import Block, Decision, Follow, Mute
from tests.factories import AccountFactory
from tests.follows.pages.conftest import ask, browser, by, names, request_of, send, text, words


@pytest.fixture
def fans(bob: Account) -> list[Account]:
    """Three who follow bob, the last one first on the list."""
    found = [AccountFactory(display_name=f"Fan {n}") for n in range(3)]
    ask(bob, *found)
    return found


def test_followers_with_filters(bob: Account, fans: list[Account]) -> None:
    first, second, third = fans
    graph.follow(bob.pk, first.pk, by(bob))
    people.change(second.pk, bot=True, note="Sings in the choir")
    Account.objects.filter(pk=third.pk).update(last_active_at=timezone.now() - timedelta(days=100))
    client = browser(bob)
    expected = {
        "": ["Fan 2", "Fan 1", "Fan 0"],
        "sort=oldest": ["Fan 0", "Fan 1", "Fan 2"],
        "sort=dormant": ["Fan 2", "Fan 0", "Fan 1"],
        "mutual=yes": ["Fan 0"],
        "bot=yes": ["Fan 1"],
        "bot=no": ["Fan 2", "Fan 0"],
        "dormant_days=90": ["Fan 2"],
        "q=choir": ["Fan 1"],
        "q=nobody": [],
    }
    for query, wanted in expected.items():
        assert names(client.get(f"/followers?{query}")) == wanted, query
    assert "Has followed you since" in words(client.get("/followers"))


def test_following_with_filters(bob: Account, carol: Account, alice: Account, mallory: Account) -> None:
    for other in (alice, mallory):
        graph.follow(bob.pk, other.pk, by(bob))
    graph.follow(bob.pk, carol.pk, by(bob))  # who is asked
    graph.follow(alice.pk, bob.pk, by(alice))
    Account.objects.filter(pk=mallory.pk).update(last_active_at=timezone.now() - timedelta(days=100))
    client = browser(bob)

    assert names(client.get("/following")) == ["Mallory", "Alice Adams"]
    assert names(client.get("/following?mutual=no")) == ["Mallory"]
    assert names(client.get("/following?dormant_days=90")) == ["Mallory"]
    assert names(client.get("/following?sort=dormant")) == ["Mallory", "Alice Adams"]


def test_followers_are_removed_and_come_back(bob: Account, fans: list[Account]) -> None:
    client = browser(bob)
    page = send(client, "/followers", ticked="remove", row=[fan.pk for fan in fans[:2]])
    assert "You removed 2 followers." in words(page)
    assert names(page) == ["Fan 2"]
    page = send(
        client, "/requests/undo", page="/followers", batch=Decision.objects.latest("pk").batch_id, next="/followers"
    )
    assert len(names(page)) == 3
    page = send(client, "/followers", only=fans[0].pk)
    assert "Fan 0 no longer follows you." in words(page)
    page = send(client, "/followers", ticked="keep_out", row=[fans[1].pk])
    assert "1 is kept out now." in words(page)


def test_follows_end_one_by_one_and_together(bob: Account, alice: Account, carol: Account, mallory: Account) -> None:
    for other in (alice, carol, mallory):
        people.change(other.pk, locked=False)
        graph.follow(bob.pk, other.pk, by(bob))
    client = browser(bob)
    assert "You unfollowed 1 account." in words(send(client, "/following", only=alice.pk))
    page = send(client, "/following", ticked="unfollow", row=[alice.pk, carol.pk, mallory.pk, "x"])
    assert "You unfollowed 2 accounts." in words(page)
    assert "You do not follow anybody yet" in words(page)


def test_sent_requests_are_taken_back(alice: Account, carol: Account) -> None:
    owners = [carol, *[AccountFactory(locked=True, display_name=f"Owner {n}") for n in range(3)]]
    for owner in owners:
        ask(owner, alice, note="Hello" if owner is carol else "")
    kept_out.keep_out(owners[1].pk, alice.pk, by(owners[1]))  # which alice does not learn
    client = browser(alice)
    page = client.get("/requests/sent")
    assert names(page) == ["Owner 2", "Owner 1", "Owner 0", "Carol Clark"]
    assert "Hello" in words(page)
    assert names(client.get("/requests/sent?q=carol")) == ["Carol Clark"]

    page = send(client, "/requests/sent", only=request_of(alice, carol))
    assert "You took back your request to Carol Clark." in words(page)
    assert "Undo" not in words(page)
    Follow.objects.filter(follower=alice, target__in=owners[1:3]).update(created_at=timezone.now() - timedelta(days=40))
    page = send(client, "/requests/sent", older_than_days="30")
    assert "You took back 2 requests." in words(page)
    assert names(page) == ["Owner 2"]
    page = send(client, "/requests/sent", ticked="cancel", row=[request_of(alice, owners[3])])
    assert "No requests are waiting" in words(page)


@pytest.mark.parametrize("days", ["", "x", "-1", "0", "99999999999"])
def test_nothing_is_taken_back_by_a_wrong_number(alice: Account, carol: Account, days: str) -> None:
    ask(carol, alice)
    assert names(send(browser(alice), "/requests/sent", older_than_days=days)) == ["Carol Clark"]


def test_blocks_and_mutes_end(bob: Account, alice: Account, carol: Account) -> None:
    client = browser(bob)
    for other in (alice, carol):
        graph.block(bob.pk, other.pk, by(bob))
        marks.mute(bob.pk, other.pk)
    assert names(client.get("/blocks")) == names(client.get("/mutes")) == ["Carol Clark", "Alice Adams"]
    assert names(client.get("/blocks?q=alice")) == names(client.get("/mutes?q=alice")) == ["Alice Adams"]
    assert "You unblocked 1 account." in words(send(client, "/blocks", only=alice.pk))
    assert "You unmuted 2 accounts." in words(send(client, "/mutes", ticked="unmute", row=[alice.pk, carol.pk]))
    assert [block.target_id for block in Block.objects.all()] == [carol.pk]
    assert not Mute.objects.exists()
    assert "You unblocked 0 accounts." in words(send(client, "/blocks", only=alice.pk))


@pytest.mark.parametrize("path", ["/followers", "/following", "/requests/sent", "/blocks", "/mutes", "/history"])
def test_long_lists_have_pages_both_ways(bob: Account, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    for module in ("lists", "history"):
        monkeypatch.setattr(f"follows.pages.{module}.PAGE", 2)
    for _ in range(5):
        other = AccountFactory(locked=path == "/requests/sent")
        match path:
            case "/followers":
                ask(bob, other)
            case "/blocks":
                graph.block(bob.pk, other.pk, by(bob))
            case "/mutes":
                marks.mute(bob.pk, other.pk)
            case _:
                ask(other, bob)
    client, address, seen = browser(bob), path, []
    while address:
        page = client.get(address)
        seen.append((address, re.findall(r'class="name"[^>]*>([^<]*)<', text(page))))
        address = page.context["next"]
    assert [len(found) for _, found in seen] == [2, 2, 1]
    assert len({name for _, found in seen for name in found}) == 5
    for (before, _), (here, _) in pairwise(seen):
        assert client.get(here).context["trail"].previous == before


LISTS = {"/followers": 8, "/following": 8, "/requests/sent": 8, "/blocks": 8, "/mutes": 8, "/history": 11}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_queries_however_long_it_is(bob: Account, path: str) -> None:
    client: Any = browser(bob)
    costs = []
    for number in (1, 11):
        for _ in range(number):
            other, owner = AccountFactory(), AccountFactory(locked=True)
            ask(bob, other)
            graph.follow(bob.pk, other.pk, by(bob))
            ask(owner, bob)
            marks.mute(bob.pk, other.pk)
            graph.block(bob.pk, AccountFactory().pk, by(bob))
        with CaptureQueriesContext(connection) as made:
            assert client.get(path).status_code == 200
        costs.append(len(made))
    assert costs[0] == costs[1] <= LISTS[path]


@pytest.mark.parametrize("path", [*LISTS, "/requests", "/approved", "/kept-out", "/@bob", "/@bob/ask"])
def test_no_template_asks_the_database(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    rendering: list[bool] = []
    render = loader.render_to_string

    def rendered(*args: Any, **kwargs: Any) -> str:
        rendering.append(True)
        try:
            return str(render(*args, **kwargs))
        finally:
            rendering.pop()

    def run(execute: Any, *args: Any) -> Any:
        assert not rendering, args
        return execute(*args)

    monkeypatch.setattr("django.shortcuts.loader.render_to_string", rendered)
    people.change(alice.pk, locked=True)
    ask(alice, bob, AccountFactory())
    graph.follow(alice.pk, bob.pk, by(alice))
    approvals.approve(alice.pk, ["dora"], None, by(alice))
    client = browser(alice)
    with connection.execute_wrapper(run):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("handle", ["zoe@bücher.example", "@ZOE@BÜCHER.example.", " zoe@xn--bcher-kva.example"])
def test_a_whole_handle_finds_its_account_on_every_list(carol: Account, handle: str) -> None:
    zoe = Account.objects.create(username="zoe", domain="xn--bcher-kva.example", display_name="Far Zoe")
    near = AccountFactory(username="zoe", display_name="Near Zoe", locked=True)
    local = f"@{near.username}@testserver"
    client = browser(carol)

    def found(path: str) -> list[list[str]]:
        return [names(client.get(path, {"q": sought})) for sought in (handle, local, "zoe@other.example")]

    ask(carol, zoe, near)
    assert found("/requests") == [["Far Zoe"], ["Near Zoe"], []]
    for one in (zoe, near):
        graph.accept(carol.pk, one.pk, by(carol))
        marks.mute(carol.pk, one.pk)
        graph.follow(carol.pk, one.pk, by(carol))
    assert found("/followers") == found("/mutes") == [["Far Zoe"], ["Near Zoe"], []]
    assert found("/requests/sent")[1:] == [["Near Zoe"], []]
    for one in (zoe, near):
        graph.block(carol.pk, one.pk, by(carol))
    assert found("/blocks") == [["Far Zoe"], ["Near Zoe"], []]
