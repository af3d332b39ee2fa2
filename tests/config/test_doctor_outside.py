"""`manage.py doctor`: faults of the server as people reach it: address, pictures, streams, proxy, TLS and mail."""

import ssl
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.doctor.findings import Fault, Options
from config.doctor.outside import check_tls
from tests.config.sites import Environ, behind, certificate, serving, stranger, streams
from tests.config.test_doctor import PASSWORD, examine, move, only_fault, place
from tests.mail_server import mailbox, silent
from tests.servers import PATIENCE, free_port

__all__ = ["place"]

OUTSIDE = "198.51.100.9"  # the proxy, as the server of these stories sees it


def test_a_wrong_address(place: ExitStack, settings: Any) -> None:
    move(settings, place.enter_context(serving(stranger)))

    results = examine()

    assert "Another server answers at http://127.0.0.1:" in results["server"]["sentences"][0]
    assert "correct BASE_URL or the proxy" in results["server"]["sentences"][0]
    assert {name for name, result in results.items() if result["state"] == "fault"} == {"server", "media", "vapid"}


def test_an_address_where_nothing_answers(place: ExitStack, settings: Any) -> None:
    move(settings, f"http://127.0.0.1:{free_port()}")

    results = examine()

    assert results["server"]["sentences"][0].startswith(f"Nothing answers at {settings.BASE_URL}")
    assert results["proxy"]["state"] == "skipped"


def test_pictures_that_are_not_served(place: ExitStack, settings: Any) -> None:
    settings.MEDIA_URL = f"{place.enter_context(serving(stranger))}/media/"

    assert "let the proxy serve MEDIA_ROOT at /media/" in only_fault(examine(), "media")


def test_a_mail_server_that_says_nothing(place: ExitStack, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", place.enter_context(silent())
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "latchkey", PASSWORD
    started = time.monotonic()

    results = examine("--mail", "root@example.org", "--seconds", "1.5")

    assert "correct EMAIL_HOST" in results["mail"]["sentences"][0]
    assert time.monotonic() - started < PATIENCE


def test_a_message_to_an_address(place: ExitStack, settings: Any) -> None:
    box = place.enter_context(mailbox())
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", box.port, False

    assert examine("--mail", "root@example.org")["mail"]["state"] == "ok"
    assert box.to("root@example.org")[0]["Subject"] == "Test of the mail server"


def test_a_mail_server_that_is_not_set(place: ExitStack) -> None:
    assert "set EMAIL_HOST" in only_fault(examine("--mail", "root@example.org"), "mail")


def test_streams_that_do_not_answer(place: ExitStack, settings: Any) -> None:
    settings.STREAMING_URL = f"ws://127.0.0.1:{free_port()}"

    assert "let the proxy pass /api/v1/streaming to port" in only_fault(examine(), "streams")


def test_a_proxy_that_passes_no_upgrade_on(place: ExitStack, settings: Any) -> None:
    def plain(environ: Environ, start_response: Any) -> list[bytes]:
        answer = streams(environ, lambda *start: None)
        start_response("200 OK" if answer == [b"OK"] else "404 Not Found", [("Content-Type", "text/plain")])
        return answer

    settings.STREAMING_URL = place.enter_context(serving(plain)).replace("http", "ws", 1)

    assert "let the proxy pass Upgrade and Connection" in only_fault(examine(), "streams")


@pytest.mark.parametrize(
    ("headers", "trusted", "sentence"),
    [
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7, 203.0.113.5"}, [OUTSIDE], ""),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.5"}, [OUTSIDE], ""),
        ({}, [OUTSIDE], "Callers can forge their address"),
        ({"HTTP_X_FORWARDED_FOR": ""}, [OUTSIDE], "let the proxy set X-Forwarded-For"),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7, 203.0.113.5"}, [], "add its address to TRUSTED_PROXIES"),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_HOST": "localhost:8000"}, [OUTSIDE], "let it pass Host on"),
        (
            {"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_X_FORWARDED_PROTO": "https"},
            [OUTSIDE],
            "let the proxy set X-Forwarded-Proto",
        ),
    ],
    ids=["appends", "replaces", "passes on", "says nothing", "not trusted", "another host", "another scheme"],
)
def test_a_proxy_and_its_headers(
    place: ExitStack, settings: Any, headers: Environ, trusted: list[str], sentence: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    move(
        settings,
        place.enter_context(
            serving(behind(lambda environ: environ.update({"REMOTE_ADDR": OUTSIDE} | headers), trusted))
        ),
    )

    results = examine()

    if sentence:
        assert sentence in only_fault(results, "proxy")
    else:
        assert results["proxy"]["sentences"] == ["the server sees http, the right host and 203.0.113.5"]


def test_another_push_key(place: ExitStack, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"configuration": {"vapid": {"public_key": "another"}}}']

    move(settings, place.enter_context(serving(other)))

    assert "set the same VAPID_PRIVATE_KEY on every machine" in examine()["vapid"]["sentences"][0]


def test_a_site_without_tls(place: ExitStack, settings: Any) -> None:
    move(settings, "http://latchkey.invalid")

    assert examine()["tls"]["sentences"][0].startswith("Passwords travel without TLS")


def test_a_certificate_that_is_none(place: ExitStack, settings: Any) -> None:
    settings.HTTPS = True
    settings.BASE_URL = settings.BASE_URL.replace("http:", "https:")

    assert "does not speak TLS" in examine("--seconds", "1.5")["tls"]["sentences"][0]


@pytest.mark.parametrize(
    ("trusted", "days", "sentence"),
    [
        (False, 90, "The certificate of 127.0.0.1 is not valid"),
        (True, 3, "The certificate of 127.0.0.1 ends in 3 days: find out why it is not renewed."),
        (True, 90, "the certificate is good for 90 days"),
    ],
    ids=["nobody trusts it", "it ends soon", "good"],
)
def test_a_certificate(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, days: int, sentence: str
) -> None:
    file = certificate(tmp_path, days)
    (context := ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)).load_cert_chain(file)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with serving(stranger, context) as url:
        settings.HTTPS, settings.BASE_URL = True, url
        try:
            told = check_tls(Options(PATIENCE, None, None, 0))
        except Fault as fault:
            told = fault.args[0]

    assert told.startswith(sentence)


def test_a_server_that_says_nothing_holds_no_check(place: ExitStack, settings: Any) -> None:
    base = f"http://127.0.0.1:{place.enter_context(silent())}"
    move(settings, base)
    settings.STREAMING_URL = base.replace("http", "ws", 1)

    results = examine("--seconds", "1")

    faults = {name for name, result in results.items() if result["state"] == "fault"}
    assert faults >= {"server", "media", "streams"}


def test_nobody_else_is_told_how_the_server_sees_a_request(place: ExitStack, client: Any) -> None:
    assert client.get("/health/seen").status_code == 404
    assert client.get("/health/seen", headers={"X-Doctor": "guessed:guessed"}).status_code == 404


def test_a_wrong_address_of_mail() -> None:
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("doctor", "--mail", "nobody")
