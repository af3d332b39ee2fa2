"""The counters hear of what happens: decisions with their rules, deliveries, limits, and locks that are held."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from accounts import devices, events, limits, retries
from accounts.access import Actor
from accounts.mail import outbox
from accounts.models import Account, Letter, Platform
from compat_twittner import push
from config.metrics import meters
from follows import changes, graph
from follows.models import Notice
from follows.notices import delivery
from follows.notices.delivery import Queue, Told
from tests.config.sites import serving, stranger
from tests.mail_server import mailbox
from tests.servers import PATIENCE, free_port

Counted = Callable[..., float]


@pytest.fixture
def counted() -> Iterator[Counted]:
    """How much a counter with these labels grew since the story began."""
    meters.listen()
    started: dict[Any, float] = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }

    def grown(name: str, **labels: str) -> float:
        name = f"latchkey_{name}_total"
        return (REGISTRY.get_sample_value(name, labels) or 0) - started.get((name, *sorted(labels.items())), 0)

    yield grown
    events.delivered.disconnect(meters.delivered)
    events.limited.disconnect(meters.limited)
    events.waited.disconnect(meters.waited)
    events.streaming.disconnect(meters.streaming)
    changes.unregister(meters.decided)


@pytest.mark.django_db(transaction=True)
def test_decisions_have_their_rule(counted: Counted, alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "mastodon"))
    graph.change_profile(carol.pk, Actor(carol.pk, "twittner"), locked=False)

    assert counted("decisions", api="mastodon", verdict="asked", rule="none") == 1
    assert counted("decisions", api="twittner", verdict="accepted", rule="opening") == 1


def test_push_messages_are_sent_or_fail(counted: Counted, settings: Any, alice: Account, carol: Account) -> None:
    devices.register(carol.pk, Platform.ANDROID, "t" * 60)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    with serving(stranger) as settings.PUSH_GATEWAY:
        push.deliver(Told(carol.pk, alice.pk, Notice.Kind.REQUESTED))
    settings.PUSH_GATEWAY = f"http://127.0.0.1:{free_port()}/"
    push.deliver(Told(carol.pk, alice.pk, Notice.Kind.REQUESTED))

    assert counted("deliveries", channel="twittner", result="sent") == 1
    assert counted("deliveries", channel="twittner", result="failed") == 1


def test_what_has_no_room_is_dropped(counted: Counted, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def wait(told: Told) -> None:
        begun.set()
        ended.wait(PATIENCE)

    monkeypatch.setattr(wait, "__module__", "compat_mastodon.push.sending")
    monkeypatch.setattr(delivery, "close_old_connections", lambda: None)
    monkeypatch.setattr(delivery, "WAITING", 1)
    queue = Queue(wait)
    for actor in (1, 2, 3):
        queue.put(Told(7, actor, 1))
        assert begun.wait(PATIENCE)
    ended.set()

    assert counted("deliveries", channel="mastodon", result="dropped") == 1


def test_mails_fail_and_are_sent(counted: Counted, settings: Any, alice: Account) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mailbox(refusals=1) as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", box.port, False
        Letter.objects.create(kind=Letter.Kind.PASSWORD, address=alice.email, account_id=alice.pk)
        for _ in range(2):
            Letter.objects.update(due_at=timezone.now())
            outbox.send_due()

    assert counted("deliveries", channel="mail", result="failed") == 1
    assert counted("deliveries", channel="mail", result="sent") == 1


def test_limits_and_locks(counted: Counted, settings: Any) -> None:
    settings.RATE_LIMITS = True
    settings.CACHES = {"default": {"BACKEND": "config.cache.OwnCache", "LOCATION": "limits"}}
    roomy, tight = limits.Limit("roomy", 5, 60), limits.Limit("tight", 1, 3600)
    limits.charge((roomy, "me"), (tight, "me"))
    with pytest.raises(limits.TooMany):
        limits.charge((roomy, "me"), (tight, "me"))
    retries.found_locked()

    assert counted("limits_hit", limit="tight") == 1
    assert counted("limits_hit", limit="roomy") == 0
    assert counted("database_lock_waits") == 1
