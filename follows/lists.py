"""Lists of people that a member follows: writes and reads. Only its owner can see a list."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError

from accounts import databases, lookup
from accounts.lookup import NoSuchAccount
from accounts.models import Account
from accounts.refused import Refused
from accounts.validation import Fault, Invalid, Problem, clean_text
from follows.models import Follow, List, ListMember, Replies

MAX_LISTS = 50
MAX_TITLE = 256  # characters


class NoSuchList(Refused):
    """There is no list with this id, or another account owns it."""


class TooManyLists(Refused):
    """One account has at most `MAX_LISTS` lists."""


class NotConnected(Refused):
    """A list holds only whom its owner follows or has asked, and the owner."""


class AlreadyListed(Refused):
    """The account is on the list already."""


def create(owner: int, title: str, **options: Any) -> List:
    """Create a list. `options` are columns: `replies_policy`, `exclusive`.

    :raises Invalid: when a value cannot be stored.
    :raises TooManyLists: when the owner has `MAX_LISTS`.
    :raises NoSuchAccount: when the owner was deleted meanwhile.
    """
    values = {"title": title} | options
    _check(values)
    with databases.atomic(List):
        lookup.for_update(owner)  # one new list at a time
        if List.objects.filter(owner=owner).count() >= MAX_LISTS:
            raise TooManyLists
        return List.objects.create(owner_id=owner, **values)


def change(owner: int, pk: int | None, **values: Any) -> List:
    """Set columns of a list.

    :raises NoSuchList: when it is not the owner's.
    :raises Invalid: when a value cannot be stored.
    """
    found = one(owner, pk)
    _check(values)
    for name, value in values.items():
        setattr(found, name, value)
    if values and not List.objects.filter(pk=found.pk).update(**values):  # deleted meanwhile
        raise NoSuchList
    return found


def delete(owner: int, pk: int | None) -> None:
    """:raises NoSuchList: when it is not the owner's."""
    one(owner, pk).delete()


@databases.atomic(List)
def add(owner: int, pk: int | None, accounts: Sequence[int]) -> None:
    """Put accounts on a list, all or none.

    :raises NoSuchList: when it is not the owner's.
    :raises NoSuchAccount: when one of the accounts does not exist.
    :raises NotConnected, AlreadyListed: see there.
    """
    found, wanted = one(owner, pk), set(accounts)
    if Account.objects.filter(pk__in=wanted, unconfirmed=False).count() < len(wanted):
        raise NoSuchAccount
    ties = Follow.objects.select_for_update(no_key=True).filter(follower=owner, target__in=wanted)
    if wanted - {owner, *ties.values_list("target_id", flat=True)}:
        raise NotConnected
    try:
        with databases.atomic(List):
            ListMember.objects.bulk_create([ListMember(list=found, member_id=account) for account in sorted(wanted)])
    except IntegrityError:
        raise AlreadyListed from None


def remove(owner: int, pk: int | None, accounts: Sequence[int]) -> None:
    """Take accounts from a list; who is not on it does not matter.

    :raises NoSuchList: when it is not the owner's.
    """
    ListMember.objects.filter(list=one(owner, pk), member__in=accounts).delete()


def one(owner: int, pk: int | None) -> List:
    """:raises NoSuchList: when it is not the owner's."""
    found = List.objects.filter(owner=owner, pk=pk or 0).first()
    if found is None:
        raise NoSuchList
    return found


def of(owner: int, holding: int | None = None) -> list[List]:
    """All lists of an account in the order of their making, or those that hold somebody; at most `MAX_LISTS`."""
    lists = List.objects.filter(owner=owner).order_by("pk")
    if holding is not None:
        lists = lists.filter(pk__in=ListMember.objects.filter(member=holding).values("list"))
    return list(lists)


def _check(values: dict[str, Any]) -> None:
    faults = []
    if "title" in values:
        values["title"] = title = clean_text(values["title"])
        if not title:
            faults.append(Fault("title", Problem.BLANK))
        elif len(title) > MAX_TITLE:
            faults.append(Fault("title", Problem.TOO_LONG, MAX_TITLE))
    if values.get("replies_policy", Replies.LIST) not in Replies:
        faults.append(Fault("replies_policy", Problem.INVALID))
    if faults:
        raise Invalid(faults)
