"""A mail, daily or weekly, says how many people wait and who. It is off until a member wants it."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.mail.message import EmailMessage
from django.core.management import call_command
from django.test import Client

from accounts import people
from accounts.models import Account
from follows import graph
from follows.gate import settings as gate
from follows.models import Follow, Gate
from follows.notices import digest
from tests.factories import AccountFactory
from tests.follows.ledger import by

WEDNESDAY = datetime(2026, 8, 19, 12, tzinfo=UTC)
THURSDAY, FRIDAY, MONDAY = (WEDNESDAY + timedelta(days=days) for days in (1, 2, 5))


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(WEDNESDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def carol(carol: Account, alice: Account) -> Account:
    """She wants a daily mail, and alice waits."""
    gate.change(carol.pk, by(carol), digest="daily")
    graph.follow(alice.pk, carol.pk, by(alice))
    return carol


def sent() -> list[EmailMessage]:
    return mail.outbox


def test_nobody_gets_one_who_did_not_ask_for_it(alice: Account, carol: Account, clock: Any) -> None:
    gate.change(carol.pk, by(carol), digest="off")
    clock.move_to(MONDAY)

    assert digest.send_due() == 0
    assert not sent()


def test_it_says_how_many_wait_and_who(carol: Account, bob: Account, clock: Any) -> None:
    graph.follow(bob.pk, carol.pk, by(bob))
    assert digest.send_due() == 0
    clock.move_to(THURSDAY)
    digest.send_due()

    (one,) = sent()
    assert (one.to, one.subject) == (["carol@example.org"], "2 people want to follow you at Latchkey")
    assert "- Bob Brown (@bob)\n- Alice Adams (@alice)\n" in one.body
    assert "http://testserver/requests" in one.body


def test_it_names_ten_and_counts_the_others(carol: Account, clock: Any) -> None:
    for _ in range(11):
        requester = AccountFactory()
        graph.follow(requester.pk, carol.pk, by(requester))
    clock.move_to(THURSDAY)
    digest.send_due()

    assert sent()[0].body.count("(@") == 10
    assert "and 2 more" in sent()[0].body


def test_a_daily_one_comes_once_a_day_and_a_weekly_one_on_monday(
    carol: Account, bob: Account, alice: Account, clock: Any
) -> None:
    people.change(bob.pk, locked=True)
    gate.change(bob.pk, by(bob), digest="weekly")
    graph.follow(alice.pk, bob.pk, by(alice))
    got = []
    for moment in (THURSDAY, THURSDAY, THURSDAY + timedelta(hours=5), FRIDAY, MONDAY, MONDAY + timedelta(hours=1)):
        clock.move_to(moment)
        digest.send_due()
        got.append([one.to[0].partition("@")[0] for one in sent()])
        mail.outbox.clear()

    assert got[:4] == [["carol"], [], [], ["carol"]]
    assert sorted(got[4]) == ["bob", "carol"]
    assert got[5] == []


def test_it_comes_in_the_morning_of_the_members_own_time_zone(alice: Account) -> None:
    turns = {
        "": datetime(2026, 8, 20, 8, tzinfo=UTC),
        "Europe/Berlin": datetime(2026, 8, 20, 6, tzinfo=UTC),
        "America/New_York": datetime(2026, 8, 19, 12, tzinfo=UTC) + timedelta(days=1),
        "Asia/Tokyo": datetime(2026, 8, 19, 23, tzinfo=UTC),
    }
    assert {zone: digest.next_turn("daily", zone) for zone in turns} == turns
    assert digest.next_turn("weekly", "") == datetime(2026, 8, 24, 8, tzinfo=UTC)
    assert digest.next_turn("off", "") is None


def test_nobody_waits_so_no_mail_comes(carol: Account, alice: Account, clock: Any) -> None:
    graph.unfollow(alice.pk, carol.pk, by(alice))
    clock.move_to(THURSDAY)

    assert digest.send_due() == 1
    assert not sent()


def test_requests_that_came_while_paused_stay_quiet(carol: Account, clock: Any) -> None:
    Follow.objects.update(while_paused=True)
    clock.move_to(THURSDAY)
    digest.send_due()

    assert not sent()


def test_an_address_that_is_not_proven_gets_none_where_it_must_be(carol: Account, clock: Any, settings: Any) -> None:
    settings.CONFIRM_EMAIL = True
    clock.move_to(THURSDAY)
    digest.send_due()
    assert not sent()

    people.prove_email(carol.pk)
    clock.move_to(FRIDAY)
    digest.send_due()
    assert len(sent()) == 1


def test_nobody_gets_one_who_is_suspended_or_leaving(carol: Account, clock: Any) -> None:
    people.ask_to_leave(carol.pk)
    mail.outbox.clear()
    clock.move_to(THURSDAY)
    digest.send_due()

    assert not sent()


def test_many_are_made_in_bounded_parts(carol: Account, alice: Account, bob: Account, clock: Any) -> None:
    gate.change(bob.pk, by(bob), digest="daily")
    clock.move_to(THURSDAY)

    assert [digest.send_due(at_most=1) for _ in range(3)] == [1, 1, 0]


def test_one_turn_that_fails_stops_none_of_the_others(
    carol: Account, alice: Account, bob: Account, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.change(bob.pk, locked=True)
    gate.change(bob.pk, by(bob), digest="daily")
    graph.follow(alice.pk, bob.pk, by(alice))
    Gate.objects.filter(pk=carol.pk).update(digest_at=WEDNESDAY)
    take = digest._take_turn

    def fail(owner: int) -> bool:
        if owner == carol.pk:
            raise RuntimeError("a fault")
        return take(owner)

    clock.move_to(THURSDAY)
    with monkeypatch.context() as broken:
        broken.setattr(digest, "_take_turn", fail)
        assert digest.send_due() == 1
    assert digest.send_due() == 1
    assert [one.to for one in sent()] == [["bob@example.org"], ["carol@example.org"]]


def test_a_time_zone_that_is_no_more_is_the_servers() -> None:
    assert digest.next_turn("daily", "Mars/Base") == datetime(2026, 8, 20, 8, tzinfo=UTC)


def test_the_sweep_sends_them_too(carol: Account, clock: Any) -> None:
    clock.move_to(THURSDAY)
    out = io.StringIO()
    call_command("sweep", stdout=out)

    assert "follow requests for 1 members" in out.getvalue()
    assert len(sent()) == 1


class TestOneClickEndsIt:
    """RFC 8058."""

    @pytest.fixture
    def link(self, carol: Account, clock: Any) -> str:
        clock.move_to(THURSDAY)
        digest.send_due()
        headers = sent()[0].message()
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = str(headers["List-Unsubscribe"]).strip("<>")
        assert link in sent()[0].body
        assert len(str(headers["List-Unsubscribe"]).splitlines()) == 1
        return urlsplit(link).path

    def test_a_mail_program_posts_without_a_session(self, link: str, carol: Account) -> None:
        client = Client(enforce_csrf_checks=True)
        for _ in range(2):
            said = client.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
            assert said.status_code == 200
        assert gate.of(carol.pk).digest == "off"
        assert gate.of(carol.pk).digest_at is None

    def test_a_person_sees_a_page_with_a_button(self, client: Client, link: str, carol: Account) -> None:
        page = client.get(link).content.decode()

        assert "<button" in page
        assert gate.of(carol.pk).digest == "daily"

    def test_a_made_up_link_ends_nothing(self, client: Client, link: str, carol: Account, alice: Account) -> None:
        signature = link.rpartition(":")[2]
        for path in ("/digest/stop/x", f"/digest/stop/{alice.pk}:{signature}", link[:-1]):
            assert client.post(path).status_code == 404
        assert gate.of(carol.pk).digest == "daily"
