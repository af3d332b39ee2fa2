"""Mastodon.py, unmodified, learns of a request while it listens, and reads the pushed message of it."""

import queue
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from mastodon import Mastodon, StreamListener

from tests.compat_mastodon.conftest import token_for
from tests.servers import PATIENCE, Live

Posted = tuple[bytes, dict[str, str]]


@pytest.fixture
def posted() -> Iterator[tuple[str, queue.Queue[Posted]]]:
    """The address of a push service, and what was posted there."""
    arrived: queue.Queue[Posted] = queue.Queue()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/send", arrived
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_hears_of_a_request_by_stream_and_by_push(live: Live, posted: Any) -> None:
    live.start_streams()
    carol, requester = live.sign_up("carol", locked=True), live.sign_up("requester", display_name="Requester")
    with live.database():
        client = Mastodon(access_token=token_for(carol), api_base_url=live.url)
        other = Mastodon(access_token=token_for(requester), api_base_url=live.url)
    told: queue.Queue[Any] = queue.Queue()
    listening = Event()

    class Listener(StreamListener):
        def on_notification(self, notification: Any) -> None:
            told.put(notification)

        def handle_heartbeat(self) -> None:  # the first line of a stream is one
            listening.set()

    endpoint, arrived = posted
    private, public = client.push_subscription_generate_keys()
    subscribed = client.push_subscription_set(endpoint, public, follow_events=False, follow_request_events=True)
    assert client.push_subscription() == subscribed
    assert client.push_subscription_update(follow_request_events=True).alerts == {"follow_request": True}

    assert client.instance_health()
    assert client.stream_healthy()
    stream = client.stream_user(Listener(), run_async=True, timeout=PATIENCE, reconnect_async=False)
    try:
        assert listening.wait(PATIENCE)
        assert other.account_follow(carol.pk).requested
        notification = told.get(timeout=PATIENCE)
        body, headers = arrived.get(timeout=PATIENCE)
    finally:
        closing = Thread(target=stream.close)  # takes until the stream's next line, which this brings about
        closing.start()
        other.account_unfollow(carol.pk)
        other.account_follow(carol.pk)
        closing.join()

    assert (notification.type, notification.account.acct) == ("follow_request", requester.username)
    message = client.push_subscription_decrypt_push(body, private, headers["Encryption"], headers["Crypto-Key"])
    assert (message.title, message.notification_id) == ("Pending follower: Requester", notification.id)
    client.push_subscription_delete()
