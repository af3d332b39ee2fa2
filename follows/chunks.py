"""Writes on several pairs of one owner: one transaction under the locks of all of them, by statements on sets.

`graph` does the same to one pair.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db.models import DateTimeField, F, IntegerField, Value
from django.utils import timezone

from accounts import databases
from accounts.access import Actor
from accounts.models import Account
from accounts.statements import Statement, Write, each, given
from follows import changes, edges
from follows.changes import Change
from follows.edges import COLUMNS, Edge, Log
from follows.locks import pairs_lock
from follows.models import Decision, Endorsement, Follow, KeptOut, List, ListMember, Notice
from follows.notices import making

SIZE = 50  # pairs of a chunk: others wait for it for a few milliseconds
PAUSE = 0.003  # seconds after a chunk, left to others: on SQLite they ask for their turn every millisecond
Kind = Decision.Kind
Asked = Mapping[int, int | None]  # requester -> the id of the request, or None if any will do
Decided = dict[int, int]  # account -> the id of the decision


def accept(owner: int, asked: Asked, by: Actor, *, batch: int) -> Decided:
    """Let those of these accounts that still ask follow `owner`. They join in this order, as by `graph.accept`."""
    with pairs_lock(owner, asked):
        requests = _waiting(owner, asked)
        if not requests:
            return {}
        followers = [request.follower for request in requests]
        joined = join(owner, [request.id for request in requests], followers, by, Log(batch=batch))
        making.tell_joined(owner, followers, joined.follows)
        follows = [request._replace(accepted_at=joined.at) for request in requests]
        edges.move(*(request.moves(-1) for request in requests), *(follow.moves(+1) for follow in follows))
        return joined.decided


def reject(owner: int, asked: Asked, by: Actor, *, batch: int, keep_out: bool) -> Decided:
    """Reject the requests of those that still ask, as `graph.reject`; with `keep_out` later ones are hidden."""
    with pairs_lock(owner, asked):
        return _turn_away(owner, _waiting(owner, asked), Kind.REJECTED, by, batch, keep_out=keep_out)


def expire(owner: int, asked: Asked, by: Actor, at_most: int | None = None) -> Decided:
    """End requests that have waited too long, or the first of them; to their requesters it looks like a rejection.

    The requests of accounts that `owner` follows wait on.
    """
    with pairs_lock(owner, asked):
        followed = {account for (account,) in _FOLLOWED.rows(owner=owner, others=asked)}
        unanswered = [request for request in _waiting(owner, asked) if request.follower not in followed]
        return _turn_away(owner, unanswered[:at_most], Kind.EXPIRED, by)


def remove_followers(owner: int, followers: Collection[int], by: Actor, *, batch: int, keep_out: bool) -> Decided:
    """End those follows of `owner` that there are, as `graph.remove_follower`; pending requests stay.

    With `keep_out` later requests are hidden.
    """
    with pairs_lock(owner, followers):
        follows = [edge for edge in _edges(owner, followers) if not edge.pending]
        return _turn_away(owner, follows, Kind.REMOVED, by, batch, keep_out=keep_out)


class Joined(NamedTuple):
    """The moment when requests became follows, the ids of their new rows, and the decisions by follower."""

    at: datetime
    follows: list[int]
    decided: Decided


def join(owner: int, requests: Sequence[int], followers: Sequence[int], by: Actor, more: Log) -> Joined:
    """Under the locks, make these requests of these accounts follows, in this order; the caller moves the tallies.

    The requesters find a notice. Nothing carries it to them yet.
    """
    now = timezone.now()
    follows = [pk for (pk,) in _rows(_RENEW, now, owner=owner, requests=list(requests), followers=list(followers))]
    making.withdraw_all(owner, followers, Notice.Kind.REQUESTED)
    making.note_accepted(owner, followers, follows)
    return Joined(now, follows, _log(Kind.ACCEPTED, owner, dict.fromkeys(followers), by, now, more))


def _edges(owner: int, others: Collection[int]) -> list[Edge]:
    """The rows of those accounts that follow or ask, in this order."""
    found = {edge.follower: edge for edge in _FIND.rows(owner=owner, others=others)}
    return [found[other] for other in others if other in found]


def _waiting(owner: int, asked: Asked) -> list[Edge]:
    return [edge for edge in _edges(owner, asked) if edge.waits and asked[edge.follower] in {None, edge.id}]


def _turn_away(
    owner: int, gone: list[Edge], kind: Decision.Kind, by: Actor, batch: int | None = None, *, keep_out: bool = False
) -> Decided:
    """Under the locks, end follows, or requests, with what hangs on them."""
    if not gone:
        return {}
    now, followers = timezone.now(), [edge.follower for edge in gone]
    ends: dict[str, Any] = {"owner": owner, "followers": followers}
    _DROP.run(**ends, rows=[edge.id for edge in gone])
    _UNLIST.run(**ends)
    if kind == Kind.REMOVED:
        _UNENDORSE.run(**ends)
        making.withdraw_all(owner, followers, *Notice.Kind)
    else:
        making.withdraw_all(owner, followers, Notice.Kind.REQUESTED)
    kept = set(followers)
    if keep_out:
        kept = {account for (account,) in _KEPT_OUT.rows(**ends)}
        _KEEP_OUT.run(**ends, now=now)
    was = {edge.follower: edge.as_json() | {"kept_out": edge.follower not in kept} for edge in gone}
    decided = _log(kind, owner, was, by, now, Log(batch=batch))
    edges.move(*(edge.moves(-1) for edge in gone))
    return decided


def _log(
    kind: Decision.Kind, owner: int, was: Mapping[int, dict[str, Any] | None], by: Actor, now: datetime, more: Log
) -> Decided:
    """Log a decision about each of these followers with what `was` before, and call the listeners after the commit."""
    changes.after_commit(Change(kind, follower, owner, by, now, more.rule) for follower in was)
    values = {"kind": kind, "actor": by.account, "door": by.door, "rule": more.rule, "batch": more.batch}
    return dict(_rows(_LOG, now, owner=owner, rows=orjson.dumps(list(was.items())).decode(), **values))


def _rows(statements: dict[str, str], now: datetime, **values: Any) -> list[tuple[Any, ...]]:
    """What this database's statement returns. Lists go to SQLite as JSON."""
    connection = databases.writing(Follow)
    values["now"] = connection.ops.adapt_datetimefield_value(now)
    if connection.vendor == "sqlite":
        lists = {name: orjson.dumps(value).decode() for name, value in values.items() if isinstance(value, list)}
        values |= lists
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor], values)
        return list(cursor.fetchall())


