"""A member's gate: the rules that decide on new followers before the member is asked (`rules` applies them)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.utils import timezone

from accounts.access import Actor
from accounts.models import Account
from accounts.validation import Fault, Invalid, Problem, clean_text
from follows import graph
from follows.gate.facts import Draft
from follows.models import Digest, Gate
from follows.models.gate import EXPIRY_DAYS, MAX_FRIENDS, MAX_NEW_DAYS, MAX_READ_FIRST
from follows.notices import digest


class Rules(TypedDict, total=False):
    """The columns of `Gate`."""

    accept_followed: bool
    accept_friends: int | None
    accept_verified: bool
    ask_bots: bool
    ask_new_days: int | None
    ask_mass: bool
    paused: bool
    paused_until: datetime | None
    expire_days: int | None
    read_first: str
    tell_accepted: bool
    digest: str


class Fields(Rules, total=False):
    """The settings of a member: the gate, and `locked`, which is the account's."""

    locked: bool


def of(account: int) -> Gate:
    """The gate of an account that exists; all off if it was never set. A pause that is over is none."""
    gate = Gate.objects.filter(account=account).first() or Gate(account_id=account)
    if gate.paused_until and gate.paused_until <= timezone.now():
        gate.paused, gate.paused_until = False, None
    return gate


def change(account: int, by: Actor, *, accept_waiting: bool = False, **fields: Unpack[Fields]) -> None:
    """Set some fields; the others stay. Requests that wait already are not decided anew.

    Unlocking leaves them waiting, too, unless `accept_waiting`. `paused_until` alone implies `paused`.

    :raises Invalid: when a value is out of its range; then nothing is changed.
    """
    columns = _columns(fields)
    if "digest" in columns:
        zone = Account.objects.filter(pk=account).values_list("time_zone", flat=True).first()
        columns["digest_at"] = digest.next_turn(columns["digest"], zone)
    if columns:
        Gate.objects.update_or_create(account_id=account, defaults=columns)
    if "locked" in fields:
        graph.change_profile(account, by, accept_waiting=accept_waiting, locked=fields["locked"])


def draft(account: int, *, locked: bool, **fields: Unpack[Rules]) -> Draft:
    """Return the gate as `change` would make it, without saving it.

    :raises Invalid: as `change`.
    """
    gate = of(account)
    for name, value in _columns(fields).items():
        setattr(gate, name, value)
    return Draft(gate, locked)


def _columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """:raises Invalid: when a value is out of its range."""
    columns = {name: value for name, value in fields.items() if name != "locked"}
    if columns.get("paused_until"):
        columns.setdefault("paused", True)
    if columns.get("paused") is False or (columns.get("paused") and "paused_until" not in columns):
        columns.setdefault("paused_until", None)
    if "read_first" in columns:
        columns["read_first"] = clean_text(columns["read_first"])
    if faults := list(_faults(columns)):
        raise Invalid(faults)
    return columns


def tells_accepted(account: int) -> bool:
    """Return True if the account wants to hear when a request of its own is accepted."""
    return Gate.objects.filter(account=account, tell_accepted=True).exists()


def _faults(columns: dict[str, Any]) -> list[Fault]:
    until, paused = columns.get("paused_until"), columns.get("paused")
    wrong = {
        "accept_friends": not _within(columns.get("accept_friends"), 1, MAX_FRIENDS),
        "ask_new_days": not _within(columns.get("ask_new_days"), 1, MAX_NEW_DAYS),
        "expire_days": columns.get("expire_days") not in {None, *EXPIRY_DAYS},
        "digest": columns.get("digest", Digest.OFF) not in Digest.values,
        "paused_until": bool(until and (until <= timezone.now() or paused is False)),
    }
    faults = [Fault(name, Problem.INVALID) for name, is_wrong in wrong.items() if is_wrong]
    if len(columns.get("read_first") or "") > MAX_READ_FIRST:
        faults.append(Fault("read_first", Problem.TOO_LONG, MAX_READ_FIRST))
    return faults


def _within(value: int | None, least: int, most: int) -> bool:
    return value is None or least <= value <= most
