"""Both doors say that the database is away, each in its own shape, and the log has one line for each request."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from accounts import sessions
from accounts.models import Account, Platform
from tests.compat_mastodon.conftest import token_for

AWAY = pytest.mark.parametrize("error", [OperationalError, InterfaceError])


def down(error: type[Exception]) -> Any:
    def fail(*args: Any) -> None:
        raise error("server closed the connection\nwith details that need a second line")

    return connection.execute_wrapper(fail)


@AWAY
def test_a_mastodon_client_hears_503_and_when_to_come_back(
    alice: Account, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})
    with down(error):
        answer = client.get("/api/v1/accounts/verify_credentials")

    assert (answer.status_code, set(answer.json())) == (503, {"error"})
    assert int(answer.headers["Retry-After"]) > 0
    is_one_line(caplog)


@AWAY
def test_a_phone_hears_it_in_an_envelope(
    alice: Account, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    token = sessions.open_session(alice.pk, Platform.IOS).token
    with down(error):
        answer = Client().get("/mobile_api/follow_requests", {"session_id": token})

    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (200, 500, [])
    is_one_line(caplog)
    assert token not in caplog.text


@AWAY
@pytest.mark.parametrize("path", ["/@alice", "/admin/", "/oauth/authorized_applications"])
def test_a_person_has_a_page(alice: Account, error: type[Exception], path: str, caplog: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    with down(error):
        answer = client.get(path)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    is_one_line(caplog)


def is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    (record,) = caplog.records
    assert record.exc_info is None
    assert "server closed the connection" in record.getMessage()
    assert "\n" not in record.getMessage()
