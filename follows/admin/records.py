"""The admin of follows, blocks, decisions and notices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.changelists import ReadOnlyAdmin, Row, actor, link_to_rows
from accounts.columns import account_column, age_column, moment_column, time_tag
from accounts.list_filters import Option, OptionFilter, StateFilter
from follows import deciding, graph
from follows.deciding import Result
from follows.models import Block, Decision, Follow, Leaving, Notice, Opening

BATCH = "batch__id__exact"
Edge = TypeVar("Edge", bound=Follow)


def by_owner(rows: Iterable[Edge]) -> dict[int, list[Edge]]:
    """The rows of each owner, who is their target, in the order given."""
    owners: dict[int, list[Edge]] = defaultdict(list)
    for row in rows:
        owners[row.target_id].append(row)
    return owners


class FollowerFilter(StateFilter):
    title = parameter_name = "follower"
    of = "follower"


class KindFilter(OptionFilter):
    """By the `kind` of a notice or decision."""

    title = parameter_name = "kind"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self._kinds = model.Kind
        super().__init__(request, params, model, model_admin)

    def options(self) -> Sequence[Option]:
        return [Option(str(kind.value), str(kind.label).capitalize(), {"kind": kind}) for kind in self._kinds]


@admin.register(Follow)
class FollowAdmin(ReadOnlyAdmin[Follow]):
    list_display = (
        account_column("follower", "who"),
        account_column("target", "follows"),
        age_column("accepted_at", "for"),
    )
    list_display_links = None
    list_select_related = ("follower", "target")
    list_filter = (FollowerFilter,)
    search_fields = ("follower", "target")
    fields = ("follower", "target", "created_at", "accepted_at", "show_reblogs", "notify", "languages")
    actions = ("remove_follower",)
    row_actions: ClassVar = {"remove_follower": "Remove"}

    def subject(self, row: Follow) -> str:
        return f"{row.follower.acct} from the followers of {row.target.acct}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Follow]:
        return super().get_queryset(request).filter(accepted_at__isnull=False)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.delete_follow")

    @admin.action(permissions=["remove"], description="Remove selected followers")
    def remove_follower(self, request: HttpRequest, queryset: QuerySet[Follow]) -> None:
        by = actor(request)

        def remove(rows: list[Follow]) -> int:
            done = 0
            for owner, follows in by_owner(rows).items():
                removed = deciding.remove_followers(owner, [follow.follower_id for follow in follows], by)
                done += sum(outcome.decision is not None for outcome in removed.outcomes)
            return done

        self.together(request, queryset, remove, "Removed")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin[Block]):
    list_display = (
        account_column("blocker", "who"),
        account_column("target", "blocks"),
        age_column("created_at", "for"),
    )
    list_display_links = None
    list_select_related = ("blocker", "target")
    search_fields = ("blocker", "target")
    fields = ("blocker", "target", "created_at")
    actions = ("unblock",)
    row_actions: ClassVar = {"unblock": "Unblock"}

    def subject(self, row: Block) -> str:
        return f"{row.target.acct} for {row.blocker.acct}"

    def has_unblock_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.delete_block")

    @admin.action(permissions=["unblock"], description="Remove selected blocks")
    def unblock(self, request: HttpRequest, queryset: QuerySet[Block]) -> None:
        by = actor(request)
        self.each(request, queryset, lambda block: graph.unblock(block.blocker_id, block.target_id, by), "Lifted")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin[Decision]):
    """The log of decisions. In a block, the target blocks the follower.

    One line stands for decisions that were made together. It links to them.
    """

    list_display = (
        "kind",
        account_column("follower", "follower"),
        account_column("target", "target"),
        account_column("actor", "by"),
        "door",
        "rule",
        moment_column("created_at", "when"),
        "together_with",
        "undone",
    )
    list_display_links = None
    list_select_related = ("follower", "target", "actor", "undone_by", "undoes")
    list_filter = (KindFilter,)
    search_fields = ("follower", "target", "actor")
    actions = ("undo",)
    row_actions: ClassVar = {"undo": "Undo"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        found = super().get_queryset(request)
        if not self._shows_all(request):
            later = Decision.objects.filter(batch=OuterRef("batch"), pk__gt=OuterRef("pk"))
            found = found.exclude(Q(batch__isnull=False) & Exists(later))
        return found

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == BATCH or super().lookup_allowed(lookup, value, request)

    def _shows_all(self, request: HttpRequest) -> bool:
        """Return True if each decision has a line of its own: in an opened batch, or in a search."""
        return any(request.GET.get(name) for name in (BATCH, SEARCH_VAR, *self._account_lookups()))

    def prepare(self, rows: list[Decision]) -> None:
        batches = {row.batch_id for row in rows if row.batch_id}
        sizes = dict(
            Decision.objects.filter(batch__in=batches).order_by().values_list("batch").annotate(Count("pk"))
            if batches
            else ()
        )
        for row in rows:
            row.size = sizes.get(row.batch_id, 1)  # type: ignore[attr-defined]  # for the columns below

    @admin.display(description="in one go")
    def together_with(self, decision: Decision) -> str:
        size = getattr(decision, "size", 1)
        return link_to_rows("follows_decision", f"{size} together", **{BATCH: decision.batch_id}) if size > 1 else "—"

    @admin.display
    def undone(self, decision: Decision) -> str:
        undone = getattr(decision, "undone_by", None)
        return time_tag(undone.created_at, "undone") if undone else "—"

    def offers(self, request: HttpRequest, action: str, row: Decision) -> bool:
        return deciding.undoable(row) and not hasattr(row, "undone_by")

    def subject(self, row: Decision) -> str:
        return f"{row.get_kind_display().lower()}: {row.follower.acct} for {row.target.acct}"

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("follows.decide_followrequest")

    @admin.action(permissions=["undo"], description="Undo selected decisions")
    def undo(self, request: HttpRequest, queryset: QuerySet[Decision]) -> None:
        """The line of a batch stands for all of it."""
        by, whole = actor(request), not self._shows_all(request)

        def undo(decision: Decision) -> bool:
            try:
                if whole and decision.batch_id:
                    outcomes = deciding.undo_batch(decision.target_id, decision.batch_id, by).outcomes
                else:
                    outcomes = [deciding.undo(decision.target_id, decision.pk, by)]
            except deciding.NoSuchDecision:  # nothing that an owner decides, or gone meanwhile
                return False
            return any(outcome.result is Result.RESTORED for outcome in outcomes)

        self.each(request, queryset, undo, "Undid", "could not be undone: too late, or something happened since")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = (
        account_column("recipient", "who is told"),
        account_column("actor", "about whom"),
        "kind",
        moment_column("created_at", "when"),
        "seen",
    )
    list_display_links = None
    list_select_related = ("recipient", "actor")
    list_filter = (KindFilter,)
    search_fields = ("recipient", "actor")


class UnderWay(ReadOnlyAdmin[Row]):
    """Background work that is not finished."""

    list_display = (
        account_column("account", "account"),
        account_column("actor", "by"),
        "door",
        age_column("created_at", "for"),
    )
    list_display_links = None
    list_select_related = ("account", "actor")
    search_fields = ("account", "actor")


@admin.register(Opening)
class OpeningAdmin(UnderWay[Opening]):
    """Accounts that have opened, and still have requests to approve."""


@admin.register(Leaving)
class LeavingAdmin(UnderWay[Leaving]):
    """Accounts that are being deleted."""
