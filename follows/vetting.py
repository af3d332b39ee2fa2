"""What a moderator weighs before a request is decided. Reads only."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Count

from follows.models import Decision, Follow, Report

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
    of these `rejected_here` by the same owner, and `reports` that are open."""

    friends: int
    rejected: int
    rejected_here: int
    reports: int


def records(requests: Sequence[Follow]) -> list[Record]:
    """The record of each request's follower. Four queries, however many requests."""
    if not requests:
        return []
    followers = {request.follower_id for request in requests}
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(requests))
        cursor.execute(f"{_FRIENDS_IN_COMMON}{places})", [FRIENDS, *(request.pk for request in requests)])
        friends: dict[int, int] = dict(cursor.fetchall())
    refusals = Decision.objects.filter(kind=Decision.Kind.REJECTED, follower__in=followers).order_by()
    rejected = dict(refusals.values_list("follower").annotate(Count("pk")))
    owners = {request.target_id for request in requests}
    by_owner = refusals.filter(target__in=owners).values_list("follower", "target").annotate(Count("pk"))
    here = {(follower, target): count for follower, target, count in by_owner}
    reported = Report.objects.filter(target__in=followers, closed_at=None).order_by()
    reports = dict(reported.values_list("target").annotate(Count("pk")))
    return [
        Record(
            friends=friends.get(request.pk, 0),
            rejected=rejected.get(request.follower_id, 0),
            rejected_here=here.get((request.follower_id, request.target_id), 0),
            reports=reports.get(request.follower_id, 0),
        )
        for request in requests
    ]
