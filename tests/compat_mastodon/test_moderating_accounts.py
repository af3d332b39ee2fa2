"""What moderators do to accounts by Mastodon's moderation API: by the admin's rules, and into the admin's log."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from accounts import joining, people
from accounts.access import Actor
from accounts.models import Account, Application, Letter
from follows import leaving, reports
from follows.models import Leaving, Reason, Report
from tests.compat_mastodon.conftest import Mastodon, refusal, token_for
from tests.factories import AccountFactory
from tests.moderation import Desk

PATH = "/api/v1/admin/accounts"
NOT_ALLOWED, UNKNOWN = (403, "This action is not allowed"), (404, "Record not found")
UNREADABLE = "param is missing or the value is empty or invalid: text"
ALL = "admin:read admin:write"
Desks = Callable[[Account], Mastodon]


@pytest.fixture
def desk(db: None) -> Desks:
    """`desk(moderator)` is a client with all scopes of moderators."""
    return lambda account: Mastodon(token_for(account, ALL))


def log() -> list[tuple[str, str]]:
    """Who did what, the oldest first."""
    return [(row.user.get_username(), row.change_message) for row in LogEntry.objects.order_by("pk")]


def act(client: Mastodon, account: Account, **sent: Any) -> Any:
    return client.post(f"{PATH}/{account.pk}/action", sent)


def state(account: Account) -> tuple[bool, bool]:
    """Whether it is suspended and limited."""
    account.refresh_from_db()
    return account.suspended_at is not None, account.limited_at is not None


def may(account: Account, *codenames: str) -> Account:
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return account


def waiting(username: str, **values: Any) -> Account:
    account = AccountFactory(username=username, unconfirmed=True, **values)
    Application.objects.create(account=account, reason="I know Alice")
    return account


def test_a_moderator_suspends_and_unsuspends(desk: Desks, moderator: Account, alice: Account) -> None:
    client = desk(moderator)

    assert refusal(act(client, alice, type="suspend", text="Spam\0 again")) == (400, UNREADABLE)
    assert act(client, alice, type="suspend", text="Spam again", send_email_notification=True).json() == {}
    assert state(alice) == (True, False)
    assert client.get(f"{PATH}/{alice.pk}").json()["suspended"] is True
    shown = client.post(f"{PATH}/{alice.pk}/unsuspend").json()
    assert (shown["id"], shown["suspended"]) == (str(alice.pk), False)
    assert state(alice) == (False, False)
    assert refusal(client.post(f"{PATH}/{alice.pk}/unsuspend")) == NOT_ALLOWED
    assert log() == [("moderator", "Suspended: Spam again"), ("moderator", "Unsuspended.")]
    assert "Suspended: Spam again" in Desk(moderator).page("accounts_account", alice.pk, "history").content.decode()


def test_to_silence_is_to_limit(desk: Desks, moderator: Account, alice: Account) -> None:
    client = desk(moderator)

    assert act(client, alice, type="silence").json() == {}
    assert act(client, alice, type="silence").json() == {}  # once more is no error, and no second line in the log
    assert state(alice) == (False, True)
    assert Mastodon().get(f"/api/v1/accounts/{alice.pk}").json()["limited"] is True
    assert client.post(f"{PATH}/{alice.pk}/unsilence").json()["silenced"] is False
    assert client.post(f"{PATH}/{alice.pk}/unsilence").json()["silenced"] is False
    assert state(alice) == (False, False)
    assert log() == [("moderator", "Limited."), ("moderator", "Stopped limiting.")]


def test_an_action_closes_the_reports_about_the_account(
    desk: Desks, moderator: Account, alice: Account, bob: Account, mallory: Account
) -> None:
    made = [reports.report(who.pk, mallory.pk, Reason.SPAM, "", Actor(who.pk, "test")) for who in (alice, bob)]
    other = reports.report(alice.pk, bob.pk, Reason.SPAM, "", Actor(alice.pk, "test"))
    client = desk(moderator)

    assert refusal(act(client, mallory, type="none", report_id=other.pk)) == UNKNOWN
    assert refusal(act(client, mallory, type="suspend", report_id="7" * 30)) == UNKNOWN
    assert act(client, mallory, type="none", report_id=made[0].pk, text="Looked at it").json() == {}
    assert set(Report.objects.filter(closed_at=None)) == {made[1], other}
    assert log() == [("moderator", "Noted: Looked at it")]
    assert act(client, mallory, type="silence", report_id=str(made[1].pk)).json() == {}
    assert Report.objects.filter(closed_at=None).get() == other
    assert {row.closed_by for row in Report.objects.filter(target=mallory)} == {moderator}
    assert state(mallory) == (False, True)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("disable", "Validation failed: Type disable is not possible on this server"),
        ("sensitive", "Validation failed: Type sensitive is not possible on this server"),
        ("boredom", "Validation failed: Type is not included in the list"),
        ("", "Validation failed: Type can't be blank"),
        (None, "Validation failed: Type can't be blank"),
    ],
)
def test_what_this_server_cannot_do_is_refused(
    desk: Desks, moderator: Account, alice: Account, kind: str | None, text: str
) -> None:
    assert refusal(act(desk(moderator), alice, type=kind)) == (422, text)
    assert (state(alice), log()) == ((False, False), [])


@pytest.mark.parametrize("verb", ["enable", "unsensitive"])
def test_nobody_is_disabled_or_sensitive_here(desk: Desks, moderator: Account, alice: Account, verb: str) -> None:
    shown = desk(moderator).post(f"{PATH}/{alice.pk}/{verb}").json()
    assert (shown["id"], shown["disabled"], shown["sensitized"]) == (str(alice.pk), False, False)
    assert log() == []


def test_a_moderator_lets_people_in(desk: Desks, moderator: Account, alice: Account) -> None:
    zoe, yves = waiting("zoe"), waiting("yves")
    client = desk(moderator)

    shown = client.get(f"{PATH}/{zoe.pk}").json()
    assert (shown["approved"], shown["invite_request"]) == (False, "I know Alice")
    shown = client.post(f"{PATH}/{zoe.pk}/approve").json()
    assert (shown["id"], shown["approved"], shown["invite_request"]) == (str(zoe.pk), True, None)
    shown = client.post(f"{PATH}/{yves.pk}/reject").json()
    assert (shown["id"], shown["username"], shown["approved"]) == (str(yves.pk), "yves", False)

    zoe.refresh_from_db()
    assert not zoe.unconfirmed
    assert not Account.objects.filter(username="yves").exists()
    assert set(Letter.objects.values_list("kind", flat=True)) <= {Letter.Kind.APPROVED, Letter.Kind.REJECTED}
    assert log() == [("moderator", "Approved the request to join."), ("moderator", "Rejected the request to join.")]
    for account in (zoe, alice):  # they do not wait
        assert refusal(client.post(f"{PATH}/{account.pk}/approve")) == NOT_ALLOWED
        assert refusal(client.post(f"{PATH}/{account.pk}/reject")) == NOT_ALLOWED
    assert refusal(client.post(f"{PATH}/{yves.pk}/approve")) == UNKNOWN
    assert Account.objects.filter(pk__in=[zoe.pk, alice.pk]).count() == 2


def test_who_has_to_prove_an_address_first_is_not_seen_to_wait(desk: Desks, moderator: Account, settings: Any) -> None:
    settings.CONFIRM_EMAIL = True
    zoe = waiting("zoe")
    assert refusal(desk(moderator).post(f"{PATH}/{zoe.pk}/approve")) == NOT_ALLOWED
    assert desk(moderator).get(f"{PATH}/{zoe.pk}").json()["confirmed"] is False
    people.prove_email(zoe.pk)
    assert desk(moderator).post(f"{PATH}/{zoe.pk}/approve").json()["confirmed"] is True


def test_a_superuser_deletes_suspended_accounts(desk: Desks, root: Account, alice: Account, bob: Account) -> None:
    client = desk(root)

    assert refusal(client.delete(f"{PATH}/{alice.pk}")) == NOT_ALLOWED  # she is not suspended
    people.suspend(alice.pk)
    shown = client.delete(f"{PATH}/{alice.pk}").json()
    assert (shown["id"], shown["suspended"]) == (str(alice.pk), True)
    assert not Account.objects.filter(pk=alice.pk).exists()
    assert log() == [("root", "Deleted.")]
    assert refusal(client.delete(f"{PATH}/{alice.pk}")) == UNKNOWN

    leaving.begin(bob.pk, Actor(None, "test"))
    assert Leaving.objects.filter(account=bob).exists()
    for answer in (client.delete(f"{PATH}/{bob.pk}"), client.post(f"{PATH}/{bob.pk}/unsuspend")):
        assert refusal(answer) == NOT_ALLOWED


def test_a_moderator_deletes_nobody(desk: Desks, moderator: Account, alice: Account) -> None:
    people.suspend(alice.pk)
    assert refusal(desk(moderator).delete(f"{PATH}/{alice.pk}")) == NOT_ALLOWED
    assert Account.objects.filter(pk=alice.pk).exists()


def test_moderators_do_nothing_to_each_other_or_themselves(
    desk: Desks, moderator: Account, helper: Account, root: Account
) -> None:
    for account in (helper, root, moderator):
        for kind in ("silence", "suspend"):
            assert refusal(act(desk(moderator), account, type=kind)) == NOT_ALLOWED
        assert state(account) == (False, False)
    assert refusal(act(desk(root), root, type="suspend")) == NOT_ALLOWED
    assert act(desk(root), moderator, type="suspend").json() == {}
    assert state(moderator) == (True, False)


def test_each_act_needs_its_permission(desk: Desks, helper: Account, alice: Account, bob: Account) -> None:
    report = reports.report(bob.pk, alice.pk, Reason.SPAM, "", Actor(bob.pk, "test"))
    zoe, client = waiting("zoe"), desk(helper)
    calls: dict[str, Callable[[], Any]] = {
        "suspend_account": lambda: act(client, alice, type="suspend"),
        "limit_account": lambda: act(client, alice, type="silence"),
        "close_report": lambda: act(client, alice, type="none", report_id=report.pk),
        "decide_application": lambda: client.post(f"{PATH}/{zoe.pk}/approve"),
    }

    for permission, call in calls.items():
        may(helper, permission)
        assert refusal(call()) == NOT_ALLOWED  # without seeing accounts
        may(helper, "view_account", *(calls.keys() - {permission}))
        assert refusal(call()) == NOT_ALLOWED
    assert (state(alice), log()) == ((False, False), [])
    assert Report.objects.get().closed_at is None
    may(helper, "view_account", "suspend_account")
    assert calls["suspend_account"]().status_code == 200
    assert Report.objects.get().closed_at is None  # they may not close it
    for permission in calls.keys() - {"suspend_account"}:
        may(helper, "view_account", permission)
        assert calls[permission]().status_code == 200, permission


@pytest.mark.parametrize("account", ["0", "-1", "4711", "2147483648", "9" * 40, "one", "1 OR 1", "%00", "%F0%9F%98%80"])
def test_unknown_ids(desk: Desks, root: Account, account: str) -> None:
    client, path = desk(root), f"{PATH}/{account}"
    verbs = ("approve", "reject", "action", "enable", "unsilence", "unsuspend", "unsensitive")
    answers = [client.post(f"{path}/{verb}", {"type": "none"}) for verb in verbs]
    for answer in (*answers, client.get(path), client.delete(path)):
        assert refusal(answer) == UNKNOWN


def test_members_are_refused_whatever_they_hold(desk: Desks, alice: Account, bob: Account, helper: Account) -> None:
    """Also those whose tokens have the scopes, and staff without permissions."""
    for account in (alice, helper):
        client = desk(account)
        answers = [
            client.get(PATH),
            client.get("/api/v2/admin/accounts"),
            client.get(f"{PATH}/{bob.pk}"),
            client.get(f"{PATH}/4711"),
            act(client, bob, type="suspend"),
            client.delete(f"{PATH}/{bob.pk}"),
            client.get("/api/v1/admin/reports"),
            client.post("/api/v1/admin/reports/1/resolve"),
        ]
        assert {refusal(answer) for answer in answers} == {NOT_ALLOWED}
    assert state(bob) == (False, False)


def test_other_scopes_open_nothing(moderator: Account, alice: Account) -> None:
    outside = (403, "This action is outside the authorized scopes")
    read, write = Mastodon(token_for(moderator, "admin:read")), Mastodon(token_for(moderator, "admin:write"))
    assert refusal(Mastodon(token_for(moderator, "read write follow push")).get(PATH)) == outside
    assert refusal(act(read, alice, type="suspend")) == outside
    assert refusal(write.get(PATH)) == outside
    assert refusal(Mastodon(token_for(moderator, "admin:read:reports")).get(PATH)) == outside
    assert refusal(Mastodon(token_for(moderator, ALL)).get("/api/v1/accounts/verify_credentials")) == outside


def test_a_suspended_moderator_is_out(desk: Desks, moderator: Account, alice: Account) -> None:
    client = desk(moderator)
    people.suspend(moderator.pk)
    assert refusal(act(client, alice, type="suspend")) == (403, "Your login is currently disabled")


def test_the_queue_of_those_who_wait_is_the_admins(desk: Desks, moderator: Account) -> None:
    waiting("zoe")
    found = desk(moderator).get("/api/v2/admin/accounts", {"status": "pending"}).json()
    assert [row["username"] for row in found] == [row.account.username for row in joining.applications()]
