"""A body in chunks whose end was not seen changes nothing, in whichever way it breaks off."""

import socket
from collections.abc import Callable

import pytest

from accounts import sessions
from accounts.models import Account, Platform
from follows import queries
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live
from tests.trust.wire import FORM, answer, chunk, connect, head, reset

pytestmark = pytest.mark.once

IN_CHUNKS = "Transfer-Encoding: chunked"
END = b"0\r\n\r\n"


def ends(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)


def stays(client: socket.socket) -> None:
    pass


# What follows a first chunk that is whole, and how the connection goes on.
BROKEN: dict[str, tuple[bytes, Callable[[socket.socket], None]]] = {
    "a size that is no number": (b"zz\r\nabc\r\n" + END, stays),
    "a size beyond all bounds": (b"fffffffffffffffffff\r\nabc\r\n" + END, stays),
    "FIN within a chunk": (b"a\r\nabc", ends),
    "FIN between two chunks": (b"", ends),
    "FIN before the last line": (b"0\r\n", ends),
    "a chunk without its CRLF": (b"3\r\nabcXX" + END, stays),
    "a bad trailer": (b"0\r\nno colon\r\n\r\n", stays),
    "RST within a chunk": (b"a\r\nabc", reset),
    "RST between two chunks": (b"", reset),
}
each_way = pytest.mark.parametrize("way", BROKEN)


def broken(live: Live, start: bytes, first: str, way: str) -> tuple[int, bytes] | None:
    """The answer to a body that breaks off after `first`; None when nobody is there to hear it."""
    rest, go_on = BROKEN[way]
    with connect(live) as client:
        client.sendall(start + chunk(first) + rest)
        go_on(client)
        return None if go_on is reset else answer(client)


def afterwards(live: Live, bearer: str) -> None:
    """Wait until the server has done with what came before: both workers have answered."""
    for _ in range(8):
        with connect(live) as client:
            client.sendall(head("GET", "/api/v1/accounts/verify_credentials", f"Authorization: Bearer {bearer}"))
            assert answer(client)[0] == 200


@each_way
def test_a_phone_that_loses_its_net_accepts_nobody_else(live: Live, way: str) -> None:
    """`req_id=13` cut by one byte is `req_id=1`, which is somebody else's request."""
    carol, alice = live.sign_up("carol", locked=True), live.sign_up("alice")
    live.follow(alice, carol)
    with live.database():
        token = sessions.open_session(carol.pk, Platform.IOS).token
        bearer = token_for(carol)
        request = alice.follows_out.get().pk
    start = head("POST", "/mobile_api/accept_follow", FORM.strip(), IN_CHUNKS)

    heard = broken(live, start, f"session_id={token}&req_id={request}", way)

    assert heard in (None, (200, b'{"code":400,"message":"Invalid request data","data":[]}'))
    afterwards(live, bearer)
    with live.database():
        assert queries.pending_count(carol.pk) == 1


@each_way
def test_a_mastodon_client_that_loses_its_net_changes_nothing(live: Live, way: str) -> None:
    alice = live.sign_up("alice")
    with live.database():
        bearer = token_for(alice)
    lines = (f"Authorization: Bearer {bearer}", FORM.strip(), IN_CHUNKS)

    heard = broken(live, head("PATCH", "/api/v1/accounts/update_credentials", *lines), "display_name=Al", way)

    assert heard in (None, (400, b'{"error":"The request could not be read"}'))
    afterwards(live, bearer)
    with live.database():
        assert Account.objects.get(pk=alice.pk).display_name != "Al"


@each_way
def test_an_order_that_needs_no_body_is_not_taken_with_half_of_one(live: Live, way: str) -> None:
    alice, bob = live.sign_up("alice"), live.sign_up("bob")
    with live.database():
        bearer = token_for(alice)
    lines = (f"Authorization: Bearer {bearer}", FORM.strip(), IN_CHUNKS)

    heard = broken(live, head("POST", f"/api/v1/accounts/{bob.pk}/follow", *lines), "reblogs=true", way)

    assert heard is None or heard[0] == 400
    afterwards(live, bearer)
    with live.database():
        assert not alice.follows_out.exists()


@each_way
def test_a_page_takes_no_half_form(live: Live, way: str) -> None:
    heard = broken(live, head("POST", "/auth/sign_in", FORM.strip(), IN_CHUNKS), "username=a&password=b", way)

    assert heard is None or heard[0] == 400


def test_whole_chunks_are_taken_however_they_are_cut(live: Live) -> None:
    alice = live.sign_up("alice")
    with live.database():
        bearer = token_for(alice)
    lines = (f"Authorization: Bearer {bearer}", FORM.strip(), IN_CHUNKS)

    with connect(live) as client:
        client.sendall(head("PATCH", "/api/v1/accounts/update_credentials", *lines))
        for letter in "display_name=Alice+the+first":
            client.sendall(chunk(letter))
        client.sendall(END)
        assert answer(client)[0] == 200

    with live.database():
        assert Account.objects.get(pk=alice.pk).display_name == "Alice the first"
