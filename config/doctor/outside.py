"""Checks of the server as people reach it, through BASE_URL, and of the mail server."""

import json
import secrets
import smtplib
import ssl
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.mail import EmailMessage

from accounts import outgoing
from accounts.mail.smtp import EmailBackend
from accounts.outgoing import Unreachable
from compat_mastodon.push import webpush
from compat_mastodon.streaming.channels import PATH as STREAMS
from config.doctor.findings import Fault, Options, Skipped, get, reason
from config.health import READY, SEEN, SIGNER

FORGED = "192.0.2.7"  # an address for documentation, which no caller has
LAST_DAYS = 14  # of a certificate
DAY = 24 * 60 * 60
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "bGF0Y2hrZXkgZG9jdG9yIQ==",
}


def check_server(options: Options) -> str:
    _seen(options)
    status, body = get(settings.BASE_URL + READY, options)
    if status != 200:
        raise Fault(f"The server at BASE_URL is not ready: {body.decode(errors='replace')[:300]}")
    return f"answers at {settings.BASE_URL}"


def _seen(options: Options, headers: dict[str, str] | None = None) -> dict[str, str]:
    """Ask the server at BASE_URL how it sees a request."""
    signed = {"X-Doctor": SIGNER.sign(secrets.token_hex(8))} | (headers or {})
    try:
        status, body = get(settings.BASE_URL + SEEN, options, signed)
    except Unreachable as error:
        raise Fault(
            f"Nothing answers at {settings.BASE_URL} ({reason(error)}): correct BASE_URL, or start the server and its "
            "proxy."
        ) from error
    try:
        seen = json.loads(body) if status == 200 else None
    except ValueError:
        seen = None
    if not isinstance(seen, dict) or seen.keys() != {"scheme", "host", "address", "forwarded_for"}:
        raise Fault(
            f"Another server answers at {settings.BASE_URL}, or this one with another SECRET_KEY (status {status}): "
            "correct BASE_URL or the proxy."
        )
    return seen


def check_tls(options: Options) -> str:
    base = urlsplit(settings.BASE_URL)
    host = base.hostname or ""
    if not settings.HTTPS:
        if host == "localhost" or _is_loopback(host):
            raise Skipped("BASE_URL is of this machine alone")
        raise Fault("Passwords travel without TLS: set up a proxy with a certificate, and BASE_URL=https://...")
    try:
        with outgoing.connected(host, base.port or 443, time.monotonic() + options.seconds) as plain:
            plain.settimeout(options.seconds)
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
                certificate: dict[str, Any] = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        raise Fault(f"The certificate of {host} is not valid ({error.verify_message}): renew it.") from error
    except OSError as error:
        raise Fault(f"{host} does not speak TLS ({reason(error)}): correct BASE_URL or the proxy.") from error
    days = (ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) / DAY
    if days < LAST_DAYS:
        raise Fault(f"The certificate of {host} ends in {days:.0f} days: find out why it is not renewed.")
    return f"the certificate is good for {days:.0f} days"


def check_proxy(options: Options) -> str:
    """Send a forged X-Forwarded-For, and see what the server makes of it."""
    base = urlsplit(settings.BASE_URL)
    try:
        with outgoing.connected(
            base.hostname or "", base.port or (443 if settings.HTTPS else 80), time.monotonic() + options.seconds
        ) as probe:
            own = str(probe.getsockname()[0])
    except OSError:
        raise Skipped("nothing answers at BASE_URL") from None
    try:
        seen = _seen(options, {"X-Forwarded-For": FORGED})
    except Fault:
        raise Skipped("the server does not answer at BASE_URL") from None
    faults = []
    if seen["scheme"] != base.scheme:
        faults.append(
            f"The server sees {seen['scheme']} and people use {base.scheme}: let the proxy set X-Forwarded-Proto, and "
            "add its address to TRUSTED_PROXIES."
        )
    if seen["host"].lower() != base.netloc:
        faults.append("The proxy changes Host: let it pass Host on.")
    if fault := _wrong_address(seen["address"], [each.strip() for each in seen["forwarded_for"].split(",")], own):
        faults.append(fault)
    if faults:
        raise Fault(*faults)
    return f"the server sees {seen['scheme']}, the right host and {seen['address']}"


def _wrong_address(seen: str, forwarded: list[str], own: str) -> str | None:
    """Return what is wrong with the address of the caller, who sent a forged one."""
    if seen == FORGED:
        if _trusted(own):  # this address may send the header
            return None
        return (
            "Callers can forge their address: let the proxy add the caller's address to X-Forwarded-For, and list only "
            "proxies in TRUSTED_PROXIES."
        )
    if forwarded == [FORGED]:
        return None  # no proxy, and the server does not believe the caller
    if forwarded == [""]:
        return f"The server sees the proxy ({seen}) as the caller: let the proxy set X-Forwarded-For."
    if seen not in forwarded:
        return f"The server sees the proxy ({seen}) as the caller: add its address to TRUSTED_PROXIES."
    return None


