"""Signing up, as the registration mode of the server allows: open, by approval, by invitation, or closed.

An account that waits for approval is `unconfirmed` and has an `Application`. Nobody can see or use it.
"""

from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import databases, lookup, people, validation
from accounts.mail import outbox
from accounts.models import Account, Letter
from accounts.models.joining import Application, Document, Invite, Rule
from accounts.refused import Refused
from accounts.statements import Statement

MAX_REASON = 500  # characters


class Closed(Refused):
    """People may not sign up themselves, or only with an invitation that is good."""


class NoSuchApplication(Refused):
    """The account is not waiting for an approval; perhaps somebody has answered it."""


def is_possible(invite_code: str = "") -> bool:
    """Return True if somebody with this invitation may sign up now."""
    if not settings.REGISTRATIONS_OPEN:
        return False
    return settings.REGISTRATIONS != "invite" or invite(invite_code) is not None


def needs_approval(invite_code: str = "") -> bool:
    """Return True if a moderator must approve somebody who signs up with this invitation."""
    return settings.REGISTRATIONS == "approval" and invite(invite_code) is None


def invite(code: str) -> Invite | None:
    """The invitation with this code, if it takes one more person."""
    if not code or lookup.UNSTORABLE.search(code):
        return None
    return Invite.objects.filter(Invite.usable(timezone.now()), code=code).select_related("created_by").first()


def join(*, invite_code: str = "", reason: str = "", **values: Any) -> Account:
    """Create an account for a person who signs up; `values` are those of `people.sign_up`.

    It is `unconfirmed` if the e-mail address has to be confirmed or a moderator has to approve it. A valid invitation
    is always used, and replaces the approval.

    :raises Closed: when the mode does not allow it.
    :raises validation.Invalid: when a value is missing, malformed or taken; all faults at once.
    """
    if not settings.REGISTRATIONS_OPEN:
        raise Closed
    with databases.atomic(Account):
        used = _use(invite_code)
        if settings.REGISTRATIONS == "invite" and used is None:
            raise Closed
        account = people.sign_up(**{"unconfirmed": settings.CONFIRM_EMAIL} | values)
        waits = settings.REGISTRATIONS == "approval" and used is None
        if waits:
            Application.objects.create(account=account, reason=validation.clean_text(reason)[:MAX_REASON])
            account.unconfirmed = True
        if waits or used:
            account.invite_id = used
            account.save(update_fields=["unconfirmed", "invite"])
    return account


def _use(code: str) -> int | None:
    """Count one more person of the invitation; its id, or None if it is not good."""
    found = invite(code)
    if found and Invite.objects.filter(Invite.usable(timezone.now()), pk=found.pk).update(uses=F("uses") + 1):
        return found.pk
    return None


def applications() -> QuerySet[Application]:
    """The requests to join that moderators see: those with a proven address, if it has to be."""
    proven = Q(account__email_proven_at__isnull=False) if settings.CONFIRM_EMAIL else Q()
    return Application.objects.filter(proven)


def approve(account: int) -> None:
    """Let the account in, and tell its owner.

    :raises NoSuchApplication: when it does not wait.
    """
    with databases.atomic(Account):
        applicant = _answered(account)
        people.change(account, unconfirmed=settings.CONFIRM_EMAIL and applicant.email_proven_at is None)
        _tell(Letter.Kind.APPROVED, applicant.email)


def reject(account: int) -> None:
    """Tell its owner, and delete the account. It never had anything but its name.

    :raises NoSuchApplication: when it does not wait.
    """
    with databases.atomic(Account):
        applicant = _answered(account)
        _tell(Letter.Kind.REJECTED, applicant.email)
        applicant.delete()


def _answered(account: int) -> Account:
    with suppress(lookup.NoSuchAccount):
        applicant = lookup.for_update(account)
        if Application.objects.filter(account=account).delete()[0]:
            return applicant
    raise NoSuchApplication


def _tell(kind: Letter.Kind, address: str) -> None:
    with suppress(outbox.NoMailServer):
        outbox.post(kind, address)


class Told(NamedTuple):
    """A rule as people read it."""

    pk: int
    text: str
    hint: str


def rules() -> list[Told]:
    """The rules of this server, in their order."""
    return _RULES.rows()


def documents() -> set[str]:
    """The kinds of longer texts that this server has."""
    return {kind for (kind,) in _DOCUMENTS.rows()}


def document(kind: str) -> Document | None:
    """The text of this kind, if there is one."""
    return Document.objects.filter(kind=kind).first()


_RULES = Statement(Told, lambda _: Rule.objects.values_list("pk", "text", "hint"))
_DOCUMENTS: Statement[tuple[str]] = Statement(None, lambda _: Document.objects.values_list("kind"))
