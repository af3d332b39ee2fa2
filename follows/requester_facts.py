"""The facts about a follow request for moderators. Reads only."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count

from accounts import databases
from follows.models import Decision, Follow, Report

TOLD = (Decision.Kind.ACCEPTED, Decision.Kind.REJECTED, Decision.Kind.REMOVED, Decision.Kind.EXPIRED)
FRIENDS = 500  # of the newest whom an owner follows are looked at

# For each request: those whom its owner follows and who follow the requester. Django's ORM cannot count the rows
# of a subquery that is cut first.
_FRIENDS_IN_COMMON = """
SELECT asked.id, (
    SELECT COUNT(*)
    FROM (
        SELECT target_id FROM follows_follow
        WHERE follower_id = asked.target_id AND accepted_at IS NOT NULL
        ORDER BY id DESC LIMIT %s
    ) AS friend
    WHERE EXISTS (
        SELECT 1 FROM follows_follow AS theirs
        WHERE theirs.follower_id = friend.target_id AND theirs.target_id = asked.follower_id
        AND theirs.accepted_at IS NOT NULL
    )
)
FROM follows_follow AS asked WHERE asked.id IN ("""


class Record(NamedTuple):
    """Counts about a requester: `friends` in common with the owner, earlier requests `rejected` by anybody,
    how often the same owner `decided` on it before, by kind, and `reports` that are open."""

    friends: int
    rejected: int
    decided: dict[int, int]
    reports: int

    @property
    def rejected_here(self) -> int:
        return self.decided.get(Decision.Kind.REJECTED, 0)


def records(requests: Sequence[Follow]) -> list[Record]:
    """The record of each request's follower. Four queries, however many requests."""
    if not requests:
        return []
    followers = {request.follower_id for request in requests}
    with databases.reading(Follow).cursor() as cursor:
        places = ", ".join(["%s"] * len(requests))
        cursor.execute(f"{_FRIENDS_IN_COMMON}{places})", [FRIENDS, *(request.pk for request in requests)])
        friends: dict[int, int] = dict(cursor.fetchall())
    refusals = Decision.objects.filter(kind=Decision.Kind.REJECTED, follower__in=followers).order_by()
    rejected = dict(refusals.values_list("follower").annotate(Count("pk")))
    owners = {request.target_id for request in requests}
    earlier = Decision.objects.filter(kind__in=TOLD, follower__in=followers, target__in=owners).order_by()
    decided: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for follower, target, kind, count in earlier.values_list("follower", "target", "kind").annotate(Count("pk")):
        decided[follower, target][kind] = count
    reported = Report.objects.filter(target__in=followers, closed_at=None).order_by()
    reports = dict(reported.values_list("target").annotate(Count("pk")))
    return [
        Record(
            friends=friends.get(request.pk, 0),
            rejected=rejected.get(request.follower_id, 0),
            decided=decided.get((request.follower_id, request.target_id), {}),
            reports=reports.get(request.follower_id, 0),
        )
        for request in requests
    ]
