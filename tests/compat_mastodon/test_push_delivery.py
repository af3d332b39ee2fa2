"""A notice reaches the phones that asked for it, encrypted, after its commit and behind the answer."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from compat_mastodon import oauth, push, webpush
from compat_mastodon.models import AccessToken, Policy, PushSubscription
from follows import delivery, graph, hearing
from follows.delivery import Told
from follows.models import Notice
from tests.compat_mastodon.conftest import token_for
from tests.push_service import PATIENCE, PushService, push_service

Kind = Notice.Kind
ALL = {"follow": True, "follow_request": True}


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.PUSH_TO_PRIVATE = True
    with push_service() as service:
        yield service


def subscribe(account: Account, service: PushService, alerts: Any = ALL, policy: str = "all", **values: Any) -> None:
    token_for(account)
    token = AccessToken.objects.filter(user=account).latest("pk").pk
    target = webpush.Target(**{"endpoint": f"{service.url}/{token}?a=b", **service.keys, "standard": True, **values})
    push.subscribe(token, target, alerts, policy)


def tell(recipient: Account, actor: Account, kind: Kind) -> None:
    """Deliver what has been told, here and now."""
    push.deliver(Told(recipient.pk, actor.pk, kind))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("standard", [True, False])
def test_a_request_made_through_the_api_arrives(
    service: PushService, carol: Account, bob: Account, mastodon: Any, standard: bool
) -> None:
    people.change(bob.pk, note="Likes tea. " * 40)
    subscribe(carol, service, standard=standard)
    assert mastodon(bob).post(f"/api/v1/accounts/{carol.pk}/follow").status_code == 200
    received = service.wait()

    token = AccessToken.objects.get(user=carol)
    assert received.message == {
        "access_token": oauth.text_of(token.nonce),
        "preferred_locale": "en",
        "notification_id": Notice.objects.get().pk,
        "notification_type": "follow_request",
        "icon": "http://testserver/static/accounts/avatar.png",
        "title": "Pending follower: Bob Brown",
        "body": f"{('Likes tea. ' * 40)[:139]}…",
    }
    assert received.path == f"/{token.pk}?a=b"
    assert received.signer == webpush.public_key()
    assert received.claims["aud"] == service.url
    assert (received.headers["TTL"], received.headers["Urgency"]) == ("172800", "normal")


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_sent(service: PushService, alice: Account, bob: Account, carol: Account) -> None:
    subscribe(alice, service)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
        raise ZeroDivisionError
    graph.follow(carol.pk, alice.pk, Actor(carol.pk, "test"))

    assert service.wait().message["title"] == "Carol Clark is now following you"
    assert len(service.received) == 1


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


def test_a_service_that_drips_is_given_up(
    alice: Account, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 0.3)
    dripping = socket.create_server(("127.0.0.1", 0))
    dripping.settimeout(PATIENCE)
    given_up = threading.Event()

    def drip() -> None:
        taken, _ = dripping.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 200 OK\r\n")
            with suppress(OSError):
                while not given_up.wait(0.05):
                    taken.sendall(b"X: y\r\n")

    thread = threading.Thread(target=drip)
    thread.start()
    target = webpush.Target(f"http://127.0.0.1:{dripping.getsockname()[1]}/", **service.keys, standard=True)
    started = time.monotonic()
    with suppress(webpush.Unreachable):  # what it reads last is the status, or that the other end is gone
        assert webpush.send(target, b"hello") == 200
    assert time.monotonic() - started < PATIENCE
    given_up.set()
    thread.join()
    dripping.close()


def test_a_follow_says_so(service: PushService, alice: Account, bob: Account) -> None:
    subscribe(alice, service)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    message = service.wait().message
    assert (message["notification_type"], message["title"]) == ("follow", "Bob Brown is now following you")


def test_only_the_alerts_that_are_on_are_sent(service: PushService, alice: Account, bob: Account) -> None:
    subscribe(alice, service, {"follow_request": True, "follow": False})
    subscribe(alice, service, {})
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert not service.received


@pytest.mark.parametrize(
    ("policy", "i_follow", "sent"),
    [
        (Policy.ALL, False, True),
        (Policy.NONE, True, False),
        (Policy.FOLLOWED, False, False),
        (Policy.FOLLOWED, True, True),
        (Policy.FOLLOWER, False, True),  # who follows me now is a follower
    ],
)
def test_the_policy_says_whose_news(
    service: PushService, alice: Account, bob: Account, policy: str, i_follow: bool, sent: bool
) -> None:
    subscribe(alice, service, policy=policy)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    if i_follow:
        graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert bool(service.received) == sent


def test_a_request_of_no_follower_is_not_news_of_a_follower(service: PushService, carol: Account, bob: Account) -> None:
    subscribe(carol, service, policy=Policy.FOLLOWER)
    graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    tell(carol, bob, Kind.REQUESTED)

    assert not service.received


def test_what_was_withdrawn_meanwhile_is_not_sent(service: PushService, carol: Account, bob: Account) -> None:
    subscribe(carol, service)
    graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    graph.unfollow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    tell(carol, bob, Kind.REQUESTED)

    assert not service.received


def test_what_the_recipient_keeps_aside_is_not_sent(service: PushService, alice: Account, bob: Account) -> None:
    subscribe(alice, service)
    hearing.change_policy(alice.pk, for_not_following="filter")
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert Notice.objects.get().filtered
    assert not service.received


@pytest.mark.parametrize("who", ["recipient", "actor"])
def test_suspended_people_are_neither_told_nor_told_of(
    service: PushService, alice: Account, bob: Account, who: str
) -> None:
    subscribe(alice, service)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    people.suspend(alice.pk if who == "recipient" else bob.pk)
    tell(alice, bob, Kind.FOLLOWED)

    assert not service.received


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
    with pytest.raises(webpush.Unreachable) as refused:
        webpush.send(target, b"hello")

    assert str(refused.value.__cause__) == "no public address"
    assert not service.received


@pytest.mark.parametrize("address", ["::1", "::ffff:127.0.0.1", "fe80::1", "fd00::1", "2002:7f00:1::", "::"])
def test_nor_by_its_other_names(settings: Any, address: str) -> None:
    settings.PUSH_TO_PRIVATE = False

    assert not webpush._is_allowed(address)
    assert webpush._is_allowed("2606:4700::1111")
    assert webpush._is_allowed("1.1.1.1")


@pytest.mark.django_db(transaction=True)
def test_a_full_queue_drops_and_does_not_block(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "_room", threading.BoundedSemaphore(1))
    delivery._room.acquire()
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))

    assert Notice.objects.filter(recipient=alice).exists()
    assert "notices wait to be delivered" in caplog.text
