"""Invitations that members make themselves, if the server lets them (`MEMBERS_INVITE`), and moderators always."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import databases, lookup
from accounts.models import Account, Invite
from accounts.refused import Refused

MOST = 20  # invitations of one member that are good at a time
USES, DAYS = (1, 5, 25), (1, 7, 30)  # that a member can choose
PRESSED_TWICE = timedelta(seconds=10)


class TooManyInvites(Refused):
    """The member has as many invitations as they may."""


def may_invite(account: Account) -> bool:
    """Return True if the account may make invitations, and they help somebody to come in."""
    if settings.REGISTRATIONS not in {"invite", "approval"}:
        return False
    return settings.MEMBERS_INVITE or (account.is_staff and account.has_perm("accounts.add_invite"))


def of(account: int) -> list[Invite]:
    """The account's invitations that are good, the newest first."""
    return list(Invite.objects.filter(Invite.usable(timezone.now()), created_by=account).order_by("-pk")[:MOST])


def make(account: int, uses: int, days: int) -> Invite:
    """An invitation for so many people and days. Made twice within seconds, it is one.

    :raises TooManyInvites: when there are as many as there may be.
    """
    now = timezone.now()
    with databases.atomic(Invite):
        lookup.for_update(account)
        good = of(account)
        if good and good[0].max_uses == uses and now - good[0].created_at < PRESSED_TWICE:
            return good[0]
        if len(good) >= MOST:
            raise TooManyInvites
        return Invite.objects.create(created_by_id=account, max_uses=uses, expires_at=now + timedelta(days=days))


def end(account: int, invite: int) -> None:
    """Revoke an invitation of the account. An invitation that has ended stays as it is."""
    now = timezone.now()
    Invite.objects.filter(Invite.usable(now), created_by=account, pk=invite).update(expires_at=now)
