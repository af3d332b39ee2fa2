"""Signed-in phones in the admin."""

from accounts import sessions
from accounts.models import Account, Platform, Session
from tests.moderation import Desk

SESSIONS = "accounts_session"


def test_a_session_is_revoked_with_one_click(root: Account, alice: Account) -> None:
    lost, kept = (sessions.open_session(alice.pk, platform) for platform in (Platform.ANDROID, Platform.IOS))
    row = Session.objects.get(platform=Platform.ANDROID)

    assert Desk(root).click(SESSIONS, "revoke", row.pk) == ["Revoked 1 session."]
    assert sessions.resolve(lost.token) is None
    assert sessions.resolve(kept.token) is not None


def test_several_sessions_are_revoked_together(root: Account, alice: Account, bob: Account) -> None:
    for account in (alice, bob):
        sessions.open_session(account.pk, Platform.IOS)
    rows = list(Session.objects.values_list("pk", flat=True))
    sessions.close(rows[0])

    assert Desk(root).act(SESSIONS, "revoke", *rows) == ["Revoked 1 session.", "1 had gone meanwhile."]
    assert not Session.objects.exists()


def test_digests_are_never_shown(root: Account, alice: Account) -> None:
    sessions.open_session(alice.pk, Platform.IOS)
    session, desk = Session.objects.get(), Desk(root)

    for page in (desk.open(SESSIONS), desk.page(SESSIONS, session.pk)):
        assert "alice" in page.content.decode()
        assert "digest" not in page.content.decode()
        assert bytes(session.token_digest).hex() not in page.content.decode()


def test_sessions_are_neither_added_nor_changed(root: Account, alice: Account) -> None:
    sessions.open_session(alice.pk, Platform.IOS)
    row, client = Session.objects.get().pk, Desk(root).client

    for address in ("add/", f"{row}/change/", f"{row}/delete/"):
        assert client.post(f"/admin/accounts/session/{address}", {"post": "yes"}).status_code == 403
    assert Session.objects.exists()


def test_moderators_see_no_sessions(moderator: Account) -> None:
    assert Desk(moderator).open(SESSIONS).status_code == 403
