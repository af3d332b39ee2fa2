"""Friends in common: accounts that a member follows and that follow a requester."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from accounts.models import Account
from accounts.statements import Statement, each, given
from follows.models import Follow
from follows.queries import Count

MOST = 99  # that are counted
TIES = 30_000  # that are looked at in one call; each account of a call has its share


def in_common(owner: int, accounts: Sequence[int]) -> dict[int, int]:
    """Return the number of friends that each of these accounts has in common with `owner`, up to `MOST`. Two queries.

    Where both sides have more ties than an account's share, only the newest follows of the owner are looked at.
    """
    if not accounts:
        return {}
    share = TIES // len(accounts)
    ends = _ENDS.rows(share, owner=owner)
    oldest = ends[0][0] if len(ends) > 1 else 0
    return dict(_IN_COMMON.rows(ids=accounts, owner=owner, share=share, oldest=oldest))


def _counted() -> QuerySet[Any, Any]:
    followed = Follow.objects.accepted().filter(follower=given("owner"), target=OuterRef("follower"))
    followers = Follow.objects.accepted().filter(Exists(followed), target=OuterRef("pk"))
    following_them = Follow.objects.accepted().filter(follower=OuterRef("target"), target=OuterRef(OuterRef("pk")))
    mine = Follow.objects.accepted().filter(Exists(following_them), follower=given("owner"), pk__gte=given("oldest"))
    friends = Case(
        When(tally__isnull=True, then=Value(0)),
        When(tally__followers__lte=given("share"), then=Count(followers.order_by("-pk").values("pk")[:MOST])),
        default=Count(mine.order_by("-pk").values("pk")[:MOST]),
        output_field=IntegerField(),
    )
    return Account.objects.filter(pk__among=each("ids")).annotate(friends=friends).values_list("pk", "friends")


_ENDS: Statement[tuple[int]] = Statement(  # as `paging.end_of`, of the newest follows
    None,
    lambda share: (
        Follow.objects.accepted()
        .filter(follower=given("owner"))
        .order_by("-pk")
        .values_list("pk")[share - 1 : share + 1]
    ),
)
_IN_COMMON: Statement[tuple[int, int]] = Statement(None, lambda _: _counted())
