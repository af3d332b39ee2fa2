"""The marks that an account puts on another one: mutes, notes, endorsements, "not interested".

Marks change no edge. Blocks do, and are in `graph`.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts import databases
from accounts.models import Account
from accounts.refused import Refused
from accounts.validation import Fault, Invalid, Problem, clean_text
from follows.locks import pair_lock
from follows.models import Dismissal, Endorsement, Follow, Mute, Note
from follows.notices import making

MAX_NOTE = 2000  # characters
MAX_MUTE = 100 * 365 * 24 * 3600  # seconds


class NotFollowed(Refused):
    """You can only endorse accounts that you follow."""


def mute(muter: int, target: int, *, notices_too: bool = True, seconds: int = 0) -> None:
    """Mute an account, for some seconds or for good (0); the follow stays. A second call starts again.

    `notices_too` also deletes earlier notices of the account. Muting yourself does nothing.
    """
    if muter == target:
        return
    now = timezone.now()
    with databases.atomic(Mute):
        Mute.objects.filter(muter=muter, expires_at__lte=now).delete()
        Mute.objects.update_or_create(
            muter_id=muter,
            target_id=target,
            defaults={
                "notices_too": notices_too,
                "expires_at": now + timedelta(seconds=min(seconds, MAX_MUTE)) if seconds > 0 else None,
            },
        )
        if notices_too:
            making.forget(muter, target)


def unmute(muter: int, target: int) -> None:
    """Unmute an account; it is not an error if it is not muted."""
    Mute.objects.filter(Q(target=target) | Q(expires_at__lte=timezone.now()), muter=muter).delete()


def write_note(author: int, target: int, text: str) -> None:
    """Keep a note on an account, which only its author sees; a blank one takes it away.

    :raises Invalid: when it has more than `MAX_NOTE` characters.
    """
    text = clean_text(text)
    if len(text) > MAX_NOTE:
        raise Invalid([Fault("comment", Problem.TOO_LONG, MAX_NOTE)])
    if text:
        Note.objects.update_or_create(author_id=author, target_id=target, defaults={"text": text})
    else:
        Note.objects.filter(author=author, target=target).delete()


def endorse(endorser: int, target: int) -> None:
    """Show an account on one's own profile, as long as one follows it.

    :raises NotFollowed: when one does not.
    """
    with pair_lock(endorser, target):  # an endorsement ends with its follow
        if not Follow.objects.accepted().filter(follower=endorser, target=target).exists():
            raise NotFollowed
        Endorsement.objects.get_or_create(endorser_id=endorser, target_id=target)


def unendorse(endorser: int, target: int) -> None:
    """Stop endorsing an account; it is not an error if it is not endorsed."""
    Endorsement.objects.filter(endorser=endorser, target=target).delete()


def dismiss(account: int, target: int | None) -> None:
    """Never suggest the target to the account again; nobody needs no dismissing."""
    if target and Account.objects.filter(pk=target, unconfirmed=False).exists():
        Dismissal.objects.get_or_create(account_id=account, target_id=target)
