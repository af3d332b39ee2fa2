"""Blocking and reporting (twittner.md §2.6), and asking for the badge."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import Actor
from accounts.models import Account, BadgeRequest, Verification
from follows import graph, relationships
from follows.models import Block, Report, Tally
from tests.compat_twittner.conftest import Twittner
from tests.compat_twittner.files import FILM, film
from tests.factories import PASSWORD, AccountFactory

Phone = Callable[..., Twittner]


@pytest.fixture
def moderator(client: Client, db: None) -> Client:
    staff = AccountFactory(username="maud", staff=True)
    Account.objects.filter(pk=staff.pk).update(is_superuser=True)
    assert client.login(username="maud", password=PASSWORD)
    return client


def press(moderator: Client, model: str, action: str, row: int) -> None:
    page = reverse(f"admin:{model}_changelist")
    moderator.post(page, {"action": action, "_selected_action": [row], "index": "0"})


def test_a_block_cuts_follows_and_requests_both_ways(twittner: Phone, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.follow(carol.pk, alice.pk, Actor(carol.pk, "test"))
    twittner(carol).post("block_user", user_id=alice.pk)

    ties = relationships.one(alice.pk, carol.pk)
    assert not (ties.requested or ties.followed_by)
    assert set(Tally.objects.values_list("followers", "following", "requests")) == {(0, 0, 0)}
    assert twittner(carol).get("follow_requests")["code"] == 204


def test_unblocking_restores_nothing(twittner: Phone, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    for _ in range(2):
        twittner(bob).post("block_user", user_id=alice.pk)

    assert not Block.objects.exists()
    assert not relationships.one(alice.pk, bob.pk).following


def test_a_profile_tells_who_blocks_whom_in_both_places(twittner: Phone, alice: Account, bob: Account) -> None:
    twittner(alice).post("block_user", user_id=bob.pk)
    seen_by_bob = twittner(bob).get("profile", user_id=alice.pk)["data"]
    seen_by_alice = twittner(alice).get("profile", user_id=bob.pk)["data"]

    for flags in (seen_by_bob, seen_by_bob["user"]):
        assert (flags["is_blocked_visitor"], flags["is_blocked_profile"]) == (True, False)
    for flags in (seen_by_alice, seen_by_alice["user"]):
        assert (flags["is_blocked_visitor"], flags["is_blocked_profile"]) == (False, True)


def test_a_report_reaches_the_moderators_who_close_it(
    twittner: Phone, moderator: Client, alice: Account, mallory: Account
) -> None:
    twittner(alice).post("profile_report", user_id=mallory.pk, reason=2, comment="That <b>is</b> me!")
    queue = moderator.get(reverse("admin:follows_report_changelist")).content.decode()
    assert "impersonation" in queue
    assert "That &lt;b&gt;is&lt;/b&gt; me!" in queue

    press(moderator, "follows_report", "close", Report.objects.get().pk)
    report = Report.objects.get()
    assert report.closed_at is not None
    assert report.closed_by == Account.objects.get(username="maud")


def test_a_later_report_replaces_the_earlier_and_opens_it_again(
    twittner: Phone, moderator: Client, alice: Account, mallory: Account
) -> None:
    twittner(alice).post("profile_report", user_id=mallory.pk, reason=1)
    press(moderator, "follows_report", "close", Report.objects.get().pk)
    twittner(alice).post("profile_report", user_id=mallory.pk, reason=5, comment="x" * 5000)

    report = Report.objects.get()
    assert (report.reason, len(report.comment), report.closed_at) == (5, 2900, None)


@pytest.mark.parametrize(("action", "verified"), [("verify", "1"), ("refuse", "0")])
def test_moderators_answer_who_asks_for_the_badge(
    twittner: Phone, moderator: Client, alice: Account, action: str, verified: str
) -> None:
    phone = twittner(alice)
    phone.post("verify_user", full_name="Alice Adams", text_message="It is me.", video_message=film())
    assert twittner().get("search_people", query="alice")["data"][0]["verified"] == "2"
    watched = moderator.get(reverse("admin:badge_request_film", args=[alice.pk]))
    assert b"".join(watched.streaming_content) == FILM  # type: ignore[attr-defined]

    press(moderator, "accounts_badgerequest", action, alice.pk)
    assert twittner().get("search_people", query="alice")["data"][0]["verified"] == verified
    assert not BadgeRequest.objects.exists()


def test_who_takes_another_name_meanwhile_asks_anew(
    twittner: Phone, tmp_path: Path, alice: Account, django_capture_on_commit_callbacks: Any
) -> None:
    phone = twittner(alice)
    renamed = {"email": alice.email, "gender": "F", "country_id": "1", "username": "alicia"}
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            asked = phone.post("verify_user", full_name="Alice Adams", text_message="It is me.", video_message=film())
            assert asked["code"] == 200
            phone.post("gen_settings", first_name="Alicia", last_name="Adams", **renamed)
            renamed["username"] += "_"

    assert not BadgeRequest.objects.exists()
    assert [path for path in (tmp_path / "private").rglob("*") if path.is_file()] == []


def test_the_film_is_for_moderators_only(twittner: Phone, client: Client, alice: Account) -> None:
    twittner(alice).post("verify_user", full_name="Alice Adams", text_message="It is me.", video_message=film())
    client.login(username="alice", password=PASSWORD)

    assert client.get(reverse("admin:badge_request_film", args=[alice.pk])).status_code == 302


def test_a_phone_need_not_say_of_what_kind_its_film_is(twittner: Phone, alice: Account) -> None:
    """Dio says `application/octet-stream` of every file unless it is told otherwise."""
    sent = film("ME.MOV", "application/octet-stream")
    answer = twittner(alice).post("verify_user", full_name="Alice Adams", text_message="It is me.", video_message=sent)

    assert answer == {"code": 200, "message": "Verification request sent successfully"}


@pytest.mark.parametrize(
    "bad",
    [
        lambda: film("me.exe"),
        lambda: film("me.mp4", "text/html"),
        lambda: film(content=b"<html>"),
        lambda: film("../../me.mp4\x00.html", "video/mp4"),
        lambda: film("me", "application/octet-stream"),
    ],
)
def test_what_is_no_film_is_refused(twittner: Phone, alice: Account, bad: Callable[[], Any]) -> None:
    answer = twittner(alice).post("verify_user", full_name="Alice Adams", text_message="It is me.", video_message=bad())

    assert answer["message"] == "Video message to the reviewer is incorrect or missing"
    alice.refresh_from_db()
    assert alice.verification == Verification.NONE
