"""Every program that people dump with, in every spelling: the same network comes out of each."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account
from follows import tallies
from follows.models import Follow
from tests.compat_twittner.colibri.conftest import Told, run
from tests.compat_twittner.colibri.dumps import DIALECTS, Network, mysqldump, navicat, old_navicat, phpmyadmin

BIO = "It's; \"quoted\"), (1,'x'),\nback\\slash -- no comment # /* nor this\r\n🐦 INSERT INTO `cl_users` VALUES (1);"


def graph() -> list[tuple[Any, ...]]:
    columns = ("pk", "follower__username", "target__username", "created_at", "accepted_at")
    return list(Follow.objects.order_by("pk").values_list(*columns))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_brings_the_same_network(
    importing: Callable[..., Told], network: Network, dialect: Callable[[Network], str]
) -> None:
    network.user("dora", about=BIO)
    network.add("cl_publications", text=BIO)
    told = importing(network, dialect)

    assert (told["version"], told["site"]) == ("1.3.2", "Hummingbirds & Co")
    assert told["tables"]["cl_users"] == {"read": 4, "imported": 4, "skipped": 0}
    assert told["tables"]["cl_connections"] == {"read": 4, "imported": 4, "skipped": 0}
    assert told["tables"]["cl_publications"] == {"read": 1, "imported": 0, "skipped": 1}
    assert "wp_users" not in told["tables"]
    assert "copy_cl_users" not in told["tables"]
    people = dict(Account.objects.values_list("pk", "username"))
    assert people == {1: "ann", 2: "bob", 3: "cem", 4: "dora"}
    assert Account.objects.get(pk=4).note == BIO.replace("\r\n", "\n")
    assert [(row[0], row[1], row[2], row[4] is None) for row in graph()] == [
        (1, "ann", "bob", False),
        (2, "bob", "ann", False),
        (3, "bob", "cem", False),
        (77, "ann", "cem", True),
    ]
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_windows_line_ends_a_byte_order_mark_and_gzip_change_nothing(
    db: None, network: Network, tmp_path: Path
) -> None:
    text = "\ufeff" + phpmyadmin(network).replace("\n", "\r\n")
    path = tmp_path / "dump.sql.gz"
    path.write_bytes(gzip.compress(text.encode()))

    assert run(path).imported("cl_connections") == 4


def test_old_versions_lack_columns_and_tables(importing: Callable[..., Told], network: Network) -> None:
    later = {"follow_privacy", "contact_privacy", "index_privacy", "profile_privacy", "pnotif_token", "refresh_token"}
    network.tables["cl_connections"].pop()
    network.without(cl_connections={"status"}, cl_users=later | {"verified"}, cl_sessions={"lifespan"})
    for table in ("cl_blocks", "cl_profile_reports", "cl_verifications"):
        del network.tables[table]

    assert importing(network, navicat).imported("cl_connections") == 3
    assert Follow.objects.accepted().count() == 3
    assert not Account.objects.filter(locked=True).exists()


def test_a_dump_that_nothing_ends_is_told_of(importing: Callable[..., Told], network: Network) -> None:
    assert "no_end_mark" in importing(network, old_navicat, dry_run=True).kinds
    assert "no_end_mark" not in importing(network, mysqldump, dry_run=True).kinds
