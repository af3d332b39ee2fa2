"""An export is sent chunk by chunk by the real server, and others are answered while its client reads nothing."""

import socket
import urllib.request

from accounts.access import Actor
from follows import graph
from tests.compat_mastodon.conftest import token_for
from tests.factories import AccountFactory
from tests.servers import Live

FOLLOWERS = 1_300  # three chunks


def test_an_export_arrives_whole_in_chunks(live: Live) -> None:
    with live.database():
        owner = AccountFactory(username="exporting", locked=True)
        for number in range(FOLLOWERS):
            requester = AccountFactory._meta.model.objects.create(username=f"exported_{number}")
            graph.follow(requester.pk, owner.pk, Actor(requester.pk, "test"))
        token = token_for(owner)
    request = urllib.request.Request(  # our own server
        f"{live.url}/api/latchkey/v1/export/requests.csv", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        lines = answer.read().decode().splitlines()

    assert lines[0] == "Account address,Asked at,Reason,Note"
    assert len({line.partition("@")[0] for line in lines[1:]}) == FOLLOWERS

    silent = socket.create_connection(("127.0.0.1", live.port))
    silent.sendall(
        f"GET /api/latchkey/v1/export/requests.csv HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    with urllib.request.urlopen(f"{live.url}/api/v1/instance", timeout=300) as other:
        assert other.status == 200
    silent.close()
