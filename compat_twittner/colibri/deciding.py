"""What becomes of each staged row, decided before anything is written: which are left out, and who gets which name.

All of it is SQL in the temporary database. The rows that earlier imports took are never left out and never imported:
they only keep others from taking their place.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable

from accounts import databases, people
from accounts.models import Account, Verification
from compat_twittner.colibri import tables
from compat_twittner.colibri.imported import Imported
from compat_twittner.colibri.report import NAMED
from compat_twittner.colibri.staging import FRESH, Staging
from follows.models import Block, Notice

NOBODY = "NOT EXISTS (SELECT 1 FROM people WHERE id = {table}.{column})"
INACTIVE = "EXISTS (SELECT 1 FROM people WHERE id = {table}.{column} AND inactive)"
BLOCKED = "EXISTS (SELECT 1 FROM blocked WHERE low = MIN({one}, {other}) AND high = MAX({one}, {other}))"
LONGEST_NAME = 30
CHUNK = 2_000
MISFIT = re.compile(r"[^A-Za-z0-9_]+")


class Conflict(Exception):
    """An account is in the way that no import made; the text is one sentence that names it."""


def decide(staging: Staging, imported: Imported) -> None:
    """Decide about all rows.

    :raises Conflict: when the dump uses the id, the name or the address of an account that no import made.
    """
    db = staging.db
    _load_accounts(db, imported)
    _check_conflicts(db)
    _report_known(staging)
    _give_names(staging)
    _give_addresses(staging)
    db.executescript(f"""
        CREATE TABLE people (id INTEGER PRIMARY KEY, inactive, disabled);
        INSERT INTO people SELECT id, active = '0', active <> '1' FROM cl_users WHERE {FRESH};
        INSERT OR IGNORE INTO people SELECT id, inactive, disabled FROM here WHERE imported;
    """)
    _decide_blocks(staging)
    _decide_connections(staging)
    _decide_notifications(staging)
    _decide_reports(staging)
    _decide_verifications(staging)
    _decide_sessions(staging)
    _report_left_out(staging)


def _load_accounts(db: sqlite3.Connection, imported: Imported) -> None:
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


def _check_conflicts(db: sqlite3.Connection) -> None:
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


def _report_known(staging: Staging) -> None:
    for table in tables.COLUMNS:
        if table != tables.CONFIGS and (known := staging.count(table, "known = 1")):
            staging.report.add("imported_before", [table], known)


# --- names and addresses ------------------------------------------------------------------------------------------


def _give_names(staging: Staging) -> None:
    """Of twins by letter case the one that was active last keeps the name; what cannot be a name here is cleaned."""
    db = staging.db
    db.create_function("fits", 1, lambda name: people.USERNAME.fullmatch(name) is not None, deterministic=True)
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


def _give_addresses(staging: Staging) -> None:
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
    _tell(staging, tables.USERS, "email_taken", lost, "id || ' ' || username")
    staging.db.execute(f"UPDATE cl_users SET email = '' WHERE {lost}")


# --- rows -----------------------------------------------------------------------------------------------------------


def _decide_blocks(staging: Staging) -> None:
    _leave_out_misfits(staging, "block", "blocker", "target")
    _leave_out_twins(staging, tables.BLOCKS, "block_twice", "blocker, target", "id")
    staging.db.execute(
        f"INSERT OR IGNORE INTO blocked SELECT MIN(blocker, target), MAX(blocker, target) FROM cl_blocks WHERE {FRESH}"
    )


def _decide_connections(staging: Staging) -> None:
    _leave_out_misfits(staging, "connection", "follower", "following")
    _leave_out(
        staging, tables.CONNECTIONS, "connection_between_blocked", BLOCKED.format(one="follower", other="following")
    )
    staging.db.execute(
        "CREATE INDEX pairs ON cl_connections (follower, following, known DESC, pending, id) WHERE why IS NULL"
    )
    _leave_out_twins(staging, tables.CONNECTIONS, "connection_twice", "follower, following", "pending, id")


def _decide_notifications(staging: Staging) -> None:
    _leave_out_misfits(staging, "notification", "actor", "recipient")
    _leave_out(
        staging, tables.NOTIFICATIONS, "notification_between_blocked", BLOCKED.format(one="actor", other="recipient")
    )
    answered = f"""kind = {int(Notice.Kind.REQUESTED)} AND NOT EXISTS (
        SELECT 1 FROM cl_connections c
        WHERE c.follower = actor AND c.following = recipient AND c.pending AND c.why IS NULL
    )"""
    _leave_out(staging, tables.NOTIFICATIONS, "notification_answered", answered)
    _leave_out_twins(staging, tables.NOTIFICATIONS, "notification_twice", "recipient, actor, kind", "id DESC")


def _decide_reports(staging: Staging) -> None:
    _leave_out_misfits(staging, "report", "reporter", "target")
    _leave_out_twins(staging, tables.REPORTS, "report_twice", "reporter, target", "id DESC")


def _decide_verifications(staging: Staging) -> None:
    """Who waits for the badge has a request for it, and the other way round."""
    table = tables.VERIFICATIONS
    _leave_out(staging, table, "verification_without_account", NOBODY.format(table=table, column="account"))
    _leave_out(staging, table, "verification_of_inactive_account", INACTIVE.format(table=table, column="account"))
    waits = f"verified = '{int(Verification.REQUESTED)}'"
    _leave_out(staging, table, "verification_answered", f"account NOT IN (SELECT id FROM cl_users WHERE {waits})")
    _leave_out_twins(staging, table, "verification_twice", "account", "id DESC")
    lost = f"{FRESH} AND {waits} AND id NOT IN (SELECT account FROM cl_verifications WHERE {FRESH})"
    _tell(staging, tables.USERS, "verification_lost", lost, "id || ' ' || username")
    staging.db.execute(f"UPDATE cl_users SET verified = '0' WHERE {lost}")


def _decide_sessions(staging: Staging) -> None:
    """The newest session of an account gets its refresh token and its phone."""
    table, db = tables.SESSIONS, staging.db
    _leave_out(staging, table, "session_without_account", NOBODY.format(table=table, column="account"))
    disabled = "EXISTS (SELECT 1 FROM people WHERE id = cl_sessions.account AND disabled)"
    _leave_out(staging, table, "session_of_disabled_account", disabled)
    _leave_out(staging, table, "session_expired", "until <= CAST(strftime('%s', 'now') AS INTEGER)")
    _leave_out_twins(staging, table, "session_twice", "token", "at DESC, id DESC")
    db.executescript("""
        CREATE TABLE newest (account INTEGER PRIMARY KEY, id);
        INSERT INTO newest SELECT account, id FROM (
            SELECT account, id, ROW_NUMBER() OVER (PARTITION BY account ORDER BY at DESC, id DESC) AS place
            FROM cl_sessions WHERE why IS NULL
        ) WHERE place = 1;
        UPDATE cl_sessions SET
            refresh = (SELECT refresh FROM cl_users u WHERE u.id = account),
            device = (SELECT device FROM cl_users u WHERE u.id = account),
            device_platform = (SELECT device_platform FROM cl_users u WHERE u.id = account)
        WHERE id IN (SELECT id FROM newest);
    """)
    for column in ("refresh", "device"):  # one phone has one account, and the last one wins
        db.execute(f"""
            UPDATE cl_sessions SET {column} = NULL WHERE id IN (
                SELECT id FROM (
                    SELECT id, ROW_NUMBER() OVER (PARTITION BY {column} ORDER BY at DESC, id DESC) AS place
                    FROM cl_sessions WHERE {column} IS NOT NULL
                ) WHERE place > 1
            )""")
    alone = f"{FRESH} AND {{}} AND id NOT IN (SELECT account FROM newest)"
    _tell(staging, tables.USERS, "refresh_token_without_session", alone.format("refresh IS NOT NULL"))
    _tell(staging, tables.USERS, "device_without_session", alone.format("device IS NOT NULL"))


def _leave_out_misfits(staging: Staging, what: str, one: str, other: str) -> None:
    """Rows of oneself, of nobody, and of accounts that nobody sees."""
    table = {"report": tables.REPORTS}.get(what, f"cl_{what}s")
    _leave_out(staging, table, f"{what}_of_oneself", f"{one} = {other}")
    for kind, condition in ((f"{what}_without_account", NOBODY), (f"{what}_of_inactive_account", INACTIVE)):
        for column in (one, other):
            _leave_out(staging, table, kind, condition.format(table=table, column=column))


def _leave_out(staging: Staging, table: str, kind: str, condition: str) -> None:
    staging.db.execute(f"UPDATE {table} SET why = ? WHERE {FRESH} AND ({condition})", [kind])


def _leave_out_twins(staging: Staging, table: str, kind: str, alike: str, order: str) -> None:
    """Of fresh rows that are alike the first one in this order stays, unless an earlier import took one of them."""
    staging.db.execute(
        f"""
        UPDATE {table} SET why = ? WHERE known = 0 AND id IN (
            SELECT id FROM (
                SELECT id, ROW_NUMBER() OVER (PARTITION BY {alike} ORDER BY known DESC, {order}) AS place
                FROM {table} WHERE why IS NULL
            ) WHERE place > 1
        )""",
        [kind],
    )


def _report_left_out(staging: Staging) -> None:
    for table in tables.COLUMNS:
        if table == tables.CONFIGS:
            continue
        kinds = staging.db.execute(f"SELECT DISTINCT why FROM {table} WHERE why IS NOT NULL ORDER BY why").fetchall()
        for (kind,) in kinds:
            _tell(staging, table, kind, f"why = '{kind}'")


def _tell(staging: Staging, table: str, kind: str, where: str, item: str = "id") -> None:
    first = staging.db.execute(f"SELECT {item} FROM {table} WHERE {where} ORDER BY id LIMIT {NAMED}").fetchall()
    staging.report.add(kind, [told for (told,) in first], staging.count(table, where))
