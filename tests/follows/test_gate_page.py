"""Who may follow, on a page: the rules in plain sentences, and what they would do before they are saved."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import people
from accounts.models import Account
from follows import graph, relationships
from follows.gate import approvals, kept_out
from follows.gate import settings as gates
from follows.gate.rules import Outcome, check
from follows.models import Gate
from tests.compat_mastodon.conftest import token_for
from tests.follows.ledger import by

PAGE = "/settings/followers"
SHOW = {"show": "1"}


@pytest.fixture
def member(carol: Account) -> Client:
    """Carol's browser; she is locked."""
    client = Client()
    client.force_login(carol)
    return client


def sentences(answer: Any) -> list[str]:
    said = re.findall(r"<li class=\"(?:follow|request|aside|refused)\">.*?<span>(.*?)</span>", answer.content.decode())
    return [unescape(one) for one in said]


def show(member: Client, **form: Any) -> list[str]:
    return sentences(member.post(PAGE, SHOW | form))


def test_the_page_says_what_the_saved_rules_do(member: Client) -> None:
    assert sentences(member.get(PAGE)) == [
        "A stranger has to ask, because you want to be asked.",
        "A bot has to ask, because you want to be asked.",
        "An account that you follow has to ask, because you want to be asked.",
    ]


def test_rules_are_saved_and_work(member: Client, carol: Account, alice: Account) -> None:
    form = {"locked": "on", "accept_followed": "on", "ask_new_days": 7, "expire_days": 30, "read_first": "Say hi.\r\n"}
    answer = member.post(PAGE, form, follow=True)

    assert "Your rules are saved." in answer.content.decode()
    gate = gates.of(carol.pk)
    assert (gate.accept_followed, gate.ask_new_days, gate.expire_days, gate.read_first) == (True, 7, 30, "Say hi.")
    graph.follow(carol.pk, alice.pk, by(carol))
    assert check(alice.pk, carol.pk).outcome is Outcome.FOLLOW
    member.post(PAGE, {"locked": "on"})
    assert (gates.of(carol.pk).accept_followed, gates.of(carol.pk).expire_days) == (False, None)


def test_what_would_happen_is_told_without_saving(member: Client, carol: Account) -> None:
    assert show(member, ask_bots="on", ask_new_days=3, accept_friends=2, accept_verified="on", ask_mass="on") == [
        "A stranger follows you at once.",
        "A bot has to ask, because you want bots to ask.",
        "An account that you follow follows you at once.",
        "An account with 2 friends in common follows you at once, because you approve accounts with friends in common.",
        "An account with the badge follows you at once, because you approve accounts with the badge.",
        "An account that was made today has to ask, because you want new accounts to ask.",
        "An account that follows 10,000 accounts has to ask, because you want accounts that follow very many to ask.",
    ]
    assert show(member, locked="on", paused="on", accept_followed="on") == [
        "A stranger has to ask, and you are not told, because you have paused new followers.",
        "A bot has to ask, and you are not told, because you have paused new followers.",
        "An account that you follow follows you at once, because you approve accounts that you follow.",
    ]
    carol.refresh_from_db()
    assert carol.locked
    assert not Gate.objects.exists()


def test_without_a_script_the_form_keeps_what_was_typed(member: Client) -> None:
    page = member.post(PAGE, SHOW | {"accept_friends": 4, "read_first": "Hello"}).content.decode()

    assert 'value="4"' in page
    assert ">\nHello</textarea>" in page
    assert "which are not saved yet" in page


