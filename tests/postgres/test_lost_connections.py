"""The database ends connections, as when it is started again: nobody who calls afterwards notices."""

import http.client

from django.db import connection

from tests.servers import Live


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


def status(live: Live, name: str) -> int:
    client = http.client.HTTPConnection("127.0.0.1", live.port)
    client.request("GET", f"/api/v1/accounts/lookup?acct={name}")
    with client.getresponse() as answer:
        answer.read()
    client.close()
    return answer.status
