"""A body holds no memory, has a size that it may have, and a time in which it has to come."""

import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from config import bodies
from config.bodies import Body
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live
from tests.trust.wire import FORM, answer, chunk, connect, head

pytestmark = pytest.mark.once

LENGTH = "Content-Length: {}"
MULTIPART = "Content-Type: multipart/form-data; boundary=b"
HELD = 60  # bodies that stop half way, of this many bytes each
HALF = 13_000_000


def memory(live: Live) -> int:
    """Bytes that the server's processes do not share with others."""
    server = psutil.Process(live.process.pid)
    return sum(process.memory_full_info().uss for process in (server, *server.children()))


def test_bodies_that_stop_half_way_hold_no_memory(live: Live) -> None:
    before = memory(live)
    clients = [connect(live) for _ in range(HELD)]
    for client in clients:
        client.sendall(head("POST", "/mobile_api/avatar", MULTIPART, LENGTH.format(2 * HALF)) + bytes(1_000_000))
    most = before + HELD * 1_000_000 // 2
    for client in clients:
        client.sendall(bytes(1_000_000))
    held = memory(live)
    for client in clients:
        client.close()

    assert held < most


@pytest.mark.parametrize("told", [True, False])
def test_a_form_of_more_than_a_megabyte_is_not_read(live: Live, told: bool) -> None:
    form = "x" * (bodies.LARGEST_FORM + 1)
    how = LENGTH.format(len(form)) if told else "Transfer-Encoding: chunked"
    with connect(live) as client:
        client.sendall(head("POST", "/api/v1/apps", FORM.strip(), how))
        client.sendall(form.encode() if told else chunk(form) + b"0\r\n\r\n")
        assert answer(client) == (400, b'{"error":"The request could not be read"}')


def test_a_phone_hears_of_too_much_in_an_envelope(live: Live) -> None:
    form = b"x" * (bodies.LARGEST_FORM + 1)
    with connect(live) as client:
        client.sendall(head("POST", "/mobile_api/login", FORM.strip(), LENGTH.format(len(form))) + form)
        assert answer(client) == (200, b'{"code":400,"message":"Invalid request data","data":[]}')


@pytest.mark.parametrize("kind", [FORM.strip(), "Content-Type: application/json", MULTIPART])
def test_a_picture_may_be_larger_however_it_is_sent(live: Live, kind: str) -> None:
    """It is no picture; but that it is none is known only by who has read it."""
    alice = live.sign_up("alice")
    with live.database():
        bearer = f"Authorization: Bearer {token_for(alice)}"
    text = "x" * (bodies.LARGEST_FORM + 1)
    body = {
        FORM.strip(): f"display_name=Al&avatar=data:image/png;base64,{text}",
        "Content-Type: application/json": f'{{"display_name":"Al","avatar":"data:image/png;base64,{text}"}}',
        MULTIPART: f'--b\r\nContent-Disposition: form-data; name="avatar"; filename="a.png"\r\n\r\n{text}\r\n--b--\r\n',
    }[kind].encode()
    with connect(live) as client:
        lines = (bearer, kind, LENGTH.format(len(body)))
        client.sendall(head("PATCH", "/api/v1/accounts/update_credentials", *lines) + body)
        assert answer(client)[0] == 422


@pytest.mark.long
def test_a_body_that_drips_is_given_up_long_before_its_end(live: Live) -> None:
    began = time.monotonic()
    with connect(live) as client:
        client.sendall(head("POST", "/api/v1/apps", FORM.strip(), LENGTH.format(100_000)))
        client.settimeout(1)
        while True:
            try:
                status = answer(client)[0]
                break
            except TimeoutError:
                client.sendall(b"x")
    assert status == 400
    assert time.monotonic() - began >= bodies.PATIENCE - 1


def kept(*parts: bytes, **environ: str) -> tuple[Body, dict[str, Any]]:
    told: dict[str, Any] = {"PATH_INFO": "/api/v1/apps", "CONTENT_TYPE": "application/json"} | environ
    body = Body(told)
    for part in parts:
        body.add(part)
    return body, told


def test_the_time_grows_with_what_has_come() -> None:
    body, environ = kept()
    assert body.time == bodies.PATIENCE
    body.add(bytes(1_000_000))
    body.finish(whole=True)
    environ["wsgi.input"].close()

    assert body.time == bodies.PATIENCE + 1_000_000 / bodies.SLOWEST


def test_what_is_told_to_be_too_much_is_not_kept_at_all(tmp_path: Path) -> None:
    body, environ = kept(bytes(10), CONTENT_LENGTH=str(bodies.LARGEST_FORM + 1))
    body.finish(whole=False)

    assert body.too_large
    with pytest.raises(Exception, match="too large"):
        environ["wsgi.input"].read()


def test_crumbs_are_not_read_for_ever() -> None:
    body, environ = kept(HTTP_TRANSFER_ENCODING="chunked")
    crumbs = 0
    while body.wants_more:
        body.add(b"x")
        crumbs += 1

    body.finish(whole=False)
    environ["wsgi.input"].close()

    assert crumbs < 2 * bodies.FEWEST_PARTS