def test_the_script_gets_the_sentences_alone(member: Client) -> None:
    answer = member.post(PAGE, SHOW | {"locked": "on"}, headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith('<ul class="outcomes">')
    assert len(sentences(answer)) == 3


def test_somebody_in_particular(member: Client, carol: Account, alice: Account, bob: Account, mallory: Account) -> None:
    zoe = Account.objects.create(username="zoe", domain="other.example")
    graph.follow(alice.pk, carol.pk, by(alice))
    approvals.approve_account(carol.pk, bob.pk, None, by(carol))
    kept_out.keep_out(carol.pk, mallory.pk, by(carol))
    graph.block(carol.pk, zoe.pk, by(carol))

    assert {name: show(member, locked="on", who=name)[-1] for name in ("@alice", "bob", "@mallory", zoe.acct)} == {
        "@alice": "@alice has asked already. You decide.",
        "bob": "@bob follows you at once, because you approved this account in advance.",
        "@mallory": "@mallory can ask, but you do not see the request, because you keep them out.",
        "zoe@other.example": "@zoe@other.example cannot follow you.",
    }
    assert show(member, who="no{body}")[-1] == "There is no account @no{body}."
    graph.accept(carol.pk, alice.pk, by(carol))
    assert show(member, who="alice")[-1] == "@alice follows you already."


def test_a_rule_for_friends_counts_those_of_somebody_in_particular(
    member: Client, carol: Account, alice: Account, bob: Account
) -> None:
    graph.follow(carol.pk, bob.pk, by(carol))
    graph.follow(bob.pk, alice.pk, by(bob))

    assert "at once" in show(member, locked="on", accept_friends=1, who="alice")[-1]
    assert "has to ask" in show(member, locked="on", accept_friends=2, who="alice")[-1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("accept_friends", 0), ("accept_friends", 51), ("ask_new_days", "x"), ("expire_days", 15)),
        *(("read_first", "x" * 1001), ("paused_until", "2020-01-01T00:00"), ("paused_until", "soon")),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(member: Client, field: str, value: Any) -> None:
    for more in ({}, SHOW):
        answer = member.post(PAGE, {"locked": "on", "ask_bots": "on", "paused": "on", field: value} | more)
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Gate.objects.exists()


def test_a_pause_ends_at_the_moment_of_the_members_own_time_zone(member: Client, carol: Account) -> None:
    people.change(carol.pk, time_zone="Asia/Tokyo")
    with time_machine.travel("2026-08-19T12:00:00Z", tick=False):
        member.force_login(carol)
        member.post(PAGE, {"locked": "on", "paused": "on", "paused_until": "2026-08-20T08:00"})
        assert gates.of(carol.pk).paused_until == timezone.now() + timedelta(hours=11)
        assert 'value="2026-08-20T08:00"' in member.get(PAGE).content.decode()

        member.post(PAGE, {"locked": "on", "paused_until": "2026-08-20T08:00"})  # a date without a pause
        assert (gates.of(carol.pk).paused, gates.of(carol.pk).paused_until) == (False, None)


@pytest.mark.parametrize("accept", [False, True])
def test_waiting_requests_are_approved_only_if_the_member_wants_it(
    member: Client, carol: Account, alice: Account, accept: bool
) -> None:
    graph.follow(alice.pk, carol.pk, by(alice))
    assert "Approve all requests that are waiting" in member.get(PAGE).content.decode()
    member.post(PAGE, {"accept_waiting": "on"} if accept else {})

    carol.refresh_from_db()
    assert not carol.locked
    assert relationships.one(carol.pk, alice.pk).followed_by is accept


def test_saving_it_twice_is_saving_it_once(member: Client, carol: Account) -> None:
    for _ in range(2):
        assert member.post(PAGE, {"locked": "on", "ask_bots": "on"}).status_code == 302
    assert Gate.objects.count() == 1


class TestNotices:
    PAGE = "/settings/notices"
    POLICY = dict.fromkeys(
        ("for_not_following", "for_not_followers", "for_new_accounts", "for_limited_accounts", "for_bots"), "accept"
    )

    def test_they_are_saved(self, member: Client, carol: Account) -> None:
        form = self.POLICY | {"digest": "weekly", "tell_accepted": "on", "for_bots": "drop"}
        assert "Saved." in member.post(self.PAGE, form, follow=True).content.decode()

        gate = gates.of(carol.pk)
        assert (gate.digest, gate.tell_accepted, gate.digest_at is not None) == ("weekly", True, True)
        policy = Client(headers=self.token(carol)).get("/api/v2/notifications/policy").json()
        assert (policy["for_not_following"], policy["for_limited_accounts"]) == ("accept", "accept")

    def test_saving_them_again_does_not_put_the_mail_off(self, member: Client, carol: Account) -> None:
        member.post(self.PAGE, self.POLICY | {"digest": "daily"})
        Gate.objects.update(digest_at=timezone.now() - timedelta(minutes=1))
        member.post(self.PAGE, self.POLICY | {"digest": "daily", "tell_accepted": "on"})

        assert Gate.objects.filter(digest_at__lt=timezone.now()).exists()

    def test_wrong_values_change_nothing(self, member: Client) -> None:
        for wrong in ({"digest": "hourly"}, {"digest": "off", "for_bots": "burn"}):
            assert member.post(self.PAGE, self.POLICY | wrong).status_code == 422
        assert not Gate.objects.exists()

    def test_it_says_when_no_mail_can_come(self, member: Client, settings: Any) -> None:
        settings.CONFIRM_EMAIL = True
        assert "confirm your address" in member.get(self.PAGE).content.decode()
        settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
        assert "cannot send mail" in member.get(self.PAGE).content.decode()

    @staticmethod
    def token(account: Account) -> dict[str, str]:
        return {"Authorization": f"Bearer {token_for(account)}"}
