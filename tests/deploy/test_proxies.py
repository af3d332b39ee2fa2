"""The proxies of the documents do what a proxy has to do: real ones, before a real server."""

import re
import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from websockets.sync.client import connect

from tests.compat_mastodon.conftest import token_for
from tests.deploy.proxies import DOMAIN, Nginx, Proxy, caddy, change
from tests.servers import PATIENCE, Live, NewServer, free_port

pytestmark = pytest.mark.once

PROXIES = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"needs Debian's {name}"))
    for name in ("nginx", "caddy")
]


@pytest.fixture(scope="module")
def server(new_server: NewServer) -> Iterator[Live]:
    """A server as the documents configure it, for the name `example.org`."""
    with new_server("behind", BASE_URL=f"https://{DOMAIN}") as server, server.running():
        media = Path(server.environment["MEDIA_ROOT"])
        media.mkdir()
        (media / "picture.txt").write_text("a picture")
        yield server


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, server: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as running:
        if request.param == "caddy":
            yield running.enter_context(caddy(folder, server))
        else:
            nginx = Nginx(folder, server.port, server.streaming_port, server.environment["MEDIA_ROOT"])
            running.enter_context(nginx.running())
            yield nginx


def test_the_server_answers_through_it_over_https(proxy: Proxy) -> None:
    status, headers, body = proxy.ask("/api/v2/instance")

    assert (status, b'"domain":"example.org"' in body) == (200, True)
    assert "strict-transport-security" in proxy.ask("/")[1]
    assert headers["x-request-id"]


def test_it_serves_pictures_to_web_clients(proxy: Proxy) -> None:
    status, headers, body = proxy.ask("/media/picture.txt")

    assert (status, body) == (200, b"a picture")
    assert headers["access-control-allow-origin"] == "*"
    assert "x-request-id" not in headers  # the server was not asked


def test_streams_reach_their_own_process(proxy: Proxy, server: Live) -> None:
    server.start_streams()
    assert proxy.ask("/api/v1/streaming/health")[0] == 200
    owner, requester = server.sign_up("owner", locked=True), server.sign_up("requester")
    with server.database():
        token = token_for(owner)
    address = f"wss://{DOMAIN}/api/v1/streaming?stream=user&access_token={token}"
    line = socket.create_connection(("127.0.0.1", proxy.secure), timeout=PATIENCE)
    with connect(address, sock=line, ssl=ssl._create_unverified_context()) as stream:
        server.follow(requester, owner)
        assert "follow_request" in stream.recv(PATIENCE)


def test_a_large_upload_gets_through(proxy: Proxy) -> None:
    status, _, _ = proxy.ask("/mobile_api/upload_post_media", body=bytes(25_000_000))
    assert status == 200


def test_without_https_the_server_decides(proxy: Proxy) -> None:
    if not isinstance(proxy, Nginx):
        pytest.skip("Caddy sends everybody to HTTPS itself")
    status, headers, _ = proxy.ask("/about", plain=True)
    assert (status, headers["location"]) == (301, f"https://{DOMAIN}/about")
    assert proxy.ask("/mobile_api/login", plain=True, body=b"")[0] == 200  # its clients follow no redirect
    assert proxy.ask("/health", plain=True, host="127.0.0.1")[0] == 200


def test_no_query_is_in_its_log(proxy: Proxy) -> None:
    proxy.ask("/api/v1/accounts/lookup?acct=nobody&access_token=secret")

    if isinstance(proxy, Nginx):  # which writes its log after the answer
        deadline = time.monotonic() + PATIENCE
        while "GET /api/v1/accounts/lookup" not in proxy.access_log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert not [log for log in proxy.folder.rglob("*") if log.is_file() and b"secret" in log.read_bytes()]


@pytest.mark.skipif(not shutil.which("nginx"), reason="needs Debian's nginx")
def test_the_proxy_of_an_old_site_passes_phones_on(server: Live, tmp_path: Path) -> None:
    nginx, old = Nginx(tmp_path, server.port, server.streaming_port, "/nowhere"), free_port()
    moving = (settings.ROOT / "docs" / "moving-in.md").read_text()
    (text,) = re.findall(r"^```nginx\n(.*?)^```", moving, re.MULTILINE | re.DOTALL)
    text = change(text, ("https://NEW-ADDRESS", f"https://127.0.0.1:{nginx.secure}"))
    (tmp_path / "conf.d" / "old.conf").write_text(f"server {{ listen 127.0.0.1:{old}; server_name {DOMAIN};\n{text}}}")
    with nginx.running():
        nginx.plain = old
        status, _, body = nginx.ask("/mobile_api/login", plain=True, body=b"email=x")
        assert (status, b'"code"' in body) == (200, True)
        assert nginx.ask("/", plain=True)[0] == 404


def test_the_lines_about_streams_are_those_of_the_configuration() -> None:
    (block,) = re.findall(
        r"^```nginx\n(.*?)^```", (settings.ROOT / "docs" / "streaming.md").read_text(), re.MULTILINE | re.DOTALL
    )
    whole = (settings.ROOT / "deploy" / "nginx.conf").read_text()
    lines = {line.strip() for line in block.splitlines()} - {"proxy_pass http://127.0.0.1:8001;"}

    assert lines <= {line.strip() for line in whole.splitlines()}
