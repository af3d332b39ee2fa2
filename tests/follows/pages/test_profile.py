"""The page of an account: what others see, and the buttons that fit how the two stand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from accounts import limits, people
from accounts.models import Account
from follows import graph, marks, relationships
from follows.gate import kept_out, settings
from follows.models import Follow, Reason, Report
from tests.follows.pages.conftest import ask, browser, by, send, text, words

NOON = datetime(2026, 8, 21, 12, 1, tzinfo=UTC)


def does(member: Account, other: Account, verb: str) -> Any:
    """Press a button of the other's page."""
    path = f"/@{other.username}"
    return send(browser(member), f"/people/{other.pk}/{verb}", page=path, next=path)


def test_strangers_see_the_page_and_are_asked_to_sign_in(alice: Account) -> None:
    page = Client().get("/@alice")

    assert '<a class="button primary" href="/auth/sign_in?next=/%40alice">Sign in to follow</a>' in text(page)
    assert "<form" not in text(page)
    assert "<script" not in text(page)
    assert "set-cookie" not in page.headers


def test_the_page_has_the_links_that_clients_get(alice: Account, bob: Account) -> None:
    fields = [{"name": "Site", "value": "「https://a.example/x。」"}, {"name": "Friend", "value": "(@bob)"}]
    people.change(alice.pk, note="See www.b.example, and @bob.", fields=fields)
    told = Client().get(f"/api/v1/accounts/{alice.pk}").json()

    for page in (Client().get("/@alice"), browser(bob).get("/@alice")):
        for shown in (told["note"], *(field["value"] for field in told["fields"])):
            assert "</a>" in shown
            assert shown in text(page)


