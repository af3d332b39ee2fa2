"""The same small write for many accounts or entries of one member, each in a transaction of its own.

Missing rows are ignored; each call returns how many it changed. Decisions are in `deciding`.
"""

from collections.abc import Iterable
from contextlib import suppress

from accounts.access import Actor
from follows import graph, marks
from follows.gate import approvals, kept_out
from follows.gate.approvals import NoSuchApproval
from follows.gate.kept_out import NotKeptOut
from follows.graph import FollowResult
from follows.models import Mute


def unfollow(member: int, accounts: Iterable[int], by: Actor) -> int:
    """End the member's follows of these accounts."""
    return sum(graph.unfollow(member, account, by) is FollowResult.UNFOLLOWED for account in accounts)


def unblock(member: int, accounts: Iterable[int], by: Actor) -> int:
    """Take blocks back; the follows that they cut do not return."""
    return sum(graph.unblock(member, account, by) for account in accounts)


def unmute(member: int, accounts: Iterable[int]) -> int:
    """Hear of these accounts again."""
    muted = list(Mute.objects.filter(muter=member, target__in=list(accounts)).values_list("target_id", flat=True))
    for account in muted:
        marks.unmute(member, account)
    return len(muted)


def let_in(member: int, entries: Iterable[int]) -> int:
    """Keep these accounts and servers out no longer."""
    done = 0
    for entry in entries:
        with suppress(NotKeptOut):
            kept_out.let_in(member, entry)
            done += 1
    return done


def withdraw(member: int, wanted: Iterable[int]) -> int:
    """Take approvals back."""
    done = 0
    for approval in wanted:
        with suppress(NoSuchApproval):
            approvals.withdraw(member, approval)
            done += 1
    return done
