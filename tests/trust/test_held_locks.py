"""Somebody holds a lock of the database: who needs it waits without holding anybody up, and hears 503 in the end."""

import json
import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.db.models import Model

from accounts import sessions
from accounts.models import Account, Platform
from follows import marks
from follows.models import Follow, Mute
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live, NewServer
from tests.trust.figures import Figure
from tests.trust.wire import FORM, answer, connect, head

FOLLOWERS = 8


@pytest.fixture(scope="module")
def server(new_server: NewServer) -> Iterator[Live]:
    """Its log says what it waited for in vain."""
    with new_server("held", STREAMING_PORT="0") as server, server.running(quiet=False):
        yield server


@contextmanager
def held(server: Live, *rows: Model) -> Iterator[None]:
    """These rows, or the whole database where that is all that can be locked."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(urlsplit(server.database_url).path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
            holder.execute("ROLLBACK")
    else:
        with psycopg.connect(server.database_url) as holder:
            for row in rows:
                holder.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", [row.pk])
            yield
            holder.rollback()


def token(server: Live, account: Account) -> str:
    with server.database():
        return f"Authorization: Bearer {token_for(account)}"


def follow(server: Live, stack: ExitStack, follower: str, target: Account) -> Any:
    """A follow is on its way; its body is read anew each time that the request begins anew."""
    client = stack.enter_context(connect(server))
    body = '{"notify": true}'
    lines = (follower, "Content-Type: application/json", f"Content-Length: {len(body)}")
    client.sendall(head("POST", f"/api/v1/accounts/{target.pk}/follow", *lines) + body.encode())
    return client


def reads_until_one_is_answered(server: Live, reader: str, waiting: list[Any]) -> int:
    reads = 0
    while not select.select(waiting, [], [], 0)[0]:
        with connect(server) as client:
            client.sendall(head("GET", "/api/v1/accounts/verify_credentials", reader))
            assert answer(client)[0] == 200
        reads += 1
    return reads


def test_eight_follows_wait_for_a_lock_while_everybody_else_is_answered(server: Live, figure: Figure) -> None:
    carol = server.sign_up("carol")
    followers = [token(server, server.sign_up("person")) for _ in range(FOLLOWERS)]
    reader = token(server, server.sign_up("reader"))
    with ExitStack() as stack, held(server, carol):
        waiting = [follow(server, stack, each, carol) for each in followers]
        reads = reads_until_one_is_answered(server, reader, waiting)
        answers = [answer(client) for client in waiting]

    assert reads >= 3  # while all eight wait
    figure(f"{FOLLOWERS} follows waited and got 503; {reads} reads were answered meanwhile")
    assert [status for status, _ in answers] == [503] * FOLLOWERS
    assert all(set(json.loads(body)) == {"error"} for _, body in answers)
    with server.database():
        assert not Follow.objects.filter(target=carol).exists()


def test_writes_beside_the_graph_wait_in_the_same_way(server: Live) -> None:
    """A profile, a mute, a note and the end of a mute: in transactions and without."""
    alice, bob, carol = (server.sign_up(name) for name in ("alice", "bob", "carol"))
    author, reader = token(server, alice), token(server, server.sign_up("reader"))
    with server.database():
        marks.mute(alice.pk, bob.pk)
        mute = Mute.objects.get(muter=alice)
    writes = (
        ("PATCH", "/api/v1/accounts/update_credentials?display_name=Alice"),
        ("POST", f"/api/v1/accounts/{carol.pk}/mute"),
        ("POST", f"/api/v1/accounts/{carol.pk}/note?comment=Hello"),
        ("POST", f"/api/v1/accounts/{bob.pk}/unmute"),
    )
    with ExitStack() as stack, held(server, alice, mute):
        waiting = [stack.enter_context(connect(server)) for _ in writes]
        for client, (method, path) in zip(waiting, writes, strict=True):
            client.sendall(head(method, path, author, "Content-Length: 0"))
        reads = reads_until_one_is_answered(server, reader, waiting)
        answers = [answer(client) for client in waiting]

    assert reads >= 3
    assert [status for status, _ in answers] == [503] * len(writes)


def test_who_waits_for_a_lock_gets_it_as_soon_as_it_is_free(server: Live) -> None:
    carol = server.sign_up("carol")
    followers = [token(server, server.sign_up("person")) for _ in range(FOLLOWERS)]
    with ExitStack() as stack:
        with held(server, carol):
            waiting = [follow(server, stack, each, carol) for each in followers]
            time.sleep(1)
        answers = [answer(client) for client in waiting]

    assert [status for status, _ in answers] == [200] * FOLLOWERS
    assert all(json.loads(body)["notifying"] for _, body in answers)


def test_a_phone_hears_in_its_envelope_that_the_server_is_busy(server: Live) -> None:
    carol, phone = server.sign_up("carol"), server.sign_up("phone")
    with server.database():
        session = sessions.open_session(phone.pk, Platform.IOS).token
    body = f"session_id={session}&user_id={carol.pk}"
    with held(server, carol), connect(server) as client:
        lines = (FORM.strip(), f"Content-Length: {len(body)}")
        client.sendall(head("POST", "/mobile_api/follow", *lines) + body.encode())
        status, told = answer(client)

    assert (status, json.loads(told)["code"]) == (200, 500)
