"""A new e-mail address for an account. The account gets it once somebody opens a link that was sent there."""

from django.utils import timezone

from accounts import credentials, databases, domains, limits, lookup, people, validation
from accounts.mail import letters, outbox
from accounts.mail.letters import Move
from accounts.models import Account, Letter
from accounts.validation import Fault, Invalid, Problem


def ask(account: Account, email: str, password: str, address: str | None) -> None:
    """Send a link to a new e-mail address, and a warning to the present one; `address` is the caller's.

    Other accounts stay secret: if one of them has the address, no mail is sent.

    :raises Invalid: when it is malformed, or the account's already.
    :raises WrongCredentials: when this is not the account's password.
    :raises limits.TooMany: when there were too many wrong passwords or mails lately.
    :raises outbox.NoMailServer: when this server sends no mail.
    """
    if not validation.is_email(email) or lookup.UNSTORABLE.search(email):
        raise Invalid([Fault("email", Problem.INVALID)])
    email = domains.of_address(email)
    if email.lower() == account.email.lower():
        raise Invalid([Fault("email", Problem.NOT_ACCEPTED)])
    credentials.confirm(account, password, address)
    limits.charge(
        (limits.NEW_EMAILS, account.pk),
        (limits.EMAILS_FROM, limits.neighbourhood(address)),
        (limits.EMAILS_TO, outbox.digest(email)),
    )
    with databases.atomic(Letter):
        outbox.post(Letter.Kind.NEW_EMAIL, email, account.pk)
        if account.email:
            outbox.post(Letter.Kind.EMAIL_MOVES, account.email, account.pk)


def take(person: str, email: str, token: str) -> Move | None:
    """Give an account the address of a link; None when the link is no longer valid.

    It is not valid if another account has the address now.
    """
    move = letters.moved_by(person, email, token)
    if move is None:
        return None
    try:
        people.change(move.account.pk, email=move.email, email_proven_at=timezone.now())
    except Invalid:
        return None
    return move