def _trusted(address: str) -> bool:
    return any(ip_address(address) in ip_network(network) for network in settings.TRUSTED_PROXIES)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_media(options: Options) -> str:
    content = secrets.token_bytes(16)
    try:
        storages["private"].delete(storages["private"].save("doctor.bin", ContentFile(content)))
        name = default_storage.save("doctor.bin", ContentFile(content))
    except OSError as error:
        if settings.S3_BUCKET:
            raise Fault(f"A bucket takes no file ({error}): correct the settings of S3.") from error
        raise Fault(
            f"MEDIA_ROOT or PRIVATE_ROOT takes no file ({error.strerror}): make both writable for the server."
        ) from error
    try:
        status, body = get(f"{settings.MEDIA_URL}{name}", options)
    except Unreachable as error:
        raise Fault(f"Pictures are not served ({reason(error)}): correct BASE_URL or the proxy.") from error
    finally:
        default_storage.delete(name)
    if status != 200 or body != content:
        remedy = "let everybody read the bucket" if settings.S3_BUCKET else "let the proxy serve MEDIA_ROOT at /media/"
        raise Fault(f"Pictures are not served (status {status}): {remedy}.")
    return "takes files, and the server serves them"


def check_streams(options: Options) -> str:
    if not settings.STREAMING_PORT:
        raise Skipped("STREAMING_PORT=0 turns them off")
    url = settings.STREAMING_URL.replace("ws", "http", 1)
    try:
        status, body = get(f"{url}{STREAMS}/health", options)
        shaken, _ = get(url + STREAMS, options, HANDSHAKE)
    except Unreachable as error:
        raise Fault(
            f"Streams do not answer at {settings.STREAMING_URL} ({reason(error)}): correct STREAMING_URL, or let the "
            f"proxy pass {STREAMS} to port {settings.STREAMING_PORT}."
        ) from error
    if (status, body) != (200, b"OK"):
        raise Fault(
            f"Another server answers at {settings.STREAMING_URL}{STREAMS} (status {status}): let the proxy pass it to "
            f"port {settings.STREAMING_PORT}."
        )
    if shaken != 401:  # without a token
        raise Fault(
            f"WebSockets do not reach the streams (status {shaken}): let the proxy pass Upgrade and Connection."
        )
    return f"answer at {settings.STREAMING_URL}"


def check_vapid(options: Options) -> str:
    try:
        status, body = get(f"{settings.BASE_URL}/api/v2/instance", options)
        theirs = json.loads(body)["configuration"]["vapid"]["public_key"] if status == 200 else None
    except Unreachable as error:
        raise Skipped(f"nothing answers at BASE_URL ({reason(error)})") from None
    except (ValueError, KeyError, TypeError):
        theirs = None
    if theirs is None:
        raise Fault(f"The server at BASE_URL returns no VAPID key (status {status}): correct BASE_URL or the proxy.")
    if theirs != webpush.public_key():
        raise Fault("The server at BASE_URL has another VAPID key: set the same VAPID_PRIVATE_KEY on every machine.")
    return "the server has the same key"


def check_mail(options: Options) -> str:
    """Sign in at the mail server, and send a message if there is an address."""
    if not settings.EMAIL_HOST:
        if options.mail:
            raise Fault("No mail server is set: set EMAIL_HOST.")
        raise Skipped("EMAIL_HOST is not set, so nobody can get a new password by mail")
    backend = EmailBackend(timeout=options.seconds)
    try:
        backend.open()
        if options.mail:
            text = f"The server at {settings.BASE_URL} can send mail."
            EmailMessage("Test of the mail server", text, to=[options.mail], connection=backend).send()
        backend.close()
    except smtplib.SMTPAuthenticationError as error:
        raise Fault("The mail server refuses the password: correct EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise Fault("The mail server refuses the recipient: try another address, or allow EMAIL_FROM there.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Fault(
            f"The mail server does not answer ({reason(error)}): correct EMAIL_HOST, EMAIL_PORT or EMAIL_USE_TLS."
        ) from error
    return f"a message was given to the mail server for {options.mail}" if options.mail else "the mail server answers"


CHECKS: tuple[tuple[str, Callable[[Options], str]], ...] = (
    ("server", check_server),
    ("tls", check_tls),
    ("proxy", check_proxy),
    ("media", check_media),
    ("streams", check_streams),
    ("vapid", check_vapid),
    ("mail", check_mail),
)
