"""One Web Push message: encrypted, signed and posted to where the client wants it (RFC 8030, 8291, 8292).

Clients that did not ask for the standard get the drafts before it, as they expect (mastodon.md §3.8).
A client names any address, so only public ones are ever connected to: the name is resolved here, and
the connection goes to the very address that was checked.
"""

import ipaddress
import re
import secrets
import socket
import ssl
import time
from base64 import b64decode, urlsafe_b64encode
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid01, Vapid02

PATIENCE = 5.0  # seconds that a push service has, all in all
KEPT = 48 * 3600  # seconds that it keeps a message for a phone that is off
SIGNED = 12 * 3600  # seconds that a signature is good for
CURVE = ec.SECP256R1()
HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


class Unreachable(Exception):
    """The push service did not answer as one, or is none that we would talk to."""


class Target(NamedTuple):
    """What a client subscribed with; the keys are base64url."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool


def send(target: Target, message: bytes) -> int:
    """Post a message; gives the push service's status.

    :raises Unreachable: when there was no answer within `PATIENCE`, or may not be one.
    """
    url = urlsplit(target.endpoint)
    body, headers = _encrypted(target, message, f"{url.scheme}://{url.netloc}")
    try:
        connection = _connection(url)
        watch = Timer(PATIENCE, _hang_up, [connection.sock])  # a timeout is for each read, and there may be many
        watch.start()
        try:
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
            connection.request("POST", path, body, headers)
            with connection.getresponse() as response:
                return response.status
        finally:
            watch.cancel()
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from error


def is_endpoint(text: str) -> bool:
    """Whether this is the URL of a push service: HTTPS, unless one's own machine is allowed."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return False
    schemes = {"https", "http"} if settings.PUSH_TO_PRIVATE else {"https"}
    return (
        text.isascii()
        and text.isprintable()
        and " " not in text
        and url.scheme in schemes
        and url.netloc.lower() == f"{url.hostname}{'' if port is None else f':{port}'}"
        and bool(HOST.fullmatch(url.hostname or ""))
    )


def is_key(text: str) -> bool:
    """Whether this is a public key to encrypt for, as an uncompressed point."""
    try:
        point = decoded(text)
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        return False
    return len(point) == 65 and len(text) <= 88


def is_secret(text: str) -> bool:
    """Whether this is a secret of the right length."""
    try:
        return len(decoded(text)) == 16 and len(text) <= 24
    except ValueError:
        return False


def decoded(text: str) -> bytes:
    """base64 of either alphabet, with or without its padding.

    :raises ValueError: for anything else.
    """
    text = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    return b64decode(text + "=" * (-len(text) % 4), validate=True)


@cache
def public_key() -> str:
    """What clients subscribe with, so that only this server can push to them; base64url."""
    return _encoded(_point(_signer(Vapid02).public_key))


@cache
def _signer(kind: type[Vapid01]) -> Any:
    signer = kind.from_raw(settings.VAPID_PRIVATE_KEY.encode())
    signer.conf["no-strict"] = True  # a server without an address of its own names its URL instead
    return signer


def _encrypted(target: Target, message: bytes, audience: str) -> tuple[bytes, dict[str, str]]:
    contact = f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else settings.BASE_URL
    claims = {"aud": audience, "exp": int(time.time()) + SIGNED, "sub": contact}
    headers = {"TTL": str(KEPT), "Urgency": "normal", "Content-Type": "application/octet-stream"}
    once = ec.generate_private_key(CURVE)
    keys = {"private_key": once, "dh": decoded(target.p256dh), "auth_secret": decoded(target.auth)}
    if target.standard:
        headers |= {"Content-Encoding": "aes128gcm", **_signer(Vapid02).sign(claims)}
        return http_ece.encrypt(message, version="aes128gcm", **keys), headers
    salt = secrets.token_bytes(16)
    headers |= {
        "Content-Encoding": "aesgcm",
        "Encryption": f"salt={_encoded(salt)}",
        **_signer(Vapid01).sign(claims, crypto_key=f"dh={_encoded(_point(once.public_key()))}"),
    }
    return http_ece.encrypt(message, salt=salt, version="aesgcm", **keys), headers


def _connection(url: SplitResult) -> HTTPConnection:
    """A connection to a public address of this host; where it is to be TLS, the handshake is yet to come.

    :raises OSError, ValueError: when there is none.
    """
    assert url.hostname  # noqa: S101  # `is_endpoint` saw one
    port = url.port or (443 if url.scheme == "https" else 80)
    address = next(filter(_is_allowed, _addresses(url.hostname, port)), None)
    if address is None:
        raise OSError("no public address")
    plain = socket.create_connection((address, port), timeout=PATIENCE)
    if url.scheme == "http":
        connection = HTTPConnection(url.hostname, port)
        connection.sock = plain
        return connection
    connection = HTTPSConnection(url.hostname, port)
    connection.sock = ssl.create_default_context().wrap_socket(
        plain, server_hostname=url.hostname, do_handshake_on_connect=False
    )
    return connection


def _hang_up(connected: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def _addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _is_allowed(address: str) -> bool:
    found = ipaddress.ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return settings.PUSH_TO_PRIVATE or (inner.is_global and not inner.is_multicast)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
