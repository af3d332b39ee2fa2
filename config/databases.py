"""The databases of `settings.py`, from the addresses in the environment."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dj_database_url

from config import environment as env


def configured(
    primary: str,
    replicas: Sequence[str],
    *,
    root: Path,
    test_file: Path,
    sqlite: dict[str, Any],
    postgresql: dict[str, Any],
) -> dict[str, dict[str, Any]]:
    """Return `DATABASES`: `default`, and the standbys `replica_1`, `replica_2`, which answer some reads.

    Relative paths start at `root`, and tests on SQLite use `test_file`. `sqlite` and `postgresql` are the options of
    connections. An address that is wrong ends the program with one sentence.
    """

    def database(url: str, refusal: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
        except (ValueError, KeyError):
            env.refuse(refusal)
        if str(found["ENGINE"]).endswith("sqlite3"):
            found |= {"ENGINE": "config.sqlite", "OPTIONS": sqlite}
            if (name := str(found["NAME"])) != ":memory:":
                found["NAME"] = str(root / name)
            found |= {"CONN_HEALTH_CHECKS": False, "CONN_MAX_AGE": None}
            found["TEST"] = {"NAME": str(test_file)}  # a file, so that threads and servers share it
        elif str(found["ENGINE"]).endswith("postgresql"):
            if not found["NAME"] or "/" in str(found["NAME"]):  # as in "postgres://h/d postgres://h/e"
                env.refuse(refusal)
            found |= {"ENGINE": "config.postgresql", "OPTIONS": postgresql | found.get("OPTIONS", {})}
            found["DISABLE_SERVER_SIDE_CURSORS"] = True  # safe behind a transaction pooler
        else:
            env.refuse("DATABASE_URL must name a PostgreSQL or an SQLite database.")
        return found

    def replica(url: str) -> dict[str, Any]:
        if default["ENGINE"] != "config.postgresql":
            env.refuse("DATABASE_REPLICA_URLS needs a PostgreSQL database in DATABASE_URL.")
        refusal = "DATABASE_REPLICA_URLS must list addresses like postgres://user:password@host:5432/name."
        if not re.match(r"postgres(ql)?://\S", url):
            env.refuse(refusal)
        found = database(url, refusal)
        found["OPTIONS"] = {"connect_timeout": 2} | found["OPTIONS"]  # seconds; then the primary is asked
        return found | {"TEST": {"MIRROR": "default"}}

    default = database(
        primary, "DATABASE_URL must look like postgres://user:password@host:5432/name or sqlite:///path."
    )
    return {"default": default} | {f"replica_{n}": replica(url) for n, url in enumerate(replicas, 1)}
