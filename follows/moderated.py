"""Accounts as a moderator sees them. `reported` has the reports, `moderation` the actions.

A moderator sees of an account what the admin shows them: its e-mail address and IP address need the
permission to change it, and so does finding it by them.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from accounts import domains, familiar_addresses, joining, lookup, moderators
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.moderators import Role
from accounts.searching import fold
from follows.finding import search
from follows.paging import Page, Window
from follows.queries import Person, person_columns

Row = TypeVar("Row", bound=Model)
NOBODY = Q(pk__in=())
FOUND = 1_000  # accounts that a name finds


class Status(StrEnum):
    """A state that moderators look for. `ACTIVE` accounts are not suspended."""

    ACTIVE = "active"
    PENDING = "pending"
    LIMITED = "limited"
    SUSPENDED = "suspended"


class Choice(NamedTuple):
    """The accounts that a moderator looks for; None does not filter. `email` and `address` are whole ones."""

    remote: bool | None = None
    status: Status | None = None
    roles: Collection[Role] | None = None
    domain: str | None = None
    username: str | None = None
    display_name: str | None = None
    email: str | None = None
    address: str | None = None
    invited_by: int | None = None


class Moderated(NamedTuple):
    """An account as a moderator sees it: what their permissions do not show is empty or None."""

    person: Person
    role: Role
    email: str
    address: str | None  # that it was last used from, when it was last active
    locale: str | None
    confirmed: bool
    approved: bool
    limited: bool  # itself, whatever holds for its server
    reason: str | None  # that it gave for joining, while it waits
    invited_by: int | None


# --- accounts ---------------------------------------------------------------------------------------


def accounts(moderator: Account, choice: Choice, window: Window) -> Page[Moderated]:
    """List accounts of all kinds, newest first. Row ids are theirs."""
    ids = sorted(cut(_chosen(moderator, choice), window).values_list("pk", flat=True), reverse=True)
    known = seen(moderator, ids)
    return Page(ids, [known[pk] for pk in ids if pk in known], window.limit)


def account(moderator: Account, pk: int | None) -> Moderated:
    """One account.

    :raises NoSuchAccount: when there is none.
    """
    for found in seen(moderator, [pk] if pk else ()).values():
        return found
    raise NoSuchAccount


def cut(rows: QuerySet[Row], window: Window) -> QuerySet[Row]:
    """The rows of a window, in the order in which they are found."""
    within = rows.filter(pk__lt=window.before, pk__gt=window.after)
    return within.order_by("pk" if window.from_below else "-pk")[: window.limit]


def _chosen(moderator: Account, choice: Choice) -> QuerySet[Account]:
    rows: QuerySet[Account] = Account.objects.all()
    if choice.remote is not None:
        rows = rows.filter(domain__gt="") if choice.remote else rows.filter(domain="")
    if choice.status is not None:
        rows = rows.filter(_of_status(choice.status))
    if choice.roles is not None:
        rows = rows.filter(_of_roles(choice.roles))
    if choice.domain is not None:
        rows = rows.filter(domain=domains.of_account(choice.domain, settings.LOCAL_DOMAIN))
    if choice.username is not None:
        rows = rows.filter(pk__in=_found(choice.username), found__handle__contains=fold(choice.username))
    if choice.display_name is not None:
        rows = rows.filter(pk__in=_found(choice.display_name), found__names__contains=fold(choice.display_name))
    if choice.email is not None:
        known = lookup.local_id(choice.email) if "@" in choice.email else None
        rows = rows.filter(_contactable(moderator), pk=known or 0)
    if choice.address is not None:
        address = familiar_addresses.valid(choice.address)
        rows = rows.filter(_contactable(moderator), last_address=address) if address else rows.none()
    if choice.invited_by is not None:
        theirs = Q(invite__created_by=choice.invited_by)
        rows = rows.filter(theirs if moderator.has_perm("accounts.view_invite") else NOBODY)
    return rows


def _of_status(status: Status) -> Q:
    match status:
        case Status.ACTIVE:
            return Q(suspended_at=None)
        case Status.PENDING:
            return Q(pk__in=joining.applications().values("pk"))
        case Status.LIMITED:
            return Q(limited_at__isnull=False)
        case Status.SUSPENDED:
            return Q(suspended_at__isnull=False)


def _of_roles(roles: Collection[Role]) -> Q:
    """A condition that the small index of moderators answers, if members are not asked for."""
    staff = Q(is_staff=True, is_superuser__in={role is Role.ADMINISTRATOR for role in roles if role is not Role.MEMBER})
    return staff | Q(is_staff=False) if Role.MEMBER in roles else staff


def _found(name: str) -> list[int]:
    """Accounts that may be called so; the names themselves are compared afterwards."""
    return search.for_moderators(name, 0, FOUND)


def _contactable(moderator: Account) -> Q:
    """The accounts whose addresses the moderator sees, see `moderators.may_change`."""
    if not moderator.has_perm("accounts.change_account"):
        return NOBODY
    return Q() if moderator.is_superuser else Q(is_staff=False, is_superuser=False)


class _Private(NamedTuple):
    """The columns beside those of a `Person`, and whether there are rows that belong to it."""

    email: str
    last_address: str | None
    locale: str | None
    is_staff: bool
    is_superuser: bool
    unconfirmed: bool
    email_proven_at: datetime | None
    limited_at: datetime | None
    application: int | None
    application__reason: str | None
    invite__created_by: int | None


def seen(moderator: Account, ids: Collection[int]) -> dict[int, Moderated]:
    """Accounts by id, without those that do not exist."""
    columns = ("id", "version", "tally__followers", "tally__following", *person_columns(), *_Private._fields)
    rows = Account.objects.filter(pk__in=ids).values_list(*columns) if ids else ()
    sees_applications = moderator.has_perm("accounts.view_application")
    sees_invites = moderator.has_perm("accounts.view_invite")
    found = {}
    for row in rows:
        person, private = Person(*row[: len(Person._fields)]), _Private(*row[len(Person._fields) :])
        contactable = moderators.may_change(moderator, private)
        found[person.id] = Moderated(
            person=person,
            role=moderators.role_of(staff=private.is_staff, superuser=private.is_superuser),
            email=private.email if contactable else "",
            address=private.last_address if contactable else None,
            locale=private.locale,
            confirmed=not (private.unconfirmed and private.email_proven_at is None and settings.CONFIRM_EMAIL),
            approved=private.application is None,
            limited=private.limited_at is not None,
            reason=private.application__reason if sees_applications else None,
            invited_by=private.invite__created_by if sees_invites else None,
        )
    return found
