"""Notify the feed of new notices through PostgreSQL, after they are committed.

Commits that notify come one after the other on the whole server: each holds one lock until the disk has it. So a write
commits without that lock, and notifies right after its commit, in a transaction that waits for no disk. A notice whose
process ends in between is in the inbox, but not on a stream.
"""

from functools import cache

from django.db import connections, transaction

from accounts import databases
from accounts.compiled import Compiled
from accounts.statements import given
from follows.models import Notice
from follows.notices.delivery import Told

CHANNEL = "latchkey_notices"
_ANNOUNCE = """
    SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, told)
    FROM unnest(string_to_array(%s, ',')) AS told"""


class _Announcement(list[Told]):
    """The notices of one transaction."""

    def __call__(self) -> None:
        alias = databases.for_write(Notice)
        texts = ",".join(" ".join(map(str, map(int, told))) for told in self)
        _announcing(alias).run(alias, {"texts": texts}, lambda cursor: cursor.fetchall())


@cache
def _announcing(alias: str) -> Compiled:
    return Compiled(connections[alias], _ANNOUNCE, [CHANNEL, given("texts")])


def after_commit(told: Told) -> None:
    """Within a transaction on PostgreSQL: announce the notice as soon as it is committed, and only then."""
    connection = databases.writing(Notice)
    if connection.vendor != "postgresql":
        return
    here = set(connection.savepoint_ids)
    for savepoints, hook, *_ in connection.run_on_commit:
        if isinstance(hook, _Announcement) and savepoints == here:
            hook.append(told)
            return
    transaction.on_commit(_Announcement([told]), connection.alias, robust=True)
