"""Small servers on ports of this machine: the application behind a proxy that may be wrong, and other servers."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.wsgi import get_wsgi_application

from config.proxies import believe, networks

Environ = dict[str, Any]
Proxy = Callable[[Environ], None]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False  # each leaves its database connection before the server is gone


class _Silent(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving(application: Any, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The origin of a WSGI application."""
    with make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Silent) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path, days: int) -> Path:
    """A file with a key and its certificate for 127.0.0.1, which is signed by itself and good for some days."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (file := folder / "certificate.pem").write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def behind(proxy: Proxy, trusted: list[str]) -> Any:
    """The application of these tests, which hears of its callers from a proxy; it believes those it trusts."""
    application, believed = get_wsgi_application(), networks(trusted)

    def forwarded(environ: Environ, start_response: Any) -> Any:
        proxy(environ)
        believe(environ, believed)
        return application(environ, start_response)

    return forwarded


def streams(environ: Environ, start_response: Any) -> list[bytes]:
    """Answer as the streams do."""
    healthy = environ["PATH_INFO"] == "/api/v1/streaming/health"
    start_response("200 OK" if healthy else "401 Unauthorized", [("Content-Type", "text/plain")])
    return [b"OK" if healthy else b""]


def stranger(environ: Environ, start_response: Any) -> list[bytes]:
    """Answer everything with a page, as another server would."""
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<h1>It works!</h1>"]
