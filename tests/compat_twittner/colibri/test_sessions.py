"""Phones stay signed in: which sessions come along, with which refresh token and which device."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.models import Account, Device, Session
from tests.compat_twittner.colibri.conftest import Told
from tests.compat_twittner.colibri.dumps import NOW, Network
from tests.compat_twittner.conftest import Twittner

Importing = Callable[..., Told]


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def test_phones_stay_signed_in_and_nobody_can_read_their_tokens(importing: Importing) -> None:
    network = Network()
    ann = network.user("ann", refresh_token="r" * 74, pnotif_token='{"token": "' + "t" * 150 + '","type": "ios"}')
    network.add("cl_sessions", user_id=str(ann), session_id="a" * 82, time=str(NOW - 100), platform="mobile_ios")
    network.add("cl_sessions", user_id=str(ann), session_id="b" * 82, time=str(NOW - 200))
    importing(network)

    newest, older = Session.objects.order_by("-created_at")
    assert (bytes(newest.token_digest), bytes(newest.refresh_digest)) == (digest("a" * 82), digest("r" * 74))
    assert (newest.platform, newest.expires_at.timestamp()) == ("mobile_ios", 2000000000)
    assert (bytes(older.token_digest), older.refresh_digest) == (digest("b" * 82), None)
    device = Device.objects.get()
    assert (device.account_id, device.platform, device.token) == (ann, "mobile_ios", "t" * 150)
    for token in ("a" * 82, "b" * 82):
        assert Twittner(token).get("get_priv_settings")["code"] == 200
    fresh = Twittner().post("refresh_access_token", refresh_token="r" * 74)
    assert Twittner(fresh["data"]["auth_token"]).get("get_priv_settings")["code"] == 200


def test_a_session_without_an_end_lasts_a_year(importing: Importing) -> None:
    network = Network()
    network.user("ann")
    began = int((timezone.now() - timedelta(days=100)).timestamp())
    network.add("cl_sessions", user_id="1", session_id="a" * 82, time=str(began), lifespan="0")
    network.add("cl_sessions", user_id="1", session_id="b" * 82, time=str(began - 300 * 86400), lifespan="0")
    told = importing(network)
    ends = datetime.fromtimestamp(began, UTC) + timedelta(days=365)
    assert Session.objects.get().expires_at == ends
    assert told.first("session_expired") == [2]


def test_other_sessions_are_skipped_and_counted(importing: Importing) -> None:
    network = Network()
    ann, banned = network.user("ann"), network.user("banned", active="2")
    add = network.add
    add("cl_sessions", user_id=str(ann), session_id="w" * 82, platform="web")
    add("cl_sessions", user_id=str(ann), session_id="x" * 82, platform="toaster")
    add("cl_sessions", user_id=str(ann), session_id="e" * 82, lifespan="1600000000")
    add("cl_sessions", user_id="$2y$10$uox0", session_id="o" * 82)
    add("cl_sessions", user_id=str(banned), session_id="d" * 82)
    add("cl_sessions", user_id=str(ann), session_id="")
    add("cl_sessions", user_id=str(ann), session_id="s" * 82, time=str(NOW - 1))
    add("cl_sessions", user_id=str(ann), session_id="s" * 82)
    told = importing(network)

    assert told["tables"]["cl_sessions"] == {"read": 8, "imported": 1, "skipped": 7}
    assert {kind: told.first(kind) for kind in told.kinds if kind.startswith("session_")} == {
        "session_of_browser": [1],
        "session_of_unknown_platform": [2],
        "session_expired": [3],
        "session_without_account": [4],
        "session_of_disabled_account": [5],
        "session_without_token": [6],
        "session_twice": [7],
    }


def test_tokens_of_nobodys_phone_are_told_and_dropped(importing: Importing) -> None:
    network = Network()
    network.user("ann", refresh_token="r" * 74, pnotif_token='{"token": "t","type": "android"}')
    network.user("bob", refresh_token="0", pnotif_token="garbage")
    told = importing(network)
    assert told.first("refresh_token_without_session") == told.first("device_without_session") == [1]
    assert not Device.objects.exists()


def test_of_two_accounts_on_one_phone_the_last_one_hears(importing: Importing) -> None:
    network = Network()
    for number, name in enumerate(("ann", "bob", "cem")):
        network.user(name, refresh_token="r" * 74, pnotif_token='{"token": "t","type": "android"}')
        time = str(NOW - abs(number - 1))
        network.add("cl_sessions", user_id=str(number + 1), session_id=name * 20, time=time)
    importing(network)
    assert Device.objects.get().account_id == 2
    assert Session.objects.get(refresh_digest__isnull=False).account_id == 2
    assert Account.objects.count() == Session.objects.count() == 3
