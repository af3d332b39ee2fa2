"""A body that the disk does not take, or that would be one too many, is refused and leaves nothing behind."""

import resource
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from werkzeug.test import Client as Wire

from config import bodies
from config.bodies import Body
from config.wsgi import application

FILE = b"x" * 300_000


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process may be larger than 100 KB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def send(path: str) -> Any:
    return Wire(application).post(path, data={"file": (BytesIO(FILE), "a.png")})


def test_a_full_disk_is_no_fault_of_the_client(db: None, small_disk: None) -> None:
    answer = send("/api/v1/accounts/update_credentials")

    assert (answer.status_code, answer.json) == (503, {"error": "Service Unavailable"})
    assert int(answer.headers["Retry-After"]) > 0
    assert send("/mobile_api/avatar").json["code"] == 500
    assert "no room for the file" in send("/auth/sign_in").text
    assert Body.on_their_way == 0


def test_bodies_on_their_way_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_ON_THEIR_WAY", 1000)
    environ = {"PATH_INFO": "/mobile_api/avatar", "CONTENT_TYPE": "multipart/form-data", "CONTENT_LENGTH": "900"}
    first, second = environ.copy(), environ.copy()
    one, other = Body(first), Body(second)
    one.add(b"x" * 600)
    other.add(b"x" * 600)
    other.add(b"x" * 300)
    other.finish(whole=True)
    one.add(b"x" * 300)
    one.finish(whole=True)

    assert first["wsgi.input"].read() == b"x" * 900  # type: ignore[attr-defined]
    with pytest.raises(bodies.NoRoom):
        second["wsgi.input"].read()  # type: ignore[attr-defined]
    assert Body.on_their_way == 0
    first["wsgi.input"].close()  # type: ignore[attr-defined]


def test_a_client_without_a_body_needs_no_room(client: Client, small_disk: None) -> None:
    assert client.get("/health").content == b"OK"
