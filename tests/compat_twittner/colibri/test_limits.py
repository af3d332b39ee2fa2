"""An import outlives a kill, and its memory does not grow with the dump."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account
from compat_twittner.colibri.dump import Dump
from compat_twittner.models import ColibriImport
from follows import tallies
from follows.models import Follow
from tests.compat_twittner.colibri.dumps import Network, mysqldump
from tests.servers import Live

KILLED = """
import django, os, signal, sys
django.setup()
from django.core.management import call_command
from compat_twittner.colibri import importing
importing.BATCH = 10
go_on, left = importing._go_on, int(sys.argv[2])
def counting(*args, **columns):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    go_on(*args, **columns)
importing._go_on = counting
call_command("import_colibri", sys.argv[1])
"""
MOST = 9 * 2**20  # bytes, of a dump of any length


@pytest.mark.long
def test_an_import_that_is_killed_goes_on(live: Live, tmp_path: Path) -> None:
    network = Network()
    first = network.user("killed0", id=3_000_000)
    for number in range(1, 40):
        network.user(f"killed{number}")
        network.follow(first + number, first, id=3_000_000 + number)
    path = tmp_path / "dump.sql"
    path.write_text(mysqldump(network))
    for step, code in ((3, -9), (5, -9), (0, 0)):
        command = [sys.executable, "-c", KILLED, str(path), str(step)]
        done = subprocess.run(command, env=live.environment, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
    assert "cl_users                                  40          40           0" in done.stdout

    with live.database():
        assert Account.objects.filter(username__startswith="killed").count() == 40
        assert Follow.objects.filter(target=first).count() == 39
        assert ColibriImport.objects.filter(finished_at__isnull=False).exists()
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0


@pytest.mark.once
def test_memory_is_that_of_a_chunk_even_if_one_statement_has_all_rows() -> None:
    def chunks() -> Iterator[str]:
        yield "CREATE TABLE `cl_connections` (`id` int, `a` int, `b` int, `s` text, `t` text);\n"
        yield "INSERT INTO `cl_connections` VALUES (0,0,0,'','')"
        for start in range(0, 20_000, 2_000):
            yield ",".join(["", *(f"({n},{n},{n},'active','1700000000')" for n in range(start, start + 2_000))])
        yield ";\nINSERT INTO `wp_blobs` VALUES ('"
        yield from ("\\'x" * 50_000 for _ in range(100))  # 15 MB
        yield "');\n"

    tracemalloc.start()
    try:
        rows = sum(len(found.values) for found in Dump(chunks()).rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 20_001
    assert peak < MOST


@pytest.mark.once
def test_the_table_of_the_temporary_database_is_on_disk(importing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite keeps what a cache of 16 MB cannot hold in a file that has no name any more."""
    from compat_twittner.colibri.imported import Imported
    from compat_twittner.colibri.staging import Staging

    staging = Staging(Imported())
    assert staging.db.execute("PRAGMA cache_size").fetchone() == (-16000,)
    assert staging.db.execute("PRAGMA database_list").fetchone()[2] == ""
    staging.close()
