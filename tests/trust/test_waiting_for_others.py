"""Work that takes long is done aside: one request waits for it, and its worker answers all others at once."""

import json
import select
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from io import BytesIO
from typing import Any

import psutil
import pytest
from django.core.files.base import ContentFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from accounts import sessions
from accounts.models import Account, Platform
from tests.mail_server import silent
from tests.servers import PATIENCE, Live, NewServer
from tests.trust.wire import FORM, answer, connect, head

pytestmark = pytest.mark.once

LOGINS = 20  # more than two workers ask a provider for at once
READS = 5


@pytest.fixture(params=[b"", b"HTTP/1.1 200 OK\r\nX: y\r\n"], ids=["silence", "a drip"])
def provider(request: pytest.FixtureRequest) -> Iterator[int]:
    with silent(request.param) as port:
        yield port


@pytest.fixture
def server(provider: int, new_server: NewServer) -> Iterator[Live]:
    settings = {"GOOGLE_CLIENT_ID": "ours", "GOOGLE_TOKEN_API": f"http://127.0.0.1:{provider}"}
    with new_server("aside", STREAMING_PORT="0", **settings) as server, server.running(quiet=False):
        yield server


def log_in(server: Live, stack: ExitStack, number: int) -> Any:
    client = stack.enter_context(connect(server))
    body = f"type=google&access_token=token{number}"
    client.sendall(head("POST", "/mobile_api/oauth", FORM.strip(), f"Content-Length: {len(body)}") + body.encode())
    return client


def test_a_provider_that_does_not_answer_holds_nobody_else_up(server: Live) -> None:
    with ExitStack() as stack:
        waiting = [log_in(server, stack, number) for number in range(LOGINS)]
        reads = 0
        while reads < READS:
            with connect(server) as client:
                client.sendall(head("GET", "/api/v1/instance"))
                assert answer(client)[0] == 200
            reads += 1
        answered = len(select.select(waiting, [], [], 0)[0])
        answers = [json.loads(answer(client)[1]) for client in waiting]

    assert answered < LOGINS  # some still waited for their provider then
    assert {told["code"] for told in answers} == {500}
    assert {told["message"] for told in answers} == {"API Error – API unavailable"}


def upload(server: Live, stack: ExitStack, account: Account, picture: bytes) -> Any:
    with server.database():
        session = sessions.open_session(account.pk, Platform.IOS).token
    body = encode_multipart(BOUNDARY, {"session_id": session, "avatar": ContentFile(picture, "picture.png")})
    client = stack.enter_context(connect(server))
    lines = (f"Content-Type: {MULTIPART_CONTENT}", f"Content-Length: {len(body)}")
    client.sendall(head("POST", "/mobile_api/avatar", *lines) + body)
    return client


def decoders(server: Live) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(server.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if any(part.endswith("decoder.py") for part in child.cmdline()):
                found.append(child)
    return found


@pytest.mark.parametrize("provider", [b""], indirect=True)
def test_a_picture_that_is_being_decoded_holds_nobody_else_up(server: Live) -> None:
    encoded = BytesIO()
    Image.new("RGB", (3000, 3000), "teal").save(encoded, "PNG")
    people = [server.sign_up("painter") for _ in range(4)]
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        waiting = [upload(server, stack, person, encoded.getvalue()) for person in people]
        while not (stopped := decoders(server)):
            assert time.monotonic() < deadline
        stopped[0].suspend()
        for _ in range(READS):
            with connect(server) as client:
                client.sendall(head("GET", "/api/v1/instance"))
                assert answer(client)[0] == 200
        answered = len(select.select(waiting, [], [], 0)[0])
        with suppress(psutil.NoSuchProcess):
            stopped[0].resume()
        answers = [json.loads(answer(client)[1])["code"] for client in waiting]

    assert answered < len(people)
    assert set(answers) <= {200, 400}  # 400 where the decoder stood still for too long
    assert 200 in answers
