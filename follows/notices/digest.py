"""A mail, daily or weekly, about the follow requests that wait for a member.

A member's turn comes in the morning of the own time zone, weekly on Monday. In one transaction the next turn is set
and the mail joins those to be sent (`accounts.mail.outbox`), so there is one mail for a turn, whatever crashes.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import ngettext

from accounts import databases, zones
from accounts.mail import letters, outbox
from accounts.mail.letters import Written
from accounts.models import Account, Letter
from follows import queries
from follows.models import Digest, FollowQuerySet, Gate

AT_ONCE = 2000  # turns
NAMED = 10  # requesters in a mail
COUNTED = 1000
MORNING = 8  # o'clock
logger = logging.getLogger(__name__)
_links = Signer(salt="follows.notices.digest")


def next_turn(digest: str, zone: str | None) -> datetime | None:
    """Return the time of the next mail in a time zone, such as Europe/Berlin; None for no mails."""
    if digest == Digest.OFF:
        return None
    now = timezone.now().astimezone(zones.named(zone))
    turn = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    every = 7 if digest == Digest.WEEKLY else 1
    turn -= timedelta(days=turn.weekday() % every)
    return turn if turn > now else turn + timedelta(days=every)


def send_due(at_most: int = AT_ONCE) -> int:
    """Queue the mails that are due; return the number of members.

    Several processes can do this at the same time, and it can stop at any time. Mails that fail, or for which the
    queue has no room, are tried again the next time.
    """
    if not outbox.sends_mail():
        return 0
    due = Gate.objects.filter(digest_at__lte=timezone.now()).order_by("digest_at")
    taken = 0
    for owner in list(due.values_list("pk", flat=True)[:at_most]):
        if not outbox.room():
            break
        try:
            taken += _take_turn(owner)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The mail about who waits for account %d could not be made", owner)
    return taken


def stop(link: str) -> Account | None:
    """End the mails to the member whose mail had this in its link, and return the member; None for a wrong link."""
    account = addressee(link)
    if account:
        Gate.objects.filter(account=account).update(digest=Digest.OFF, digest_at=None)
    return account


def addressee(link: str) -> Account | None:
    """As `stop`, without ending anything."""
    try:
        return Account.objects.filter(pk=_links.unsign_object(link)).first()
    except BadSignature:
        return None


def write(account: Account, address: str) -> Written | None:
    """The mail; None when nobody waits any more, or the member does not want it any more."""
    wanted = Gate.objects.filter(account=account).exclude(digest=Digest.OFF).exists()
    count = _waiting(account.pk).order_by("-pk")[:COUNTED].count()
    if not (wanted and count and _may_get(account) and account.email == address):
        return None
    asking = _waiting(account.pk).order_by("-pk").select_related("follower")[:NAMED]
    end = letters.address_of("stop_digest", _links.sign_object(account.pk))
    told = {
        "account": account,
        "site_name": settings.SITE_NAME,
        "count": count,
        "asking": [request.follower for request in asking],
        "others": count - min(count, NAMED),
        "queue": letters.address_of("requests"),
        "end": end,
    }
    subject = ngettext(
        "{count} person wants to follow you at {site}", "{count} people want to follow you at {site}", count
    )
    return Written(
        address,
        subject.format(count=count, site=settings.SITE_NAME),
        render_to_string("follows/mail/digest.txt", told),
        {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _take_turn(owner: int) -> bool:
    with databases.atomic(Gate):
        due = Gate.objects.select_for_update(of=("self",)).select_related("account")
        gate = due.filter(pk=owner, digest_at__lte=timezone.now()).first()
        if gate is None:  # another process was faster
            return False
        account = gate.account
        gate.digest_at = next_turn(gate.digest, account.time_zone)
        gate.save(update_fields=["digest_at"])
        if _may_get(account) and _waiting(owner).order_by("-pk")[:1]:
            outbox.post(Letter.Kind.DIGEST, account.email, owner)
        return True


def _waiting(owner: int) -> FollowQuerySet:
    """Requests that came while the owner had paused are quiet."""
    return queries.waiting_for(owner).filter(while_paused=False)


def _may_get(account: Account) -> bool:
    proven = account.email_proven_at is not None or not settings.CONFIRM_EMAIL
    return bool(account.email) and proven and account.is_active
