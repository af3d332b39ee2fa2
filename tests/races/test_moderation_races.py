"""Moderators at once, in real threads: a request to join gets one answer, and no token outlives a moderator."""

from collections.abc import Callable
from functools import partial
from typing import Any

from accounts import people
from accounts.lookup import NoSuchAccount
from accounts.models import Account, Application
from accounts.moderators import NotAllowed
from compat_mastodon.management.tokens import OUT_OF_BAND
from compat_mastodon.models import AccessToken
from compat_mastodon.models import Application as App
from compat_mastodon.oauth import tokens
from follows import moderation
from tests.compat_mastodon.oauth_client import register
from tests.races.test_gate_races import race
from tests.servers import Live

__all__ = ["race"]


def succeeds(call: Callable[[], Any]) -> bool:
    try:
        call()
    except (NotAllowed, NoSuchAccount, tokens.Refusal):
        return False
    return True


def test_a_request_to_join_is_answered_once(live: Live, race: Callable[..., list[Any]]) -> None:
    chief = live.sign_up("chief")
    with live.database():
        Account.objects.filter(pk=chief.pk).update(is_staff=True, is_superuser=True)
        chief.refresh_from_db()
    for _ in range(3):
        zoe = live.sign_up("zoe")
        with live.database():
            people.change(zoe.pk, unconfirmed=True)
            Application.objects.create(account=zoe)
        answers = [moderation.approve, moderation.reject] * 2

        done = race(*(partial(succeeds, partial(answer, chief, zoe.pk)) for answer in answers))

        assert sum(done) == 1
        with live.database():
            assert Account.objects.filter(pk=zoe.pk).exists() == (answers[done.index(True)] is moderation.approve)
            assert not Application.objects.exists()


def test_no_token_outlives_a_moderator(live: Live, race: Callable[..., list[Any]]) -> None:
    moderator = live.sign_up("moderator")
    with live.database():
        app = App.objects.get(client_id=register(scopes="admin:read").id)
    for _ in range(5):
        with live.database():
            people.change(moderator.pk, is_staff=True)
            code = tokens.issue_code(app, moderator, OUT_OF_BAND, "admin:read", "")

        race(
            partial(succeeds, partial(tokens.exchange, code, app, OUT_OF_BAND, "")),
            partial(people.change, moderator.pk, is_staff=False),
        )

        with live.database():
            assert not AccessToken.objects.filter(user=moderator, revoked_at=None).exists()
