"""The accounts and servers that a member keeps out: their requests are hidden, and they are never told."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from accounts import lookup
from accounts.access import Actor
from accounts.domains import NotADomain, canonical
from accounts.lookup import named
from accounts.models import Account
from accounts.refused import Refused
from accounts.searching import sought_domain
from accounts.statements import given
from follows import edges, graph
from follows.locks import account_lock, pair_lock
from follows.models import Follow, KeptOut, Notice
from follows.notices import making
from follows.paging import Keyset, Page, Part, Window, part
from follows.policy import SelfFollow

CHUNK = 500  # pairs looked at in one go
SERVER = Actor(None, "server")


class NotKeptOut(Refused):
    """The member keeps nobody out by this id."""


class Entry(NamedTuple):
    """One account or one server that is kept out."""

    id: int
    account: int | None
    domain: str
    since: datetime


def keep_out(owner: int, account: int, by: Actor) -> int:
    """Keep an account out, and return the id of the entry; a second call returns the same entry.

    Its follow ends, and its request is hidden. The account is not told.

    :raises SelfFollow: when both are the same.
    :raises NoSuchAccount: when there is no such account.
    """
    if owner == account:
        raise SelfFollow
    lookup.confirmed(account)
    with pair_lock(account, owner):
        entry, _ = KeptOut.objects.get_or_create(owner_id=owner, account_id=account, domain="")
        _apply(owner, account, by)
        return entry.pk


def keep_server_out(owner: int, domain: str, by: Actor) -> int:
    """Keep everybody of a server out, and return the id of the entry, as `keep_out`.

    :raises NotADomain: for a malformed name, or that of this server.
    """
    domain = canonical(domain)
    if domain == settings.LOCAL_DOMAIN:
        raise NotADomain
    with account_lock(owner):  # a request that begins beside it is seen below, a later one waits aside
        entry, _ = KeptOut.objects.get_or_create(owner_id=owner, account=None, domain=domain)
    theirs = Follow.objects.filter(target=owner, follower__domain=domain, aside=False)
    for follower in theirs.order_by("pk").values_list("follower_id", flat=True).iterator(CHUNK):
        with pair_lock(follower, owner):
            if KeptOut.objects.filter(pk=entry.pk).exists():
                _apply(owner, follower, by)
    return entry.pk


def let_in(owner: int, entry: int) -> None:
    """Stop keeping out: a hidden request joins the queue, without a notice.

    :raises NotKeptOut: when the member has no such entry.
    """
    with account_lock(owner):
        found = KeptOut.objects.filter(pk=entry, owner=owner).first()
        if found is None:
            raise NotKeptOut
        found.delete()
    aside = Follow.objects.pending().filter(target=owner, aside=True)
    mine = aside.filter(follower=found.account_id) if found.account_id else aside.filter(follower__domain=found.domain)
    for follower in list(mine.values_list("follower_id", flat=True)):
        with pair_lock(follower, owner):
            join_queue(owner, follower)


def finish() -> int:
    """Do what a stopped process left of `keep_server_out` and `let_in`; returns for how many pairs."""
    entries = KeptOut.objects.filter(owner=OuterRef("target"))
    kept = Q(Exists(entries.filter(account=OuterRef("follower")))) | Q(
        Exists(entries.filter(domain=OuterRef("follower__domain"), domain__gt=""))
    )
    forgotten = list(Follow.objects.pending().filter(~kept, aside=True).values_list("target_id", "follower_id"))
    owners = KeptOut.objects.filter(domain__gt="").order_by().values("owner").distinct()
    missed = list(Follow.objects.filter(kept, target__in=owners, aside=False).values_list("target_id", "follower_id"))
    for owner, follower in forgotten:
        with pair_lock(follower, owner):
            join_queue(owner, follower)
    for owner, follower in missed:
        with pair_lock(follower, owner):
            if is_kept_out(owner, follower):
                _apply(owner, follower, SERVER)
    return len(forgotten) + len(missed)


def join_queue(owner: int, follower: int) -> None:
    """Under the pair lock: a request that waits aside joins the queue, unless something else keeps it out."""
    edge = edges.find(follower, owner)
    if edge and edge.aside and not is_kept_out(owner, follower):
        edges.row(edge).update(aside=False)
        edges.move(edge._replace(aside=False).moves(+1))


def is_kept_out(owner: int, follower: int) -> bool:
    """Return True if the member keeps this account out, by itself or with its server."""
    server = Account.objects.filter(pk=follower, domain__gt="").values("domain")
    rows = KeptOut.objects.filter(owner=owner)
    return rows.filter(account=follower).exists() or rows.filter(domain__in=server).exists()


def kept_out_by(owner: int, window: Window) -> Page[Entry]:
    """The entries of the member, the newest first."""
    rows = [Entry(*row) for row in _KEPT_OUT_BY.cut(window, owner=owner)]
    return Page([row.id for row in rows], rows, window.limit)


def found_by(owner: int, text: str, after: int | None, limit: int) -> Part[Entry]:
    """As `kept_out_by`, those with the words of `text` in the names or the bio of an account, or in a domain."""
    everything = KeptOut.objects.filter(owner=owner)
    chosen = everything.filter(named("account", text) | Q(domain__contains=sought_domain(text))) if text else everything
    found = part(everything, chosen, after, limit, *_COLUMNS[1:])
    return Part([Entry(*row) for row in found.rows], found.after)


def entry(owner: int, pk: int) -> Entry:
    """:raises NotKeptOut: when the member has no such entry."""
    for found in KeptOut.objects.filter(pk=pk, owner=owner).values_list(*_COLUMNS):
        return Entry(*found)
    raise NotKeptOut


def _apply(owner: int, follower: int, by: Actor) -> None:
    """Under the pair lock: the follow ends, or the request moves aside."""
    edge = edges.find(follower, owner)
    if edge is None or edge.aside:
        return
    if edge.pending:
        edges.row(edge).update(aside=True)
        making.withdraw(owner, follower, Notice.Kind.REQUESTED)
        edges.move(edge.moves(-1))
    else:
        graph.end_follow(edge, by)


_COLUMNS = ("id", "account_id", "domain", "created_at")
_KEPT_OUT_BY = Keyset(lambda: KeptOut.objects.filter(owner=given("owner")), *_COLUMNS[1:])
