"""The decisions on each staged row before anything is written: which rows are skipped, and the names of accounts.

All of it is SQL in the temporary database. The rows that earlier imports took are never left out and never imported:
they only keep others from taking their place.
"""

from accounts.models import Verification
from compat_twittner.colibri import naming, tables
from compat_twittner.colibri.imported import Imported
from compat_twittner.colibri.staging import FRESH, Staging
from follows.models import Notice

NOBODY = "NOT EXISTS (SELECT 1 FROM people WHERE id = {table}.{column})"
INACTIVE = "EXISTS (SELECT 1 FROM people WHERE id = {table}.{column} AND inactive)"
BLOCKED = "EXISTS (SELECT 1 FROM blocked WHERE low = MIN({one}, {other}) AND high = MAX({one}, {other}))"


def decide(staging: Staging, imported: Imported) -> None:
    """Decide about all rows.

    :raises naming.Conflict: when the dump uses the id, the name or the address of an account that no import made.
    """
    db = staging.db
    naming.load_accounts(db, imported)
    naming.check_conflicts(db)
    _report_known(staging)
    naming.give_names(staging)
    naming.give_addresses(staging)
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


def _report_known(staging: Staging) -> None:
    for table in tables.COLUMNS:
        if table != tables.CONFIGS and (known := staging.count(table, "known = 1")):
            staging.report.add("imported_before", [table], known)


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
    """Only the request of an account that waits for the badge counts, and its newest one."""
    table = tables.VERIFICATIONS
    _leave_out(staging, table, "verification_without_account", NOBODY.format(table=table, column="account"))
    _leave_out(staging, table, "verification_of_inactive_account", INACTIVE.format(table=table, column="account"))
    waits = f"verified = '{int(Verification.REQUESTED)}'"
    _leave_out(staging, table, "verification_answered", f"account NOT IN (SELECT id FROM cl_users WHERE {waits})")
    _leave_out_twins(staging, table, "verification_twice", "account", "id DESC")
    lost = f"{FRESH} AND {waits} AND id NOT IN (SELECT account FROM cl_verifications WHERE {FRESH})"
    staging.tell(tables.USERS, "verification_without_request", lost, "id || ' ' || username")


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
    staging.tell(tables.USERS, "refresh_token_without_session", alone.format("refresh IS NOT NULL"))
    staging.tell(tables.USERS, "device_without_session", alone.format("device IS NOT NULL"))


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
            staging.tell(table, kind, f"why = '{kind}'")
