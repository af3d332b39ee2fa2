"""The documented proxies, as real processes on ports of this machine, before a real server."""

import http.client
import os
import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.conf import settings

from tests.config.sites import certificate
from tests.servers import PATIENCE, Live, free_port, wait_for_answer

DOMAIN = "example.org"
NGINX = """
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/temporary;
    proxy_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    include {folder}/conf.d/*.conf;
}}
"""


class Proxy:
    """A proxy that runs. `plain` and `secure` are its ports, `access_log` what it notes of requests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain, self.secure = free_port(), free_port()
        self.access_log = folder / "access.log"

    def ask(
        self, path: str, *, plain: bool = False, body: bytes | None = None, host: str = DOMAIN, token: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer, over a connection of its own."""
        port = self.plain if plain else self.secure
        context = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
        context.check_hostname = False
        connection = (
            http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            if plain
            else http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=context)
        )
        try:
            headers = {"Host": host} | ({"Authorization": f"Bearer {token}"} if token else {})
            connection.request("GET" if body is None else "POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def change(text: str, *changes: tuple[str, str]) -> str:
    """The text of a document with what is otherwise in a test; each part has to be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Nginx(Proxy):
    """nginx with deploy/nginx.conf, and what `more` adds."""

    def __init__(self, folder: Path, port: int, streaming_port: int, media: str) -> None:
        super().__init__(folder)
        (folder / "conf.d").mkdir(parents=True)
        certificate(folder, 90)
        self.command = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", "nginx.conf"]
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
        self.site = folder / "conf.d" / "latchkey.conf"
        text = (settings.ROOT / "deploy" / "nginx.conf").read_text()
        text = change(
            re.sub(r"(?m)^ *listen \[::\].*\n", "", text),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.secure} ssl;"),
            (f"/etc/letsencrypt/live/{DOMAIN}/fullchain.pem", f"{folder}/certificate.pem"),
            (f"/etc/letsencrypt/live/{DOMAIN}/privkey.pem", f"{folder}/certificate.pem"),
            ("/var/log/nginx/access.log", str(self.access_log)),
            ("/srv/latchkey-media/", f"{media}/"),
            ("127.0.0.1:8000", f"127.0.0.1:{port}"),
            ("127.0.0.1:8001", f"127.0.0.1:{streaming_port}"),
        )
        self.site.write_text(text)

    def say(self, *words: str) -> None:
        """Call nginx, such as with `-t` or `-s reload`."""
        told = subprocess.run([*self.command, *words], capture_output=True, text=True)
        assert told.returncode == 0, told.stderr

    @contextmanager
    def running(self) -> Iterator[None]:
        self.say("-t")
        with _process([*self.command, "-g", "daemon off; user root;"], self.folder, self.secure):
            yield

    def workers(self) -> set[int]:
        master = int((self.folder / "nginx.pid").read_text())
        return {child.pid for child in psutil.Process(master).children()}

    def wait_for_the_last_request(self, old: set[int]) -> None:
        """Until the workers of an old configuration have answered what they had."""
        deadline = time.monotonic() + PATIENCE
        while self.workers() & old:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def caddy(folder: Path, server: Live) -> Iterator[Proxy]:
    """Caddy with the lines of the README."""
    proxy = Proxy(folder)
    certificate(folder, 90)
    readme = (settings.ROOT / "README.md").read_text()
    (text,) = re.findall(r"^```caddy\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    text = change(
        text,
        (
            f"{DOMAIN} {{",
            f"https://{DOMAIN}:{proxy.secure} {{\n    tls {folder}/certificate.pem {folder}/certificate.pem",
        ),
        ("/srv/latchkey-media", server.environment["MEDIA_ROOT"]),
        ("127.0.0.1:8001", f"127.0.0.1:{server.streaming_port}"),
        ("127.0.0.1:8000", f"127.0.0.1:{server.port}"),
    )
    options = ["admin off", "auto_https disable_redirects", "default_bind 127.0.0.1", f"storage file_system {folder}"]
    (file := folder / "Caddyfile").write_text("\n".join(["{", *options, "}", text]))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    with _process(command, folder, proxy.secure, HOME=str(folder)):
        yield proxy


@contextmanager
def _process(command: list[str], folder: Path, port: int, **environment: str) -> Iterator[None]:
    log = folder / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | environment)
    try:
        wait_for_answer(f"https://127.0.0.1:{port}", process, log)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
