"""Mastodon.py, unmodified: a moderator signs in with it, and works the queues."""

import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError

from accounts import people
from accounts.access import Actor
from accounts.models import Account, Application
from follows import reports
from follows.models import Reason, Report
from tests.clients.browser import Browser
from tests.factories import PASSWORD
from tests.moderation import make_moderators
from tests.servers import Live

SCOPES = ["read", "admin:read", "admin:write"]


def signed_in(live: Live, person: Account, scopes: list[str]) -> Mastodon:
    client_id, client_secret = Mastodon.create_app("Desk", scopes=SCOPES, api_base_url=live.url)
    client = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=live.url)
    browser = Browser()
    browser.open(client.auth_request_url(scopes=SCOPES, allow_http=True))
    browser.send("Sign in", username=person.email, password=PASSWORD)
    browser.send("Authorize")
    client.log_in(code=browser.address("code"), scopes=scopes, allow_http=True)
    return client


@pytest.fixture
def desk(live: Live) -> Mastodon:
    """The client of a superuser."""
    chief = live.sign_up("chief")
    with live.database():
        make_moderators()
        Account.objects.filter(pk=chief.pk).update(is_staff=True, is_superuser=True)
    return signed_in(live, chief, SCOPES)


def test_accounts(live: Live, desk: Mastodon) -> None:
    spammer, zoe, yves = (live.sign_up(name) for name in ("spammer", "zoe", "yves"))
    with live.database():
        for account in (zoe, yves):
            people.change(account.pk, unconfirmed=True)
            Application.objects.create(account=account, reason="I know Alice")

    assert desk.me().role.permissions == "525328"
    pending = desk.admin_accounts_v2(origin="local", status="pending")
    assert {(row.id, row.invite_request) for row in pending} == {
        (str(zoe.pk), "I know Alice"),
        (str(yves.pk), "I know Alice"),
    }
    assert desk.admin_account_approve(zoe.pk).approved
    assert desk.admin_account_reject(yves.pk).username == yves.username
    with pytest.raises(MastodonNotFoundError):
        desk.admin_account(yves.pk)

    (found,) = desk.admin_accounts_v2(email=spammer.email)
    assert (found.id, found.email, found.account.acct) == (str(spammer.pk), spammer.email, spammer.username)
    desk.admin_account_moderate(found, action="silence", text="Spam")
    assert desk.admin_account(spammer.pk).silenced
    limited = desk.admin_accounts_v1(status="silenced", username=spammer.username)
    assert [row["id"] for row in limited] == [found.id]
    assert not desk.admin_account_unsilence(spammer.pk).silenced
    desk.admin_account_moderate(found.id, action="suspend", send_email_notification=False)
    assert desk.admin_account(spammer.pk).suspended
    assert not desk.admin_account_unsuspend(spammer.pk).suspended
    assert not desk.admin_account_unsensitive(spammer.pk).sensitized
    assert not desk.admin_account_enable(spammer.pk).disabled
    for kind in ("disable", "sensitive"):
        with pytest.raises(MastodonAPIError, match="is not possible on this server"):
            desk.admin_account_moderate(spammer.pk, action=kind)
    desk.admin_account_moderate(spammer.pk, action="suspend")
    assert desk.admin_account_delete(spammer.pk).id == str(spammer.pk)
    with live.database():
        assert not Account.objects.filter(pk=spammer.pk).exists()


def test_reports(live: Live, desk: Mastodon) -> None:
    spammer, reporters = live.sign_up("spammer"), [live.sign_up("reporter") for _ in range(3)]
    with live.database():
        for one in reporters:
            reports.report(one.pk, spammer.pk, Reason.SPAM, "Only links", Actor(one.pk, "test"))

    mine = desk.admin_reports(target_account_id=spammer.pk, limit=2)
    assert [report.account.id for report in mine] == [str(one.pk) for one in reporters[:0:-1]]
    (last,) = desk.fetch_next(mine)
    assert (last.comment, last.category, last.target_account.id) == ("Only links", "spam", str(spammer.pk))
    assert desk.admin_report_assign(last.id).assigned_account.username == desk.me().username
    assert desk.admin_report_unassign(last.id).assigned_account is None
    resolved = desk.admin_report_resolve(last.id)
    assert resolved.action_taken
    assert resolved.action_taken_by_account.username == desk.me().username
    assert [report.id for report in desk.admin_reports(resolved=True, target_account_id=spammer.pk)] == [last.id]
    assert not desk.admin_report_reopen(last.id).action_taken
    desk.admin_account_moderate(spammer.pk, action="suspend", report_id=mine[0].id)
    with live.database():
        assert not Report.objects.filter(target=spammer, closed_at=None).exists()


def test_a_member_signs_in_with_the_same_app(live: Live) -> None:
    member = live.sign_up("member")
    client = signed_in(live, member, ["read"])  # the app takes what it was granted

    assert client.me().username == member.username
    with pytest.raises(MastodonAPIError, match="Forbidden"):
        client.admin_reports()
