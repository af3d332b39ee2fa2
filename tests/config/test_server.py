"""The server of the tests is a real one."""

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.models import Account
from tests.compat_mastodon.conftest import token_for
from tests.servers import PATIENCE, Live, NewServer, free_port

pytestmark = pytest.mark.once


def test_it_answers_from_a_database_of_its_own(live: Live, db: None) -> None:
    account = live.sign_up("alice")
    connection = http.client.HTTPConnection("127.0.0.1", live.port)
    connection.request("GET", f"/api/v1/accounts/{account.pk}")
    answer = connection.getresponse()

    assert (answer.status, account.username in answer.read().decode()) == (200, True)
    connection.close()
    assert not Account.objects.filter(username=account.username).exists()


@pytest.mark.parametrize("path", ["/mobile_api/upload_post_media", "/api/v2/nothing"])
def test_who_sends_what_nobody_reads_is_answered_and_stays_connected(live: Live, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", live.port)
    for _ in range(2):
        connection.request("POST", path, b"x" * 5_000_000, {"Content-Type": "application/octet-stream"})
        first = connection.sock
        connection.getresponse().read()
        assert connection.sock is first is not None
    connection.close()


def test_the_streams_end_with_the_server_and_start_again_after_a_failure(new_server: NewServer) -> None:
    with new_server("streams") as server:
        server.start()
        address = ("127.0.0.1", server.streaming_port)
        server.start_streams()
        streams = next(child for child in psutil.Process(server.process.pid).children() if listens(child, address[1]))
        streams.kill()
        streams.wait(PATIENCE)
        server.start_streams()
        account = server.sign_up("alice")
        with server.database():
            token = token_for(account)
        events = http.client.HTTPConnection(*address, timeout=PATIENCE)
        events.request("GET", "/api/v1/streaming/user", headers={"Authorization": f"Bearer {token}"})
        answer = events.getresponse()
        assert answer.readline() == b":)\n"
        with connect(f"ws://127.0.0.1:{address[1]}/api/v1/streaming?access_token={token}") as stream:
            server.stop()
            assert answer.read() == b""
            with pytest.raises(ConnectionClosed):
                stream.recv(PATIENCE)
        events.close()
        with pytest.raises(OSError):
            socket.create_connection(address, timeout=1)


def test_a_port_for_the_streams_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = os.environ | {"VAR": str(tmp_path), "PORT": str(free_port()), "STREAMING_PORT": port}
        refused = subprocess.run(
            [sys.executable, str(settings.ROOT / "manage.py"), "serve"],
            env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )

    assert refused.returncode == 1
    assert refused.stderr == (f"CommandError: Port {port} on 127.0.0.1 is taken; set STREAMING_PORT to another one.\n")


def listens(process: psutil.Process, port: int) -> bool:
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in process.net_connections())
