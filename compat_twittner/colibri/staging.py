"""The rows of a dump in a temporary database on disk, so that memory stays the same however many there are.

SQLite deletes its file as soon as it has opened it: nothing stays behind, not even after a kill. The file takes about
as much room as the tables take in the dump, in the folder that `SQLITE_TMPDIR` or `TMPDIR` names.

Each table has the columns `known` (an earlier import took the row) and `why` (the kind of the problem for which it is
left out). A row with neither is `FRESH`: it is to be imported.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from accounts import domains, profile, validation
from accounts.hashers import from_php
from compat_twittner.ages import WORDS
from compat_twittner.colibri import tables
from compat_twittner.colibri.dump import Dump, Rows
from compat_twittner.colibri.imported import Imported
from compat_twittner.colibri.report import NAMED, Report
from compat_twittner.colibri.source import DumpError, Source
from compat_twittner.colibri.tables import COLUMNS, NEEDED, digest, line, moment, number, text
from compat_twittner.colibri.values import text as meaning
from follows.models import Notice

FRESH = "known = 0 AND why IS NULL"
SCHEMA = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -16000;
    CREATE TABLE cl_users (id INTEGER PRIMARY KEY, known, why,
        username, name_key, email, mail_key, first_name, last_name, about, gender, password, joined, active_at,
        language, avatar, cover, active, verified, website, country, profile, follow, contact, indexed,
        device, device_platform, refresh);
    CREATE TABLE cl_connections (id INTEGER PRIMARY KEY, known, why, follower, following, pending, at);
    CREATE TABLE cl_blocks (id INTEGER PRIMARY KEY, known, why, blocker, target, at);
    CREATE TABLE cl_notifications (id INTEGER PRIMARY KEY, known, why, actor, recipient, seen, kind, at);
    CREATE TABLE cl_profile_reports (id INTEGER PRIMARY KEY, known, why, reporter, target, reason, comment, seen, at);
    CREATE TABLE cl_verifications (id INTEGER PRIMARY KEY, known, why, account, full_name, message, video, at);
    CREATE TABLE cl_sessions (id INTEGER PRIMARY KEY, known, why, account, token, platform, at, until,
        refresh, device, device_platform);
"""
SUBJECTS = {
    "subscribe": Notice.Kind.FOLLOWED,
    "subscribe_request": Notice.Kind.REQUESTED,
    "subscribe_accept": Notice.Kind.ACCEPTED,
}
OTHER_REASON = 6
Values = Sequence[Any]  # of the columns in `COLUMNS`; spelled values until a table's own function has read them
Read = Callable[[Values], Values | None]


class Batch(NamedTuple):
    """Fresh rows of one table that are written in one transaction. `now` is the day of the import."""

    staging: "Staging"
    rows: list[sqlite3.Row]
    now: datetime
    report: Report

    def at(self, seconds: int | None) -> datetime:
        """A staged time; the day of the import for a time that nobody knows."""
        return self.now if seconds is None else datetime.fromtimestamp(seconds, UTC)


