"""Mails to members, sent behind the answer: no request waits for a mail server, and a restart loses none.

A mail is a row first, of its kind and address alone. A thread of each process sends what is due, one mail at
a time; its text is written then, so that no token is kept. A claimed row is due again after a while, so what a
process left undone another one sends. An address is looked up behind the answer too, so that nobody learns from
the time of an answer whether it is known.
"""

import logging
import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import console, locmem, smtp
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import databases, domains, events, retries
from accounts.mail import letters
from accounts.mail.smtp import EmailBackend
from accounts.models import Account, Letter
from accounts.refused import Refused

MOST_WAITING = 1000  # mails; more are not taken
EVERY = 60  # seconds between two mails of a kind to one address
WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60)]  # until the next try; the last repeats
KEPT = timedelta(days=1)  # an older mail is of no use any more
ONCE = {Letter.Kind.DIGEST}  # rather lost in a crash than sent twice

logger = logging.getLogger(__name__)
_woken = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


class NoMailServer(Refused):
    """This server sends no mail."""


def post(kind: Letter.Kind, address: str, account: int | None = None) -> None:
    """Have a mail sent, once the transaction is committed; to an unknown address none will be.

    Without `account` it is for the one that has the address.

    :raises NoMailServer: when no mail server is configured.
    """
    if account is None:
        address = domains.of_address(address).lower()
    if not sends_mail():
        raise NoMailServer
    recent = f"mail:{kind}:{account or ''}:{digest(address)}"
    if settings.RATE_LIMITS and not retries.once(recent, lambda: cache.add(recent, 1, EVERY)):
        return
    letter = Letter(kind=kind, address=address, account_id=account)
    if isinstance(get_connection(), console.EmailBackend | locmem.EmailBackend):  # there is nobody to wait for
        retries.once(("mail", kind, address, account), lambda: _send(letter))
    elif Letter.objects.count() >= MOST_WAITING:
        logger.warning("More than %d mails wait to be sent; one was not taken", MOST_WAITING)
    else:
        Letter.objects.bulk_create([letter], ignore_conflicts=True)
        transaction.on_commit(wake, databases.for_write(Letter))


def warn(kind: Letter.Kind, account: int) -> None:
    """Tell the owner of an account by mail, where the server can; the address is that of this moment."""
    address = Account.objects.filter(pk=account, unconfirmed=False).values_list("email", flat=True).first()
    if address and sends_mail():
        post(kind, address, account)


def sends_mail() -> bool:
    """Return True if this server can send mail."""
    return bool(settings.EMAIL_HOST) or not isinstance(get_connection(), smtp.EmailBackend)


def room() -> int:
    """Return the number of less urgent mails that may be added: they fill at most half of the queue."""
    return max(MOST_WAITING // 2 - Letter.objects.count(), 0)


def digest(address: str) -> str:
    """An address as counters know it, which do not tell it."""
    return salted_hmac("accounts.outbox", domains.of_address(address).lower()).hexdigest()


def wake() -> None:
    """Send the mails that are due, in the background."""
    global _thread  # noqa: PLW0603  # one for each process
    with _starting:
        _woken.set()
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_work, name="outbox", daemon=True)
            _thread.start()


def send_due() -> float | None:
    """Send what is due; gives the seconds until there is more, None when nothing waits."""
    Letter.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    while (due := Letter.objects.order_by("due_at", "pk").first()) is not None:
        wait = (due.due_at - timezone.now()).total_seconds()
        if wait > 0:
            return wait
        if _claim(due):
            _try(due)
    return None


def _work() -> None:
    """Send what is due until nothing waits any more."""
    global _thread  # noqa: PLW0603  # one for each process
    pause: float | None = 0
    while True:
        _woken.wait(pause)
        _woken.clear()
        try:
            pause = send_due()
        except Exception as error:  # the database is away, for example
            logger.warning("Mails cannot be sent now: %s", type(error).__name__)
            pause = EVERY
        finally:
            connections.close_all()
        with _starting:
            if pause is None and not _woken.is_set():
                _thread = None
                return


def _claim(due: Letter) -> bool:
    """Return True if this process is the one that tries now."""
    wait = WAITS[min(due.tries, len(WAITS) - 1)]
    mine = Letter.objects.filter(pk=due.pk, due_at=due.due_at)
    return bool(mine.update(due_at=timezone.now() + wait, tries=F("tries") + 1))


def _try(due: Letter) -> None:
    """A mail that must not come twice is forgotten before it is sent, so that a crash in between cannot repeat it."""
    claimed = Letter.objects.filter(pk=due.pk)
    kept = list(claimed) if due.kind in ONCE else []
    if kept:
        claimed.delete()
    try:
        _send(due)
    except SMTPRecipientsRefused:
        logger.warning("The mail server refused the recipient of a mail; it was dropped")
        events.delivered.send(None, channel="mail", result="dropped")
    except Exception as error:  # whatever the mail server did; the address and the link stay out of the log
        logger.warning("A mail could not be sent, which is tried again: %s", type(error).__name__)
        events.delivered.send(None, channel="mail", result="failed")
        Letter.objects.bulk_create(kept, ignore_conflicts=True)
        return
    else:
        events.delivered.send(None, channel="mail", result="sent")
    claimed.delete()


def _send(letter: Letter) -> None:
    written = letters.write(Letter.Kind(letter.kind), letter.address, letter.account_id)
    if written is None:
        return
    backend = get_connection()
    if isinstance(backend, smtp.EmailBackend):
        backend = EmailBackend(timeout=settings.EMAIL_TIMEOUT)
    EmailMessage(
        written.subject, written.text, to=[written.address], headers=written.headers, connection=backend
    ).send()
