"""Push services that take connections and say nothing hold up nobody but whoever named them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts import devices
from accounts.access import Actor
from accounts.models import Account, Platform
from compat_mastodon.models import AccessToken, PushSubscription
from compat_mastodon.push import sending, webpush
from compat_twittner import push as gateway
from follows import graph
from follows.models import Notice
from follows.notices import delivery
from follows.notices.delivery import Queue, Told
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.factories import AccountFactory
from tests.push_service import PATIENCE, PushService, Silent, push_service, silent_service
from tests.threads import wait_for_deliveries

PATH = "/api/v1/push/subscription"


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    settings.PUSH_TO_PRIVATE = True
    with push_service() as service:
        yield service


@pytest.fixture
def silent() -> Iterator[Silent]:
    with silent_service() as silent:
        yield silent


def subscribe(account: Account, endpoint: str, service: PushService) -> None:
    """As a client does, with a token of its own."""
    subscription = {"endpoint": endpoint, "keys": service.keys, "standard": True}
    sent = {"subscription": subscription, "data": {"alerts": {"follow": True}}}
    assert Mastodon(token_for(account)).post(PATH, sent).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_forty_silent_subscriptions_and_six_follows_stop_nobodys_push(
    service: PushService, silent: Silent, alice: Account, bob: Account
) -> None:
    for number in range(40):
        subscribe(alice, f"{silent.url}/{number}", service)
    subscribe(bob, f"{service.url}/bob", service)
    followers = AccountFactory.create_batch(6)
    for follower in followers:
        graph.follow(follower.pk, alice.pk, Actor(follower.pk, "test"))
    silent.wait()
    graph.follow(followers[0].pk, bob.pk, Actor(followers[0].pk, "test"))

    assert service.wait().path == "/bob"
    assert len(silent.connections) <= sending.MOST_SUBSCRIPTIONS
    silent.close()
    wait_for_deliveries()


@pytest.mark.django_db(transaction=True)
def test_forty_silent_subscriptions_of_four_people_delay_the_others_by_one_notice(
    service: PushService, silent: Silent, alice: Account, bob: Account
) -> None:
    people = AccountFactory.create_batch(4)
    for number in range(40):
        subscribe(people[number % 4], f"{silent.url}/{number}", service)
    subscribe(bob, f"{service.url}/bob", service)
    for person in people:
        for other in (*people, alice):
            if other != person:
                graph.follow(other.pk, person.pk, Actor(other.pk, "test"))
    silent.wait(40)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert service.wait().path == "/bob"
    silent.close()
    wait_for_deliveries()


def test_a_phone_among_nine_silent_addresses_hears_at_once(
    service: PushService, silent: Silent, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 1.0)
    for number in range(9):
        subscribe(alice, f"{silent.url}/{number}", service)
    subscribe(alice, f"{service.url}/phone", service)
    PushSubscription.objects.filter(endpoint__endswith="/phone").update(created_at=timezone.now() - timedelta(days=1))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    sending.deliver(Told(alice.pk, bob.pk, Notice.Kind.FOLLOWED))

    assert service.wait().path == "/phone"


def test_a_notice_takes_no_longer_than_its_time_in_all(
    service: PushService, silent: Silent, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 10 * PATIENCE)
    monkeypatch.setattr(sending, "NOTICE", 0.5)
    for number in range(3):
        subscribe(alice, f"{silent.url}/{number}", service)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    sending.deliver(Told(alice.pk, bob.pk, Notice.Kind.FOLLOWED))  # else the test would last for minutes

    assert set(PushSubscription.objects.values_list("timeouts", flat=True)) == {1}


def test_an_address_that_timed_out_thrice_rests_for_an_hour(
    service: PushService, silent: Silent, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webpush, "PATIENCE", 0.5)
    for _ in range(2):  # another token does not wake it up
        subscribe(alice, f"{silent.url}/", service)
    subscribe(alice, f"{service.url}/phone", service)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    told = Told(alice.pk, bob.pk, Notice.Kind.FOLLOWED)
    for _ in range(5):
        sending.deliver(told)
    subscribe(alice, f"{silent.url}/", service)
    sending.deliver(told)

    assert len(silent.connections) == 3
    assert len(service.received) == 6
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=55)):
        sending.deliver(told)
        assert len(silent.connections) == 3
    with time_machine.travel(now + timedelta(minutes=61)):
        sending.deliver(told)
        assert len(silent.connections) == 4


def test_an_answer_in_between_begins_the_count_anew(
    service: PushService, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(alice, f"{service.url}/phone", service)
    PushSubscription.objects.update(timeouts=2)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    sending.deliver(Told(alice.pk, bob.pk, Notice.Kind.FOLLOWED))

    assert PushSubscription.objects.get().timeouts == 0


def test_another_address_does_not_inherit_the_rest(service: PushService, alice: Account) -> None:
    subscribe(alice, f"{service.url}/old", service)
    PushSubscription.objects.update(rests_until=timezone.now() + timedelta(hours=1), timeouts=1)
    token = AccessToken.objects.get()
    for endpoint, rests in ((f"{service.url}/old", True), (f"{service.url}/new", False)):
        sending.subscribe(token.pk, webpush.Target(endpoint, **service.keys, standard=True), {}, "all")

        assert (PushSubscription.objects.get().rests_until is not None) == rests


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 202 Accepted\r\nX: y\r\n"])
def test_a_silent_gateway_is_given_up(
    settings: Any, alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch, caplog: Any, drip: bytes
) -> None:
    monkeypatch.setattr(gateway, "PATIENCE", 0.5)
    devices.register(bob.pk, Platform.IOS, "t" * 60)
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    with silent_service(drip) as silent:
        settings.PUSH_GATEWAY = silent.url
        gateway.deliver(Told(bob.pk, alice.pk, Notice.Kind.FOLLOWED))  # else the test would last for ever

    assert "does not answer" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_silent_gateway_holds_no_web_push_up(
    settings: Any, service: PushService, silent: Silent, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    transports = {kind: list(queues) for kind, queues in delivery._transports.items()}
    transports[Notice.Kind.FOLLOWED].insert(0, Queue(gateway.deliver))
    monkeypatch.setattr(delivery, "_transports", transports)
    settings.PUSH_GATEWAY = silent.url
    people = AccountFactory.create_batch(delivery.THREADS)
    for person in people:
        devices.register(person.pk, Platform.IOS, f"{person.pk:060}")
        graph.follow(alice.pk, person.pk, Actor(alice.pk, "test"))
    silent.wait(delivery.THREADS)
    subscribe(people[0], f"{service.url}/phone", service)
    graph.follow(people[1].pk, people[0].pk, Actor(people[1].pk, "test"))

    assert service.wait().path == "/phone"
    silent.close()
    wait_for_deliveries()
