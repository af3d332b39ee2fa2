"""The database ends connections, as when it is started again: nobody who calls afterwards notices."""

import http.client
import json
from pathlib import Path
from typing import Any

from django.db import connection

from tests.compat_mastodon.streams import PATH, Person, closed_with, get, heard, line
from tests.servers import PATIENCE, Live, NewServer, database_of_its_own, free_port


def test_a_connection_that_was_ended_is_replaced_before_the_next_request(live: Live) -> None:
    name = live.sign_up("alice").username
    before = [status(live, name) for _ in range(20)]  # enough that both workers have a connection
    with live.database(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN%%'"
        )
        (ended,) = cursor.fetchone()

    assert ended >= 1
    assert before == [status(live, name) for _ in range(20)] == [200] * 20


def test_nobody_on_a_stream_misses_a_notice(
    tmp_path: Path, django_db_setup: str, django_db_blocker: Any, worker_id: str
) -> None:
    """Streams end with the connection that listens. Clients that come back are let in once there is another one."""
    with database_of_its_own(tmp_path, f"latchkey_lost_{worker_id}", django_db_blocker, django_db_setup) as url:
        server = Live(url, tmp_path, django_db_blocker)
        server.start()
        alice, bob, carol = Person(server), Person(server, name="bob"), Person(server, name="carol")
        with alice.listen() as stream, get(server.streaming_port, f"{PATH}/user", alice.token) as events:
            assert line(events) == ":)\n"
            with server.database(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
                )
                assert cursor.fetchone() == (1,)
            bob.follow(alice)

            assert closed_with(stream) == 1012
            assert events.read() == b""
        with alice.listen() as again:
            (missed,) = alice.call("GET", "/api/v1/notifications")
            carol.follow(alice)

            assert missed["account"]["id"] == str(bob.account.pk)
            assert json.loads(heard(again)["payload"])["account"]["id"] == str(carol.account.pk)
        server.process.terminate()
        server.process.wait(PATIENCE)


def test_streams_without_a_feed_say_so_in_one_line_a_minute(new_server: NewServer) -> None:
    nowhere = f"postgres://postgres@127.0.0.1:{free_port()}/postgres"
    with new_server("feedless", LISTEN_DATABASE_URL=nowhere) as server, server.running(quiet=False):
        alice = Person(server)
        with get(server.streaming_port, f"{PATH}/user", alice.token) as events:  # waits for a feed, in vain
            assert events.status == 503
        said = server.log.read_text()

    assert said.count("The streams wait for the database") == 1
    assert "Traceback" not in said


def status(live: Live, name: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", live.port)
    client.request("GET", f"/api/v1/accounts/lookup?acct={name}")
    with client.getresponse() as answer:
        answer.read()
    client.close()
    return answer.status
