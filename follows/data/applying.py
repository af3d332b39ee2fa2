"""The kinds of imports: for each, the existing rows, the effect of a line, and the rows that an overwrite removes."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.access import Actor
from accounts.domains import NotADomain
from accounts.lookup import NoSuchAccount
from accounts.validation import Invalid
from follows import domains, graph, lists, marks
from follows.export import address_of
from follows.graph import FollowResult
from follows.lists import AlreadyListed, TooManyLists
from follows.models import (
    Block,
    DomainBlock,
    Follow,
    Import,
    ImportKind,
    ImportResult,
    ImportRow,
    List,
    ListMember,
    Mute,
    Outlook,
)
from follows.policy import Blocked, FollowsTooMany, SelfFollow


class Kind(NamedTuple):
    """How one kind of file is imported.

    `known` are the rows of an account that a line may repeat, and `removable` those that an overwrite may remove.
    `keys` are the columns of these rows that name what a line is about, with the columns of `ImportRow`, and `cells`
    are how a file would name it. `whole` is whether one write of the domain does all that a line says.
    """

    known: Callable[[int], QuerySet[Any]]
    removable: Callable[[int], QuerySet[Any]]
    keys: dict[str, str]
    apply: Callable[[Import, ImportRow, Actor], ImportResult]
    remove: Callable[[Import, Any, Actor], object]
    cells: Callable[[Any], list[str]]
    whole: bool = True


REFUSED: dict[type[Exception], ImportResult] = {
    NoSuchAccount: ImportResult.NOT_FOUND,
    SelfFollow: ImportResult.SELF,
    Blocked: ImportResult.BLOCKED,
    FollowsTooMany: ImportResult.TOO_MANY,
    TooManyLists: ImportResult.TOO_MANY_LISTS,
    Invalid: ImportResult.INVALID,
    NotADomain: ImportResult.INVALID,
}


def result_of(refusal: Exception) -> ImportResult:
    """Return the result of a line that the domain refused; other errors are failures."""
    return REFUSED.get(type(refusal), ImportResult.FAILED)


def known(job: Import, rows: Iterable[ImportRow]) -> set[tuple[Any, ...]]:
    """The keys of what there is already of these lines."""
    kind = KINDS[ImportKind(job.kind)]
    column, of_row = list(kind.keys.items())[-1]
    wanted = {getattr(row, of_row) for row in rows} - {None, ""}
    return set(kind.known(job.account_id).filter(**{f"{column}__in": wanted}).values_list(*kind.keys))


def read_before(job: Import, rows: Iterable[ImportRow]) -> set[tuple[Any, ...]]:
    """The keys of these lines that earlier lines of the file have, too."""
    columns = list(KINDS[ImportKind(job.kind)].keys.values())
    wanted = {getattr(row, columns[-1]) for row in rows} - {None, ""}
    return set(ImportRow.objects.filter(job=job, **{f"{columns[-1]}__in": wanted}).values_list(*columns))


def key_of(job: Import, row: ImportRow) -> tuple[Any, ...]:
    """Return the key of a line, as `known` has it."""
    return tuple(getattr(row, of_row) for of_row in KINDS[ImportKind(job.kind)].keys.values())


def surplus(job: Import) -> QuerySet[Any]:
    """Return the rows that existed when the import began and that the file does not have."""
    kind = KINDS[ImportKind(job.kind)]
    same = ImportRow.objects.filter(
        job=job, line__isnull=False, **{of_row: OuterRef(column) for column, of_row in kind.keys.items()}
    )
    return kind.removable(job.account_id).filter(~Exists(same))


def _follows(account: int) -> QuerySet[Any]:
    return Follow.objects.filter(follower=account)


def _mutes(account: int) -> QuerySet[Any]:
    lasting = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Mute.objects.filter(lasting, muter=account).select_related("target")


def _follow(job: Import, row: ImportRow, by: Actor) -> ImportResult:
    result = graph.follow(job.account_id, _target(row), by, **row.options)
    outcomes = {FollowResult.FOLLOWED: ImportResult.ADDED, FollowResult.REQUESTED: ImportResult.REQUESTED}
    return outcomes.get(result, ImportResult.KNOWN)


def _block(job: Import, row: ImportRow, by: Actor) -> ImportResult:
    return ImportResult.ADDED if graph.block(job.account_id, _target(row), by) else ImportResult.KNOWN


def _mute(job: Import, row: ImportRow, by: Actor) -> ImportResult:  # noqa: ARG001  # as the others
    """A mute that stands keeps its end."""
    target, hides = _target(row), row.options.get("notices_too")
    if target == job.account_id:
        raise SelfFollow
    standing = _mutes(job.account_id).filter(target=target).first()
    if standing and hides in {None, standing.notices_too}:
        return ImportResult.KNOWN
    rest = (standing.expires_at - timezone.now()).total_seconds() if standing and standing.expires_at else 0
    marks.mute(job.account_id, target, notices_too=hides is not False, seconds=int(rest))
    return ImportResult.KNOWN if standing else ImportResult.ADDED


def _block_domain(job: Import, row: ImportRow, by: Actor) -> ImportResult:
    domains.block(job.account_id, row.subject, by)
    return _as_foreseen(row)


def _list(job: Import, row: ImportRow, by: Actor) -> ImportResult:
    """A list holds only people that its owner follows or has asked, so the import follows them."""
    owner, target = job.account_id, _target(row)
    if owner != target and not _follows(owner).filter(target=target).exists():
        graph.follow(owner, target, by)
    found = List.objects.filter(owner=owner, title=row.title).order_by("pk").first()
    shelf = found or lists.create(owner, row.title)
    with suppress(AlreadyListed):
        lists.add(owner, shelf.pk, [target])
    return _as_foreseen(row)


def _as_foreseen(row: ImportRow) -> ImportResult:
    """Of what several writes do, only the preview knows whether it was there before: an earlier try may have begun."""
    return ImportResult.KNOWN if row.outlook == Outlook.KNOWN else ImportResult.ADDED


def _unlist(job: Import, member: ListMember, by: Actor) -> None:  # noqa: ARG001  # as the others
    """A list that the file does not have goes with its last member."""
    lists.remove(job.account_id, member.list_id, [member.member_id])
    in_file = ImportRow.objects.filter(job=job, line__isnull=False, title=member.list.title)
    if not in_file.exists() and not ListMember.objects.filter(list=member.list_id).exists():
        lists.delete(job.account_id, member.list_id)


def _target(row: ImportRow) -> int:
    assert row.target is not None  # noqa: S101  # the others are not found
    return row.target


def _blocks(account: int) -> QuerySet[Any]:
    return Block.objects.filter(blocker=account).select_related("target")


def _blocked_domains(account: int) -> QuerySet[Any]:
    return DomainBlock.objects.filter(account=account)


def _listed(account: int) -> QuerySet[Any]:
    return ListMember.objects.filter(list__owner=account).select_related("list", "member")


def _target_of(row: Any) -> list[str]:
    return [address_of(row.target.username, row.target.domain)]


_BY_TARGET = {"target_id": "target"}
KINDS = {
    ImportKind.FOLLOWING: Kind(
        known=_follows,
        removable=lambda account: _follows(account).filter(accepted_at__isnull=False).select_related("target"),
        keys=_BY_TARGET,
        apply=_follow,
        remove=lambda job, follow, by: graph.unfollow(job.account_id, follow.target_id, by),
        cells=_target_of,
    ),
    ImportKind.BLOCKS: Kind(
        known=_blocks,
        removable=_blocks,
        keys=_BY_TARGET,
        apply=_block,
        remove=lambda job, block, by: graph.unblock(job.account_id, block.target_id, by),
        cells=_target_of,
    ),
    ImportKind.MUTES: Kind(
        known=_mutes,
        removable=_mutes,
        keys=_BY_TARGET,
        apply=_mute,
        remove=lambda job, mute, by: marks.unmute(job.account_id, mute.target_id),  # noqa: ARG005  # as the others
        cells=_target_of,
    ),
    ImportKind.DOMAIN_BLOCKS: Kind(
        known=_blocked_domains,
        removable=_blocked_domains,
        keys={"domain": "subject"},
        apply=_block_domain,
        remove=lambda job, block, by: domains.unblock(job.account_id, block.domain),  # noqa: ARG005  # as the others
        cells=lambda block: [block.domain],
        whole=False,
    ),
    ImportKind.LISTS: Kind(
        known=_listed,
        removable=_listed,
        keys={"list__title": "title", "member_id": "target"},
        apply=_list,
        remove=_unlist,
        cells=lambda row: [row.list.title, address_of(row.member.username, row.member.domain)],
        whole=False,
    ),
}
