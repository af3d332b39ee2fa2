"""The JSON shapes of the extension: Request, Decision, Gate, Outcome and the lists."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson

from compat_mastodon.entities import Entity, relationship, rendered, timestamp
from follows import queries, relationships
from follows.deciding import Batched, Outcome
from follows.followers import Follower, Sent
from follows.gate.approvals import Approved
from follows.gate.kept_out import Entry as KeptOut
from follows.gate.rules import Answer
from follows.gate.rules import Outcome as Foreseen
from follows.history import Entry
from follows.models import ArrivalReason, Decision, Gate
from follows.queue import Request

REASONS = {reason.name.lower(): reason for reason in ArrivalReason}
KINDS = {kind.name.lower(): kind for kind in Decision.Kind}
GATE = (
    *("accept_followed", "accept_friends", "accept_verified", "ask_bots", "ask_new_days", "ask_mass", "paused"),
    *("paused_until", "expire_days", "read_first", "tell_accepted", "digest"),
)


def requests(viewer: int, found: Sequence[Request]) -> list[Entity]:
    """Requests, as the owner sees them; those of accounts that are deleted just now are left out."""
    accounts = rendered(request.account for request in found)
    ties = {one.id: one for one in relationships.many(viewer, [request.account.account for request in found])}
    return [
        {
            "id": str(request.id),
            "account": accounts[request.account],
            "relationship": orjson.Fragment(relationship(ties[request.account.account])),
            "asked_at": timestamp(request.asked_at),
            "reason": request.reason.name.lower(),
            "note": request.note,
            "friends_in_common": request.friends,
            "came_while_paused": bool(request.while_paused),
            "seen": bool(request.seen),
            "decided_before": request.decided,
        }
        for request in found
        if request.account in accounts and request.account.account in ties
    ]


def decisions(found: Sequence[Entry]) -> list[Entity]:
    accounts = accounts_of(entry.account for entry in found)
    return [
        {
            "id": str(entry.id),
            "kind": entry.kind.name.lower(),
            "account": accounts[entry.account],
            "mine": entry.mine,
            "by": entry.by,
            "door": entry.door,
            "rule": entry.rule,
            "decided_at": timestamp(entry.decided_at),
            "batch": _id(entry.batch),
            "undoes": _id(entry.undoes),
            "undone_by": _id(entry.undone_by),
            "undoable": entry.undoable,
        }
        for entry in found
        if entry.account in accounts
    ]


def gate(found: Gate, locked: bool) -> Entity:
    values = {name: getattr(found, name) for name in GATE}
    values["paused_until"] = found.paused_until and timestamp(found.paused_until)
    return {"locked": locked, **values}


def outcome(found: Outcome) -> Entity:
    return {
        "request": _id(found.request),
        "account": _id(found.account),
        "outcome": found.result.value,
        "decision": _id(found.decision),
    }


def batch(found: Batched) -> Entity:
    return {"batch": str(found.batch), "results": [outcome(one) for one in found.outcomes]}


def foreseen(found: Answer) -> Entity:
    reason = None if found.outcome is Foreseen.REFUSED or found.reason is None else found.reason.name.lower()
    return {"outcome": found.outcome.value, "row": found.row, "rule": found.rule and str(found.rule), "reason": reason}


def approvals(found: Sequence[Approved]) -> list[Entity]:
    accounts = accounts_of(approved.account for approved in found)
    return [
        {
            "id": str(approved.id),
            "acct": approved.handle,
            "account": accounts.get(approved.account),
            "until": approved.until and timestamp(approved.until),
            "created_at": timestamp(approved.created_at),
        }
        for approved in found
    ]


def kept_out(found: Sequence[KeptOut]) -> list[Entity]:
    accounts = accounts_of(entry.account for entry in found)
    return [
        {
            "id": str(entry.id),
            "account": accounts.get(entry.account),
            "domain": entry.domain or None,
            "since": timestamp(entry.since),
        }
        for entry in found
    ]


def sent(found: Sequence[Sent]) -> list[Entity]:
    accounts = rendered(request.account for request in found)
    return [
        {
            "id": str(request.id),
            "account": accounts[request.account],
            "asked_at": timestamp(request.asked_at),
            "note": request.note,
        }
        for request in found
        if request.account in accounts
    ]


def followers(found: Sequence[Follower]) -> list[Entity]:
    accounts = rendered(follower.account for follower in found)
    return [
        {
            "account": accounts[follower.account],
            "since": timestamp(follower.since),
            "last_active_on": follower.last_active_on and follower.last_active_on.isoformat(),
        }
        for follower in found
        if follower.account in accounts
    ]


def accounts_of(ids: Iterable[int | None]) -> dict[int | None, Any]:
    """Account entities by id, at most two queries; unknown ids are left out."""
    wanted: Collection[int] = dict.fromkeys(account for account in ids if account)
    keys = queries.keys(list(wanted))
    shown = rendered(keys.values())
    return {account: shown[key] for account, key in keys.items() if key in shown}


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)
