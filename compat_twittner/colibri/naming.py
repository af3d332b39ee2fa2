"""Gives each account its user name and address, and finds accounts that are in the way already."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable

from accounts import databases, validation
from accounts.models import Account
from compat_twittner.colibri import tables
from compat_twittner.colibri.imported import Imported
from compat_twittner.colibri.staging import FRESH, Staging
from follows.models import Block

LONGEST_NAME = 30
CHUNK = 2_000
MISFIT = re.compile(r"[^A-Za-z0-9_]+")


class Conflict(Exception):
    """An account is in the way that no import made; the text is one sentence that names it."""


def load_accounts(db: sqlite3.Connection, imported: Imported) -> None:
    """The accounts that are here, and the blocks between them."""
    db.executescript("""
        CREATE TABLE here (id INTEGER PRIMARY KEY, imported, username, name_key, mail_key, inactive, disabled);
        CREATE TABLE blocked (low, high, PRIMARY KEY (low, high)) WITHOUT ROWID;
    """)
    primary = databases.for_write(Account)
    rows = (
        Account.objects.using(primary)
        .order_by("pk")
        .values_list("pk", "username", "domain", "email", "unconfirmed", "suspended_at")
    )
    db.executemany(
        "INSERT INTO here VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                pk,
                imported.has(tables.USERS, pk),
                f"{username}@{domain}" if domain else username,
                None if domain else username.lower(),
                email.lower() or None,
                unconfirmed,
                unconfirmed or suspended_at is not None,
            )
            for pk, username, domain, email, unconfirmed, suspended_at in rows.iterator(chunk_size=CHUNK)
        ),
    )
    db.execute("CREATE INDEX here_name ON here (name_key)")
    db.execute("CREATE INDEX here_mail ON here (mail_key)")
    pairs = Block.objects.using(primary).order_by("pk").values_list("blocker", "target").iterator(chunk_size=CHUNK)
    db.executemany("INSERT OR IGNORE INTO blocked VALUES (?, ?)", map(sorted, pairs))


def check_conflicts(db: sqlite3.Connection) -> None:
    """:raises Conflict: when the dump uses the id, the name or the address of an account that no import made."""
    for what, condition in (
        ("id", "u.id = h.id"),
        ("user name", "u.name_key = h.name_key"),
        ("e-mail address", "u.mail_key = h.mail_key"),
    ):
        query = (
            f"SELECT h.username, h.id FROM cl_users u JOIN here h ON {condition} WHERE u.known = 0 AND NOT h.imported"
        )
        if found := db.execute(f"{query} ORDER BY h.id LIMIT 1").fetchone():
            raise Conflict(
                f"Nothing was imported: the dump uses the {what} of {found[0]} (id {found[1]}), "
                "an account that is here already and that no import made."
            )


def give_names(staging: Staging) -> None:
    """Of twins by letter case the one that was active last keeps the name; what cannot be a name here is cleaned."""
    db = staging.db
    db.create_function("fits", 1, lambda name: validation.USERNAME.fullmatch(name) is not None, deterministic=True)
    db.executescript(f"""
        CREATE TABLE names (name_key TEXT PRIMARY KEY, id INTEGER, name TEXT) WITHOUT ROWID;
        INSERT INTO names
            SELECT name_key, id, username FROM (
                SELECT name_key, id, username, ROW_NUMBER() OVER (
                    PARTITION BY name_key ORDER BY COALESCE(active_at, 0) DESC, id
                ) AS place FROM cl_users WHERE {FRESH} AND fits(username)
            ) WHERE place = 1 AND name_key NOT IN (SELECT name_key FROM here WHERE name_key IS NOT NULL);
        CREATE UNIQUE INDEX names_of ON names (id);
    """)
    others, after = (
        f"SELECT id, username FROM cl_users WHERE {FRESH} AND id NOT IN (SELECT id FROM names) AND id > ?",
        0,
    )
    while rows := db.execute(f"{others} ORDER BY id LIMIT {CHUNK}", [after]).fetchall():
        after = rows[-1][0]
        for pk, username in rows:
            name = next(name for name in _candidates(pk, username) if _is_free(db, name))
            db.execute("INSERT INTO names VALUES (?, ?, ?)", [name.lower(), pk, name])
            staging.report.add("username_changed", [f"{username} → {name}"])


def _candidates(pk: int, username: str) -> Iterable[str]:
    plain = unicodedata.normalize("NFKD", username).encode("ascii", "ignore").decode()
    base = MISFIT.sub("_", plain).strip("_") or "user"
    yield base[:LONGEST_NAME]
    for suffix in (f"_{pk}", *(f"_{pk}_{number}" for number in range(2, 1000))):
        yield base[: LONGEST_NAME - len(suffix)] + suffix


def _is_free(db: sqlite3.Connection, name: str) -> bool:
    key = [name.lower()]
    taken = "SELECT 1 FROM names WHERE name_key = ?1 UNION ALL SELECT 1 FROM here WHERE name_key = ?1"
    return db.execute(taken, key).fetchone() is None


def give_addresses(staging: Staging) -> None:
    """Of several accounts with one address the one that was active last keeps it."""
    staging.db.executescript(f"""
        CREATE TABLE addresses (id INTEGER PRIMARY KEY);
        INSERT INTO addresses
            SELECT id FROM (
                SELECT id, mail_key, ROW_NUMBER() OVER (
                    PARTITION BY mail_key ORDER BY COALESCE(active_at, 0) DESC, id
                ) AS place FROM cl_users WHERE {FRESH} AND mail_key <> ''
            ) WHERE place = 1 AND mail_key NOT IN (SELECT mail_key FROM here WHERE mail_key IS NOT NULL);
    """)
    lost = f"{FRESH} AND mail_key <> '' AND id NOT IN (SELECT id FROM addresses)"
    staging.tell(tables.USERS, "email_taken", lost, "id || ' ' || username")
    staging.db.execute(f"UPDATE cl_users SET email = '' WHERE {lost}")