_FIND: Statement[Edge] = Statement(
    Edge,
    lambda _: Follow.objects.filter(target=given("owner"), follower__among=each("others")).values_list(*COLUMNS),
)
_FOLLOWED: Statement[tuple[int]] = Statement(
    None,
    lambda _: (
        Follow.objects.accepted().filter(follower=given("owner"), target__among=each("others")).values_list("target")
    ),
)
_DROP = Write.delete(
    lambda: Follow.objects.filter(target=given("owner"), follower__among=each("followers"), pk__among=each("rows"))
)
_UNLIST = Write.delete(
    lambda: ListMember.objects.filter(
        list__in=List.objects.filter(owner__among=each("followers")), member=given("owner")
    )
)
_UNENDORSE = Write.delete(lambda: Endorsement.objects.filter(endorser__among=each("followers"), target=given("owner")))
_KEPT_OUT: Statement[tuple[int]] = Statement(
    None,
    lambda _: KeptOut.objects.filter(owner=given("owner"), account__among=each("followers")).values_list("account"),
)
_KEEP_OUT = Write.copy(
    KeptOut,
    lambda: Account.objects.filter(pk__among=each("followers")).order_by("pk"),
    owner=given("owner", IntegerField()),
    account=F("pk"),
    domain=Value(""),
    created_at=given("now", DateTimeField()),
)

# The rows anew, in the order of `requests`; the old ones go in the same statement.
_COLUMNS = "follower_id, target_id, show_reblogs, notify, languages, created_at, reason"
_RENEW = {
    "sqlite": f"""
        INSERT OR REPLACE INTO follows_follow ({_COLUMNS}, accepted_at)
        SELECT {_COLUMNS}, %(now)s FROM json_each(%(requests)s) AS asked
        INNER JOIN follows_follow ON follows_follow.id = asked.value
        WHERE target_id = %(owner)s AND follower_id IN (SELECT value FROM json_each(%(followers)s))
        ORDER BY asked.key RETURNING id""",
    "postgresql": f"""
        WITH gone AS (
            DELETE FROM follows_follow
            WHERE target_id = %(owner)s AND follower_id = ANY(%(followers)s) AND id = ANY(%(requests)s)
            RETURNING id, {_COLUMNS}
        )
        INSERT INTO follows_follow ({_COLUMNS}, accepted_at)
        SELECT {_COLUMNS}, %(now)s
        FROM gone INNER JOIN unnest(%(requests)s) WITH ORDINALITY AS asked (id, place) USING (id) ORDER BY place
        RETURNING id""",
}
# A row for each pair of a follower and what was before.
_LOGGED = """
    INSERT INTO follows_decision
        (kind, follower_id, target_id, actor_id, door, rule, batch_id, was, aside, created_at)
    SELECT %(kind)s, {follower}, %(owner)s, %(actor)s, %(door)s, %(rule)s, %(batch)s, {was}, {aside}, %(now)s
    FROM {rows} ORDER BY place RETURNING follower_id, id"""
_LOG = {
    "sqlite": _LOGGED.format(
        follower="json_extract(value, '$[0]')",
        was="json_extract(value, '$[1]')",
        aside="0",
        rows="(SELECT key AS place, value FROM json_each(%(rows)s))",
    ),
    "postgresql": _LOGGED.format(
        follower="(value->>0)::integer",
        was="(value->>1)::jsonb",
        aside="false",
        rows="json_array_elements(%(rows)s::json) WITH ORDINALITY AS entry (value, place)",
    ),
}
