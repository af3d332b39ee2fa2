"""Push messages to phones, handed to the operator's gateway."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

import pytest

from accounts import devices
from accounts.access import Actor
from accounts.models import Account, Platform
from compat_twittner import push
from follows import graph
from follows.models import Notice
from follows.notices.delivery import Told
from tests.compat_twittner.conftest import Twittner
from tests.servers import PATIENCE

Kind = Notice.Kind


@pytest.fixture
def gateway(settings: Any) -> Iterator[SimpleQueue[dict[str, Any]]]:
    """What the operator's gateway received."""
    received: SimpleQueue[dict[str, Any]] = SimpleQueue()

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Tests are silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.PUSH_GATEWAY = f"http://127.0.0.1:{server.server_port}/send"
        yield received
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("platform", "kind"), [(Platform.ANDROID, "subscribe_request"), (Platform.IOS, "subscribe-request")]
)
def test_a_phone_learns_who_asks(
    gateway: SimpleQueue[dict[str, Any]], alice: Account, carol: Account, platform: Platform, kind: str
) -> None:
    devices.register(carol.pk, platform, "t" * 60)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    push.deliver(Told(carol.pk, alice.pk, Kind.REQUESTED))

    assert gateway.get(timeout=PATIENCE) == {
        "token": "t" * 60,
        "platform": platform.removeprefix("mobile_"),
        "type": kind,
        "title": "Alice Adams",
        "body": "Wants to follow you",
        "user_id": alice.pk,
    }


def test_what_was_withdrawn_meanwhile_is_not_sent(
    gateway: SimpleQueue[dict[str, Any]], alice: Account, carol: Account
) -> None:
    devices.register(carol.pk, Platform.IOS, "t" * 60)
    push.deliver(Told(carol.pk, alice.pk, Kind.REQUESTED))

    assert gateway.empty()


def test_a_phone_that_changes_hands_without_a_logout_hears_only_of_its_new_account(
    twittner: Callable[..., Twittner], alice: Account, bob: Account
) -> None:
    for owner in (alice, bob, alice, bob):
        assert twittner(owner).post("save_pnotif_token", token="t" * 60, type="android")["code"] == 200

    assert devices.of(alice.pk) is None
    assert (phone := devices.of(bob.pk)) is not None
    assert phone.token == "t" * 60


def test_who_has_no_phone_gets_nothing(gateway: SimpleQueue[dict[str, Any]], alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    push.deliver(Told(bob.pk, alice.pk, Kind.FOLLOWED))

    assert gateway.empty()


def test_a_gateway_that_is_away_is_only_a_warning(
    settings: Any, caplog: pytest.LogCaptureFixture, alice: Account, bob: Account
) -> None:
    settings.PUSH_GATEWAY = "http://127.0.0.1:1/send"
    devices.register(bob.pk, Platform.IOS, "t" * 60)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    push.deliver(Told(bob.pk, alice.pk, Kind.FOLLOWED))

    assert "does not answer" in caplog.text
    assert "t" * 60 not in caplog.text
