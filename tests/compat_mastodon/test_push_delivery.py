"""A notice reaches the phones that asked for it, encrypted, after its commit and behind the answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from compat_mastodon.models import AccessToken, Policy, PushSubscription
from compat_mastodon.oauth import tokens
from compat_mastodon.push import sending, webpush
from follows import graph
from follows.locks import embedded
from follows.models import Notice
from follows.notices import policies
from follows.notices.delivery import Told
from tests.compat_mastodon.conftest import token_for
from tests.push_service import PushService, push_service

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
    sending.subscribe(token, target, alerts, policy)


def tell(recipient: Account, actor: Account, kind: Kind) -> None:
    """Deliver what has been told, here and now."""
    sending.deliver(Told(recipient.pk, actor.pk, kind))


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
        "access_token": tokens.text_of(token.nonce),
        "preferred_locale": "en",
        "notification_id": Notice.objects.get().pk,
        "notification_type": "follow_request",
        "icon": "http://testserver/avatars/original/missing.png",
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
    with pytest.raises(ZeroDivisionError), transaction.atomic(), embedded():
        graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
        raise ZeroDivisionError
    graph.follow(carol.pk, alice.pk, Actor(carol.pk, "test"))

    assert service.wait().message["title"] == "Carol Clark is now following you"
    assert len(service.received) == 1


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
    policies.change_policy(alice.pk, for_not_following="filter")
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


def test_an_endpoint_of_several_tokens_gets_one_push(service: PushService, alice: Account, bob: Account) -> None:
    """Whoever signs in again in the same browser has another token, but the same subscription."""
    for alerts in (ALL, ALL, {"follow_request": True}):
        subscribe(alice, service, alerts, endpoint=f"{service.url}/browser")
    subscribe(alice, service, endpoint=f"{service.url}/phone")
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert sorted(received.path for received in service.received) == ["/browser", "/phone"]
    newest = AccessToken.objects.filter(user=alice).order_by("pk")[1]
    token = next(received.message["access_token"] for received in service.received if received.path == "/browser")
    assert token == tokens.text_of(newest.nonce)


def test_an_endpoint_is_pushed_to_if_one_of_its_tokens_wants_it(
    service: PushService, alice: Account, bob: Account
) -> None:
    subscribe(alice, service, endpoint=f"{service.url}/browser")
    subscribe(alice, service, endpoint=f"{service.url}/browser", policy=Policy.NONE)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert len(service.received) == 1


def test_two_people_in_one_browser_are_both_told(
    service: PushService, alice: Account, carol: Account, bob: Account
) -> None:
    for person, kind in ((alice, Kind.FOLLOWED), (carol, Kind.REQUESTED)):
        subscribe(person, service, endpoint=f"{service.url}/browser")
        graph.follow(bob.pk, person.pk, Actor(bob.pk, "test"))
        tell(person, bob, kind)

    assert len(service.received) == 2


def test_an_account_has_ten_subscriptions_and_the_newest_count(
    service: PushService, alice: Account, bob: Account
) -> None:
    for number in range(12):
        subscribe(alice, service, endpoint=f"{service.url}/{number}")
    subscribe(bob, service, endpoint=f"{service.url}/of-bob")
    oldest = PushSubscription.objects.get(endpoint=f"{service.url}/2")
    target = webpush.Target(oldest.endpoint, **service.keys, standard=True)
    sending.subscribe(oldest.token_id, target, ALL, "all")  # it says that it is there, and is the newest from now on
    subscribe(alice, service, endpoint=f"{service.url}/12")

    mine = PushSubscription.objects.filter(token__user=alice).values_list("endpoint", flat=True)
    assert set(mine) == {f"{service.url}/{number}" for number in (2, *range(4, 13))}
    assert PushSubscription.objects.filter(token__user=bob).count() == 1


def test_of_more_that_are_there_already_the_newest_ten_are_told(
    service: PushService, alice: Account, bob: Account
) -> None:
    subscribe(alice, service)
    (kept,) = PushSubscription.objects.all()
    for _ in range(11):
        token_for(alice)
    for token in AccessToken.objects.filter(user=alice).exclude(pk=kept.token_id):
        values = {"endpoint": f"{service.url}/{token.pk}", "p256dh": kept.p256dh, "auth": kept.auth, "alerts": ALL}
        PushSubscription.objects.create(token=token, standard=True, **values)
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    tell(alice, bob, Kind.FOLLOWED)

    assert len(service.received) == 10
