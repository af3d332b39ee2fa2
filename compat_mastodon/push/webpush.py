"""Encrypt, sign and post one Web Push message (RFC 8030, 8291, 8292).

Clients that did not ask for the standard get the drafts before it, as they expect (mastodon.md §3.8).
A client names any address, so only public ones are ever connected to: the name is looked up once, and
the connection goes to the very address that was checked.
"""

import ipaddress
import re
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid01, Vapid02

from accounts import outgoing

PATIENCE = 5.0  # seconds that a push service has, all in all: from the look-up of its name to its answer
KEPT = 48 * 3600  # seconds that it keeps a message for a phone that is off
SIGNED = 12 * 3600  # seconds that a signature is good for
CURVE = ec.SECP256R1()
PUBLIC = ipaddress.ip_network("2000::/3")  # all that was ever given out
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # by NAT64 (RFC 6052)
HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


class Target(NamedTuple):
    """The address and keys of a subscription; the keys are base64url."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool


def send(target: Target, message: bytes) -> int:
    """Post a message; gives the push service's status.

    :raises Unreachable: when there was no answer, or may not be one; `TimedOut` when none came within `PATIENCE`.
    """
    url = urlsplit(target.endpoint)
    body, headers = _encrypted(target, message, f"{url.scheme}://{url.netloc}")
    return outgoing.post(target.endpoint, body, headers, seconds=PATIENCE, allowed=_is_allowed)


def is_endpoint(text: str) -> bool:
    """Return True if this is the URL of a push service: HTTPS, unless one's own machine is allowed."""
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
    """Return True if this is a public key to encrypt for, as an uncompressed point."""
    try:
        point = decoded(text)
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        return False
    return len(point) == 65 and len(text) <= 88


def is_secret(text: str) -> bool:
    """Return True if this is a secret of the right length."""
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
    """Return the public key that clients subscribe with, so that only this server can push to them; base64url."""
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


def _is_allowed(address: str) -> bool:
    meant = _meant(ipaddress.ip_address(address))
    public = meant.version == 4 or meant in PUBLIC
    return settings.PUSH_TO_PRIVATE or (public and meant.is_global and not meant.is_multicast)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that a network takes this one for, or the same."""
    if isinstance(address, IPv4Address):
        return address
    translated = IPv4Address(int(address) % 2**32) if address in TRANSLATED else None
    return address.ipv4_mapped or address.sixtofour or translated or address


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