def test_strangers_cost_few_queries(alice: Account, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        Client().get("/@alice")


def test_an_open_account_is_followed_and_unfollowed(alice: Account, bob: Account) -> None:
    page = does(alice, bob, "follow")
    assert "You follow this account now." in words(page)
    assert "You follow them" in words(page)
    assert "follows you" in words(browser(bob).get("/@alice"))
    page = does(alice, bob, "unfollow")
    assert "You no longer follow this account." in words(page)
    assert not Follow.objects.exists()


def test_who_asks_reads_first_and_leaves_a_note(alice: Account, carol: Account) -> None:
    settings.change(carol.pk, by(carol), read_first="Say <b>hello</b>,\nplease.")
    client = browser(alice)
    assert "Ask to follow" in words(client.get("/@carol"))
    page = client.get("/@carol/ask")
    assert "Please read this first Say <b>hello</b>, please." in words(page)
    page = send(client, "/@carol/ask", note="From the\r\nchoir ")

    assert "You asked to follow this account. Its owner decides." in words(page)
    assert "You asked on" in words(page)
    assert Follow.objects.get(follower=alice).note == "From the\nchoir"
    assert "You took back your request to Carol Clark." in words(does(alice, carol, "cancel"))


def test_an_open_account_with_a_text_has_it_read_first(alice: Account, bob: Account) -> None:
    settings.change(bob.pk, by(bob), read_first="Hello")
    client = browser(alice)
    assert 'href="/@bob/ask"' in text(client.get("/@bob"))
    assert "You follow this account now." in words(send(client, "/@bob/ask", note=""))


def test_a_note_that_is_too_long_is_kept_in_its_field(alice: Account, carol: Account) -> None:
    page = send(browser(alice), "/@carol/ask", note="x" * 501)

    assert "at most 500 characters" in words(page, 422)
    assert "x" * 501 in text(page, 422)
    assert not Follow.objects.exists()


def test_the_end_of_a_line_counts_as_one_character(alice: Account, carol: Account) -> None:
    send(browser(alice), "/@carol/ask", note="\r\n".join("x" * 250))

    assert len(Follow.objects.get().note) == 499


def test_asking_twice_is_no_error(alice: Account, carol: Account) -> None:
    client = browser(alice)
    for note in ("one", "two"):
        assert send(client, "/@carol/ask", note=note).status_code == 200
    assert Follow.objects.get().note == "two"


def test_who_is_kept_out_or_paused_sees_an_ordinary_request(alice: Account, bob: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, by(carol))
    seen = words(send(browser(alice), "/@carol/ask", note=""))
    assert seen.replace("alice", "bob") == words(send(browser(bob), "/@carol/ask", note="")).replace(
        "1 follower", "0 follower"
    )


def test_a_request_is_answered_on_the_page_of_who_asks(alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    assert "They asked to follow you." in words(browser(carol).get("/@alice"))
    page = does(carol, alice, "accept")
    assert "You approved Alice Adams." in words(page)
    assert "Undo" in words(page)
    assert "You rejected Bob Brown. 1 is kept out now." in words(does(carol, bob, "keep_out"))
    assert relationships.one(alice.pk, carol.pk).following
    assert "1 was gone" in words(does(carol, bob, "reject"))
    assert "Alice Adams no longer follows you." in words(does(carol, alice, "remove"))


def test_block_and_mute_and_back(alice: Account, bob: Account) -> None:
    assert "You block this account now." in words(does(alice, bob, "block"))
    assert "You block them" in words(browser(alice).get("/@bob"))
    assert "You cannot follow this account." in words(browser(bob).get("/@alice"))
    assert "You cannot follow this account." in words(send(browser(bob), "/@alice/ask", note=""))
    assert "You no longer block this account." in words(does(alice, bob, "unblock"))
    assert "You mute this account now." in words(does(alice, bob, "mute"))
    assert relationships.one(alice.pk, bob.pk).muting
    assert "You no longer mute this account." in words(does(alice, bob, "unmute"))


def test_a_report_reaches_the_moderators(alice: Account, mallory: Account) -> None:
    client = browser(alice)
    assert "What is wrong with this account?" in words(send(client, "/@mallory/report", comment="x"), 422)
    page = send(client, "/@mallory/report", reason=Reason.SPAM.value, comment="Sells lamps")

    assert "Thank you. The moderators will look at it." in words(page)
    report = Report.objects.get()
    assert (report.reporter_id, report.target_id, report.comment, report.door) == (
        alice.pk,
        mallory.pk,
        "Sells lamps",
        "pages",
    )


def test_ones_own_page_has_no_buttons(alice: Account) -> None:
    page = browser(alice).get("/@alice")

    assert "This is you" in words(page)
    assert "/people/" not in text(page)
    assert "This is your own account." in words(does(alice, alice, "block"))


def test_unknown_and_suspended_people_and_verbs(alice: Account, bob: Account) -> None:
    client = browser(alice)
    people.suspend(bob.pk)
    for path in ("/@nobody", "/@bob", "/@nobody/ask", "/@bob/report"):
        assert "Nobody here" in words(client.get(path), 404)
    for account, verb in ((999_999, "follow"), (2**40, "follow"), (bob.pk, "follow")):
        page = send(client, f"/people/{account}/{verb}", page="/kept-out")
        assert "This account does not exist any more." in words(page)
    assert send(client, f"/people/{bob.pk}/eat", page="/kept-out").status_code == 404
    assert client.get(f"/people/{bob.pk}/follow").status_code == 405


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[None]:
    """Limits are on, counted in a cache of the test's own, and the time stands still."""
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}), time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("name", "path"), [("ACCOUNT", "/followers"), ("ACCOUNT", "/@bob"), ("PAGING", "/blocks?after=9")]
)
def test_members_who_call_too_often_wait(
    limited: None, monkeypatch: pytest.MonkeyPatch, alice: Account, bob: Account, name: str, path: str
) -> None:
    monkeypatch.setattr(limits, name, getattr(limits, name)._replace(most=1))
    client = browser(alice)

    assert client.get(path).status_code == 200
    assert "Too many requests Please try again in a few minutes." in words(client.get(path), 429)


def test_too_many_follows_are_told(
    limited: None, monkeypatch: pytest.MonkeyPatch, alice: Account, bob: Account, mallory: Account
) -> None:
    monkeypatch.setattr(limits, "FOLLOWS", limits.FOLLOWS._replace(most=1))
    does(alice, bob, "follow")

    assert "Too many requests" in words(does(alice, mallory, "follow"), 429)
    assert not relationships.one(alice.pk, mallory.pk).following


def test_long_names_and_those_from_right_to_left(alice: Account, bob: Account) -> None:
    people.change(alice.pk, display_name="هيدي لامار")
    graph.follow(alice.pk, bob.pk, by(alice))
    marks.mute(bob.pk, alice.pk)
    for path in ("/@alice", "/followers", "/mutes"):
        assert re_name("هيدي لامار") in text(browser(bob).get(path))


def re_name(name: str) -> str:
    return f'dir="auto">{name}<'