class Staging:
    """The temporary database, filled from one dump. `report` knows the numbers of rows and what was left out so far."""

    def __init__(self, imported: Imported) -> None:
        self.db = sqlite3.connect("", isolation_level=None)  # a file without a name
        self.db.executescript(SCHEMA)
        self._columns = {
            table: [name for _, name, *_ in self.db.execute(f"PRAGMA table_info({table})")] for table in COLUMNS
        }
        self.report = Report()
        self.checksum = ""
        self._imported = imported
        self._now = int(time.time())
        self._read: dict[str, Read] = {
            tables.CONFIGS: self._config,
            tables.USERS: self._user,
            tables.CONNECTIONS: self._connection,
            tables.BLOCKS: self._block,
            tables.NOTIFICATIONS: self._notification,
            tables.REPORTS: self._profile_report,
            tables.VERIFICATIONS: self._verification,
            tables.SESSIONS: self._session,
        }

    def close(self) -> None:
        self.db.close()

    def fill(self, path: Path, advance: Callable[[int], object]) -> None:
        """Read the whole file.

        :raises DumpError: when it cannot be read, or is damaged, not complete or no dump of ColibriSM.
        """
        source = Source(path)
        dump = Dump(_counted(source.chunks(), advance))
        self.db.execute("BEGIN")
        for rows in dump.rows():
            self.report.read[rows.table] = self.report.read.get(rows.table, 0) + len(rows.values)
            if rows.values and rows.table in self._read:
                self._store(rows)
        self.db.execute("COMMIT")
        if tables.USERS not in self.report.read:
            raise DumpError("The file is no dump of ColibriSM: it has no table cl_users.")
        if not dump.ending.has_mark:
            self.report.add("no_end_mark", [], 1)
        self.checksum = source.checksum

    def count(self, table: str, where: str = FRESH) -> int:
        (counted,) = self.db.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}").fetchone()
        return int(counted)

    def highest(self, table: str) -> int:
        return int(self.db.execute(f"SELECT MAX(id) FROM {table}").fetchone()[0] or 0)

    def batch(self, table: str, after: int, size: int) -> list[sqlite3.Row]:
        """The next fresh rows behind an id, in the order of their ids."""
        with closing(self.db.cursor()) as cursor:
            cursor.row_factory = sqlite3.Row
            query = f"SELECT * FROM {table} WHERE id > ? AND {FRESH} ORDER BY id LIMIT ?"
            return cursor.execute(query, [after, size]).fetchall()

    def tell(self, table: str, kind: str, where: str, item: str = "id") -> None:
        """Report the rows of which this holds as problems of a kind."""
        first = self.db.execute(f"SELECT {item} FROM {table} WHERE {where} ORDER BY id LIMIT {NAMED}").fetchall()
        self.report.add(kind, [told for (told,) in first], self.count(table, where))

    def _store(self, rows: Rows) -> None:
        table, places = rows.table, {column: place for place, column in enumerate(rows.columns)}
        if missing := NEEDED & COLUMNS[table].keys() - places.keys():
            raise DumpError(f"The table {table} has no column {min(missing)}.")
        columns = [
            list(map(meaning, map(itemgetter(places[column]), rows.values))) if column in places else repeat(default)
            for column, default in COLUMNS[table].items()
        ]
        stored = map(self._read[table], zip(*columns, strict=False))
        self._insert(table, [row for row in stored if row is not None])

    def _insert(self, table: str, rows: list[Values]) -> None:
        kept = []
        for row in rows:
            if row[0] == 0:
                self.report.add("invalid_id", [table])
            else:
                kept.append((row[0], self._imported.has(table, row[0]), None, *row[1:]))
        if not kept:
            return
        names = ", ".join(self._columns[table][: len(kept[0])])
        places = ", ".join("?" * len(kept[0]))
        statement = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"
        stored = self.db.executemany(statement, kept).rowcount
        if stored < len(kept):
            self.report.add("duplicate_id", [table], len(kept) - stored)

    # --- one function for each table: what is stored of a row, None for nothing ---------------------------------------

    def _config(self, values: Values) -> None:
        name, value = values
        if name == "version":
            self.report.version = line(value)
        elif name == "name":
            self.report.site = line(value)

    def _connection(self, values: Values) -> Values:
        pk, follower, following, status, at = values
        return number(pk), number(follower), number(following), status == "pending", moment(at, self._now)

    def _block(self, values: Values) -> Values:
        pk, blocker, target, at = values
        return number(pk), number(blocker), number(target), moment(at, self._now)

    def _notification(self, values: Values) -> Values | None:
        pk, actor, recipient, status, subject, at = values
        if subject not in SUBJECTS:
            self.report.add("notification_of_another_subject", [number(pk)])
            return None
        kind = int(SUBJECTS[subject])
        return number(pk), number(actor), number(recipient), status == "1", kind, moment(at, self._now)

    def _profile_report(self, values: Values) -> Values:
        pk, reporter, target, reason, comment, seen, at = values
        if number(reason) not in range(1, OTHER_REASON + 1):
            self.report.add("report_without_reason", [number(pk)])
            reason = str(OTHER_REASON)
        ids = number(pk), number(reporter), number(target)
        return *ids, number(reason), text(comment)[:3000], seen == "1", moment(at, self._now)

    def _verification(self, values: Values) -> Values:
        pk, account, full_name, message, video, at = values
        texts = line(full_name)[:60], text(message)[:1200], video or ""
        return number(pk), number(account), *texts, moment(at, self._now)

    def _session(self, values: Values) -> Values | None:
        pk, token, account, platform, at, until = values
        if platform not in tables.PLATFORMS:
            kind = "session_of_browser" if platform == "web" else "session_of_unknown_platform"
            self.report.add(kind, [number(pk)])
            return None
        if digest(token) is None:
            self.report.add("session_without_token", [number(pk)])
            return None
        began = moment(at, self._now) or self._now
        ends = tables.lifespan(until, began)
        return number(pk), number(account), digest(token), tables.PLATFORMS[platform], began, ends

    def _user(self, values: Values) -> Values:
        row = dict(zip(COLUMNS[tables.USERS], values, strict=True))
        pk, username = number(row["id"]), line(row["username"])
        who = f"{pk} {username}"
        email, website, language = domains.of_address(line(row["email"])), line(row["website"]), row["language"]
        password = from_php(row["password"] or "")
        known = self._imported.has(tables.USERS, pk)
        for kind, holds in (
            ("administrator", row["admin"] == "1"),
            ("account_not_activated", row["active"] == "0"),
            ("password_unusable", password is None),
            ("email_invalid", email and not validation.is_email(email)),
            ("website_invalid", website and not profile.is_website(website)),
            ("language_unknown", language not in {*WORDS, "default", "", None}),
        ):
            if holds and pk and not known:
                self.report.add(kind, [who])
        email = email if validation.is_email(email) else ""
        return (
            pk,
            username,
            username.lower(),
            email,
            email.lower(),
            line(row["fname"])[:64],
            line(row["lname"])[:64],
            text(row["about"]),
            row["gender"],
            password,
            moment(row["joined"], self._now),
            moment(row["last_active"], self._now),
            language if language in WORDS else "english",
            row["avatar"] or "",
            row["cover"] or "",
            row["active"],
            row["verified"],
            website if profile.is_website(website) else "",
            number(row["country_id"]),
            row["profile_privacy"],
            row["follow_privacy"],
            row["contact_privacy"],
            row["index_privacy"],
            *(tables.device(row["pnotif_token"]) or (None, None)),
            digest(row["refresh_token"]),
        )


def _counted(chunks: Iterable[str], advance: Callable[[int], object]) -> Iterable[str]:
    for chunk in chunks:
        advance(len(chunk))
        yield chunk
