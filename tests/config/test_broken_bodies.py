"""A client that breaks off in what it sends, like a phone without a net, changes nothing: half a form is none."""

import socket
from http.client import HTTPResponse

from accounts import sessions
from accounts.models import Platform
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def broken_off(live: Live, head: str, body: str) -> tuple[int, bytes]:
    """Announce a body one byte longer than this one, send this and no more; the answer."""
    length = f"Host: 127.0.0.1\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", live.port)) as client:
        client.sendall(f"{head}{FORM}{length}{body}".encode())
        client.shutdown(socket.SHUT_WR)
        with HTTPResponse(client) as answer:
            answer.begin()
            return answer.status, answer.read()


def test_half_a_form_of_a_mastodon_client_changes_nothing(live: Live) -> None:
    alice = live.sign_up("alice")
    with live.database():
        bearer = token_for(alice)
    head = f"PATCH /api/v1/accounts/update_credentials HTTP/1.1\r\nAuthorization: Bearer {bearer}\r\n"

    answer = broken_off(live, head, "display_name=Al")

    assert answer == (400, b'{"error":"The request could not be read"}')
    with live.database():
        alice.refresh_from_db()
    assert alice.display_name != "Al"


def test_half_a_form_of_a_phone_changes_nothing(live: Live) -> None:
    alice, bob = live.sign_up("alice"), live.sign_up("bob")
    with live.database():
        token = sessions.open_session(alice.pk, Platform.IOS).token

    answer = broken_off(live, "POST /mobile_api/follow HTTP/1.1\r\n", f"session_id={token}&user_id={bob.pk}")

    assert answer == (200, b'{"code":400,"message":"Invalid request data","data":[]}')
    with live.database():
        assert not alice.follows_out.exists()


def test_half_of_nothing_is_no_empty_form(live: Live) -> None:
    assert broken_off(live, "POST /api/v1/apps HTTP/1.1\r\n", "")[0] == 400
