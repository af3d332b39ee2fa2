"""What a change of the graph left behind, in words that stories compare: tallies, notices and decisions."""

from typing import NamedTuple

from django.db.models import QuerySet

from accounts.access import Actor
from accounts.models import Account
from follows.models import Decision, Notice, Tally

Told, Decided = Notice.Kind, Decision.Kind


class Counts(NamedTuple):
    followers: int = 0
    following: int = 0
    requests: int = 0


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def counts(account: Account) -> Counts:
    tally = Tally.objects.filter(pk=account.pk).first() or Tally()
    return Counts(tally.followers, tally.following, tally.requests)


def told() -> set[tuple[str, str, int]]:
    """All notices: who is told about whom, and what."""
    return set(Notice.objects.values_list("recipient__username", "actor__username", "kind"))


def answers() -> QuerySet[Decision]:
    """The log without what people did of their own accord: asking, following and unfollowing."""
    return Decision.objects.exclude(kind__in=[Decided.ASKED, Decided.FOLLOWED, Decided.UNFOLLOWED])


def decided() -> list[tuple[int, str, str, str]]:
    """All decisions about a request, a follow or a pair: what, about whose follow of whom, and who decided."""
    return _rows(answers())


def logged() -> list[tuple[int, str, str, str]]:
    """The whole log."""
    return _rows(Decision.objects.all())


def _rows(log: QuerySet[Decision]) -> list[tuple[int, str, str, str]]:
    rows = log.order_by("pk")
    return list(rows.values_list("kind", "follower__username", "target__username", "actor__username"))
