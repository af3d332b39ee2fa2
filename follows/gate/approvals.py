"""Approvals in advance: an account, or a handle that need not exist yet, may follow once without asking."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import DateTimeField, Q
from django.utils import timezone

from accounts import domains, lookup
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.refused import Refused
from accounts.searching import sought_domain
from accounts.statements import given
from accounts.validation import Fault, Invalid, Problem
from follows import graph
from follows.gate.kept_out import is_kept_out
from follows.graph import NoSuchRequest
from follows.locks import account_lock, unlocked
from follows.models import Approval
from follows.paging import Keyset, Page, Part, Window, part
from follows.policy import SelfFollow

MOST = 500  # approvals in one call
NAME = re.compile(r"[A-Za-z0-9_.-]{1,30}", re.ASCII)


class NoSuchApproval(Refused):
    """The member has no approval with this id."""


class Approved(NamedTuple):
    """One approval. `account` is None while there is no such account."""

    id: int
    account: int | None
    handle: str
    until: datetime | None
    created_at: datetime


def approve(owner: int, handles: Sequence[str], until: datetime | None, by: Actor) -> list[Approved]:
    """Approve handles, `name` or `name@domain`; a second approval of the same handle replaces the first.

    A waiting request is accepted.

    :raises Invalid: for a malformed handle, an end in the past, or an account that is kept out; nothing is done then.
    :raises SelfFollow: for one's own handle.
    """
    wanted = [parsed(handle) for handle in handles]
    return _approve(owner, [(handle, _account(handle)) for handle in wanted], until, by, field="acct")


def approve_account(owner: int, account: int, until: datetime | None, by: Actor) -> Approved:
    """As `approve`, for an account.

    :raises NoSuchAccount: when there is none.
    """
    handle = lookup.by_id(lookup.confirmed(account)).acct.lower()
    return _approve(owner, [(handle, account)], until, by, field="account")[0]


def approved_by(owner: int, window: Window) -> Page[Approved]:
    """The member's approvals, the newest first; those that are over are left out."""
    rows = [Approved(*row) for row in _APPROVED_BY.cut(window, owner=owner, now=timezone.now())]
    return Page([row.id for row in rows], rows, window.limit)


def found_by(owner: int, text: str, after: int | None, limit: int) -> Part[Approved]:
    """As `approved_by`, those with `text` in the handle."""
    lasting = Q(until__isnull=True) | Q(until__gt=timezone.now())
    everything = Approval.objects.filter(lasting, owner=owner)
    chosen = everything.filter(handle__contains=_sought(text))
    found = part(everything, chosen, after, limit, "account_id", "handle", "until", "created_at")
    return Part([Approved(*row) for row in found.rows], found.after)


def withdraw(owner: int, approval: int) -> None:
    """:raises NoSuchApproval: when it is none of this member's."""
    deleted, _ = Approval.objects.filter(pk=approval, owner=owner).delete()
    if not deleted:
        raise NoSuchApproval


def _approve(
    owner: int, wanted: list[tuple[str, int | None]], until: datetime | None, by: Actor, *, field: str
) -> list[Approved]:
    if until and until <= timezone.now():
        raise Invalid([Fault("until", Problem.INVALID)])
    accounts = [account for _, account in wanted if account]
    if owner in accounts:
        raise SelfFollow
    with account_lock(owner):  # a concurrent `keep_out` waits, or is seen here
        if any(is_kept_out(owner, account) for account in accounts):
            raise Invalid([Fault(field, Problem.INVALID)])
        made = [_put(owner, handle, account, until) for handle, account in wanted]
    for account in accounts:
        _accept_waiting(owner, account, by)
    return made


def _put(owner: int, handle: str, account: int | None, until: datetime | None) -> Approved:
    same = Approval.objects.filter(owner=owner, handle=handle)
    if account:
        same |= Approval.objects.filter(owner=owner, account=account)
    same.delete()
    row = Approval.objects.create(owner_id=owner, account_id=account, handle=handle, until=until)
    return Approved(row.pk, account, handle, until, row.created_at)


def _accept_waiting(owner: int, account: int, by: Actor) -> None:
    """A request that waits is accepted, and uses the approval up."""
    try:
        graph.accept(owner, account, by)
    except NoSuchRequest:
        return
    with unlocked():
        Approval.objects.filter(owner=owner, account=account).delete()


def parsed(handle: str) -> str:
    """A handle as it is compared: lower case, the domain in its one spelling, none for this server.

    :raises Invalid: for a malformed one.
    """
    name, _, server = handle.strip().removeprefix("@").partition("@")
    if not NAME.fullmatch(name):
        raise Invalid([Fault("acct", Problem.INVALID)])
    domain = domains.of_account(server, settings.LOCAL_DOMAIN)
    if domain == domains.NOBODYS:
        raise Invalid([Fault("acct", Problem.INVALID)])
    return f"{name}@{domain}".removesuffix("@").lower()


def _sought(text: str) -> str:
    """Return what to look for in stored handles: the one spelling of a handle or of a domain, and other text folded."""
    try:
        return parsed(text)
    except Invalid:
        return sought_domain(text.strip().removeprefix("@"))


def _account(handle: str) -> int | None:
    try:
        return lookup.by_handle(handle, settings.LOCAL_DOMAIN)
    except NoSuchAccount:
        return None


_APPROVED_BY = Keyset(
    lambda: Approval.objects.filter(
        Q(until__isnull=True) | Q(until__gt=given("now", DateTimeField())), owner=given("owner")
    ),
    "account_id",
    "handle",
    "until",
    "created_at",
)
