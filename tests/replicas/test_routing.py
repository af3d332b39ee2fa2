"""Which reads may come from a replica, and which never do. Here the replica is another connection to the database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.test import Client

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from accounts.replicas import routing
from accounts.replicas.health import Replica
from accounts.replicas.routing import Router
from follows import graph
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.test_databases import REPLICA, Ran

Read = Callable[[Mastodon, Twittner, Account, Account], Any]

OF_OTHERS: dict[str, Read] = {
    "an account": lambda m, t, me, other: m.get(f"/api/v1/accounts/{other.pk}"),
    "accounts": lambda m, t, me, other: m.get(f"/api/v1/accounts?id[]={other.pk}"),
    "an account by its name": lambda m, t, me, other: m.get("/api/v1/accounts/lookup?acct=carol"),
    "followers": lambda m, t, me, other: m.get(f"/api/v1/accounts/{other.pk}/followers"),
    "following": lambda m, t, me, other: m.get(f"/api/v1/accounts/{other.pk}/following"),
    "endorsements": lambda m, t, me, other: m.get(f"/api/v1/accounts/{other.pk}/endorsements"),
    "search": lambda m, t, me, other: m.get("/api/v2/search?q=car"),
    "search for accounts": lambda m, t, me, other: m.get("/api/v1/accounts/search?q=car"),
    "directory": lambda m, t, me, other: m.get("/api/v1/directory"),
    "suggestions": lambda m, t, me, other: m.get("/api/v2/suggestions"),
    "suggestions, version 1": lambda m, t, me, other: m.get("/api/v1/suggestions"),
    "friends in common": lambda m, t, me, other: m.get(f"/api/v1/accounts/familiar_followers?id={other.pk}"),
    "WebFinger": lambda m, t, me, other: m.get("/.well-known/webfinger?resource=acct:carol@testserver"),
    "a page": lambda m, t, me, other: Client().get("/@carol"),
    "profile by phone": lambda m, t, me, other: t.get("profile", user_id=other.pk),
    "followers by phone": lambda m, t, me, other: t.get("fetch_followers", user_id=other.pk),
    "following by phone": lambda m, t, me, other: t.get("fetch_following", user_id=other.pk),
    "search by phone": lambda m, t, me, other: t.get("search_people", query="car"),
}
NEVER: dict[str, Read] = {
    "my account": lambda m, t, me, other: m.get(f"/api/v1/accounts/{me.pk}"),
    "me among accounts": lambda m, t, me, other: m.get(f"/api/v1/accounts?id[]={other.pk}&id[]={me.pk}"),
    "my credentials": lambda m, t, me, other: m.get("/api/v1/accounts/verify_credentials"),
    "my followers": lambda m, t, me, other: m.get(f"/api/v1/accounts/{me.pk}/followers"),
    "whom I follow": lambda m, t, me, other: m.get(f"/api/v1/accounts/{me.pk}/following"),
    "follow requests": lambda m, t, me, other: m.get("/api/v1/follow_requests"),
    "relationships": lambda m, t, me, other: m.get(f"/api/v1/accounts/relationships?id={other.pk}"),
    "notifications": lambda m, t, me, other: m.get("/api/v1/notifications"),
    "blocks": lambda m, t, me, other: m.get("/api/v1/blocks"),
    "lists": lambda m, t, me, other: m.get("/api/v1/lists"),
    "my profile by phone": lambda m, t, me, other: t.get("profile", user_id=me.pk),
    "my followers by phone": lambda m, t, me, other: t.get("fetch_followers", user_id=me.pk),
    "requests by phone": lambda m, t, me, other: t.get("follow_requests"),
    "notifications by phone": lambda m, t, me, other: t.get("get_notifications", type="notifs"),
}


@pytest.fixture
def ran(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Ran]]:
    """What runs on the primary, which is `default`, and on the replica, which has all that anybody wrote."""
    connections.settings[REPLICA] = deepcopy(connections[DEFAULT_DB_ALIAS].settings_dict)
    connections[REPLICA].connect()
    settings.DATABASE_ROUTERS = [Router()]
    replica = Replica(REPLICA)
    monkeypatch.setattr(routing, "REPLICAS", [replica])
    monkeypatch.setattr(routing, "_replica_for", lambda viewer: replica)
    ran = {alias: Ran() for alias in (DEFAULT_DB_ALIAS, REPLICA)}
    with ExitStack() as wrapped:
        for alias, runs in ran.items():
            wrapped.enter_context(connections[alias].execute_wrapper(runs))
        yield ran
    settings.DATABASE_ROUTERS = []
    connections[REPLICA].close()
    del connections[REPLICA]
    del connections.settings[REPLICA]


@pytest.fixture
def ask(alice: Account, bob: Account, carol: Account, ran: dict[str, Ran]) -> Callable[[Read], None]:
    """Alice, who follows Bob, who follows Carol, asks through either API."""
    for follower, target in ((alice, bob), (bob, carol)):
        graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    mastodon = Mastodon(token_for(alice))
    twittner = Twittner(sessions.open_session(alice.pk, Platform.ANDROID).token)
    mastodon.get("/api/v1/accounts/verify_credentials")  # notes that she is there

    def ask(read: Read) -> None:
        for runs in ran.values():
            runs.statements.clear()
        answer = read(mastodon, twittner, alice, carol)
        told = answer["code"] if isinstance(answer, dict) else answer.status_code
        assert told in {200, 201, 204, 404}  # phones hear so of the end of a list

    return ask


def test_what_others_show_comes_from_a_replica(ask: Callable[[Read], None], ran: dict[str, Ran]) -> None:
    for name, read in OF_OTHERS.items():
        ask(read)

        on_replica = " ".join(ran[REPLICA].statements)
        assert on_replica, name
        # Nor who is asking, nor how they stand to others, who decide about that.
        assert not any(word in on_replica for word in ("session", "accesstoken", "mine")), name


def test_what_is_mine_comes_from_the_primary(ask: Callable[[Read], None], ran: dict[str, Ran]) -> None:
    for name, read in NEVER.items():
        ask(read)

        assert ran[DEFAULT_DB_ALIAS].statements, name
        assert ran[REPLICA].statements == [], name


def test_nobody_notices_a_replica_that_fails(ask: Callable[[Read], None], ran: dict[str, Ran]) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connections[REPLICA].execute_wrapper(fail):
        for read in OF_OTHERS.values():
            ask(read)


def test_everything_is_written_on_the_primary(ask: Callable[[Read], None], ran: dict[str, Ran]) -> None:
    ask(lambda m, t, me, other: m.post(f"/api/v1/accounts/{other.pk}/follow"))
    assert ran[REPLICA].statements == []
    ask(lambda m, t, me, other: t.post("follow", user_id=other.pk))
    assert ran[REPLICA].statements == []


def test_a_read_within_a_transaction_sees_what_it_wrote(alice: Account, ran: dict[str, Ran]) -> None:
    with transaction.atomic():
        alice.display_name = "Somebody else"
        alice.save()
        found = routing.public(None, lambda: Account.objects.get(pk=alice.pk))

    assert found.display_name == "Somebody else"
    assert ran[REPLICA].statements == []
