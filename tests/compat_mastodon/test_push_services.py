"""Push services that hang, drip, fail or are not to be called: they hold nobody up."""

import socket
import threading
import time
from typing import Any

import pytest

from accounts import outgoing
from accounts.access import Actor
from accounts.models import Account
from accounts.outgoing import TimedOut, Unreachable
from compat_mastodon.models import PushSubscription
from compat_mastodon.push import webpush
from follows import graph
from tests.compat_mastodon.test_push_delivery import Kind, service, subscribe, tell
from tests.push_service import PATIENCE, PushService, silent_service

__all__ = ["service"]


@pytest.mark.django_db(transaction=True)
def test_a_service_that_hangs_holds_nobody_up(
    alice: Account, bob: Account, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 2 * PATIENCE)
    hanging = socket.create_server(("127.0.0.1", 0))
    hanging.settimeout(PATIENCE)
    subscribe(alice, service, endpoint=f"http://127.0.0.1:{hanging.getsockname()[1]}/")
    started = time.monotonic()
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))

    assert time.monotonic() - started < PATIENCE
    taken, _ = hanging.accept()
    taken.settimeout(PATIENCE)
    with taken, hanging:
        assert taken.recv(4096).startswith(b"POST / HTTP/1.1")
    assert PushSubscription.objects.exists()


@pytest.mark.parametrize("drip", [b"", b"H", b"HTTP/1.1 201 Created\r\nX: y\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_service_that_is_silent_or_drips_is_given_up(
    alice: Account, service: PushService, monkeypatch: pytest.MonkeyPatch, drip: bytes
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 0.5)
    started = time.monotonic()
    with silent_service(drip) as silent, pytest.raises(TimedOut):
        webpush.send(webpush.Target(silent.url, **service.keys, standard=True), b"hello")

    assert time.monotonic() - started < PATIENCE


def test_a_service_that_never_finishes_its_handshake_is_given_up(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 0.5)
    for drip in (b"", b"\x16\x03\x01"):
        with silent_service(drip) as silent, pytest.raises(Unreachable):
            webpush.send(webpush.Target(f"https://127.0.0.1:{silent.port}/", **service.keys, standard=True), b"hello")


def test_a_name_that_nobody_answers_for_is_given_up(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 0.5)
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answered.wait(PATIENCE) and [])
    started = time.monotonic()
    with pytest.raises(TimedOut):
        webpush.send(webpush.Target("https://silent.example/", **service.keys, standard=True), b"hello")

    assert time.monotonic() - started < PATIENCE
    answered.set()


def test_names_that_nobody_answers_for_do_not_pile_up(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 0.2)
    monkeypatch.setattr(outgoing, "_lookups", threading.BoundedSemaphore(2))
    answered, asked = threading.Event(), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: asked.append(args) or answered.wait(PATIENCE))
    deadline = time.monotonic() + PATIENCE
    while len(asked) < 2:  # a busy machine may not come to it within its time
        assert time.monotonic() < deadline
        with pytest.raises(TimedOut):
            webpush.send(webpush.Target("https://silent.example/", **service.keys, standard=True), b"hello")
    with pytest.raises(TimedOut):
        webpush.send(webpush.Target("https://silent.example/", **service.keys, standard=True), b"hello")

    assert len(asked) == 2
    answered.set()
    for thread in threading.enumerate():
        if thread.name == "lookup":
            thread.join(PATIENCE)  # each gives back what it took from the limit of this story


@pytest.mark.parametrize(("status", "stays"), [(201, True), (404, False), (410, False), (429, True), (500, True)])
def test_a_subscription_that_is_gone_there_is_dropped_here(
    service: PushService, alice: Account, bob: Account, status: int, stays: bool
) -> None:
    service.status = status
    subscribe(alice, service)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert len(service.received) == 1
    assert PushSubscription.objects.exists() == stays


def test_one_service_that_is_down_leaves_the_others(service: PushService, alice: Account, bob: Account) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    subscribe(alice, service, endpoint=endpoint)
    subscribe(alice, service, endpoint="http://no-such-host.invalid/")
    subscribe(alice, service)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert len(service.received) == 1
    assert PushSubscription.objects.count() == 3


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"],
)
def test_nothing_is_ever_sent_to_our_own_network(service: PushService, settings: Any, host: str) -> None:
    settings.PUSH_TO_PRIVATE = False
    port = service.server.server_port
    target = webpush.Target(f"http://{host}:{port}/", **service.keys, standard=True)
    with pytest.raises(Unreachable) as refused:
        webpush.send(target, b"hello")

    assert str(refused.value.__cause__) == "no public address"
    assert not service.received


@pytest.mark.parametrize(
    "address",
    [
        *("::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "2002:7f00:1::", "::"),
        *("fec0::1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1"),
    ],
)
def test_nor_by_its_other_names(settings: Any, address: str) -> None:
    settings.PUSH_TO_PRIVATE = False

    assert not webpush._is_allowed(address)
    assert webpush._is_allowed("2606:4700::1111")
    assert webpush._is_allowed("1.1.1.1")
