"""The texts of mails to members, and the checks of their links."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import lookup, zones
from accounts.models import Account, Letter

Kind = Letter.Kind


CHANGES = {
    Kind.EMAIL_MOVED: gettext_lazy("The e-mail address of your account was changed. This address gets no more mails."),
    Kind.NEW_PASSWORD: gettext_lazy("The password of your account was changed."),
    Kind.FACTOR_ON: gettext_lazy("The second factor of your account was turned on."),
    Kind.FACTOR_OFF: gettext_lazy("The second factor of your account was turned off."),
    Kind.NEW_CODES: gettext_lazy("Your account has new recovery codes. The old ones do not work any more."),
}


class Written(NamedTuple):
    address: str
    subject: str
    text: str
    headers: dict[str, str] | None = None


class Move(NamedTuple):
    """An account that may have this new e-mail address."""

    account: Account
    email: str


Writer = Callable[[Account, str], Written | None]

_writers: dict[str, Writer] = {}


class ConfirmationTokens(PasswordResetTokenGenerator):
    """Good for one address of one account, until it is proven, and for as long as a link to a new password."""

    key_salt = "accounts.letters.ConfirmationTokens"

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        return f"{user.pk} {user.email.lower()} {user.email_proven_at} {timestamp}"


class NewEmailTokens(PasswordResetTokenGenerator):
    """Good for one new address of one account, until the account's address or password changes."""

    key_salt = "accounts.letters.NewEmailTokens"

    def __init__(self, email: str) -> None:
        super().__init__()
        self.email = email

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        return f"{user.pk} {user.password} {user.email.lower()} {self.email} {timestamp}"


def register(kind: Letter.Kind, writer: Writer) -> None:
    """Register `writer(account, address)` for the mails of this kind. It returns None for no mail."""
    _writers[kind] = writer


def write(kind: Letter.Kind, address: str, account: int | None = None) -> Written | None:
    """Return the mail in its owner's language; None if the account is unknown or suspended for good."""
    if kind is Kind.REJECTED:
        return _rejected(address)
    owner = lookup.local(address) if account is None else Account.objects.filter(pk=account).first()
    if owner is None or not address or (owner.suspended_at and not owner.may_come_back):
        return None
    language, zone = owner.locale or settings.LANGUAGE_CODE, zones.named(owner.time_zone)
    with translation.override(language), timezone.override(zone):
        return _writers[kind](owner, address)


def text(kind: str, account: Account, **told: Any) -> str:
    """The text of a mail, of the template that is called like its kind."""
    return render_to_string(f"accounts/mail/{kind}.txt", {"account": account, "site_name": settings.SITE_NAME} | told)


def address_of(page: str, *arguments: str) -> str:
    """The whole address of a page."""
    return settings.BASE_URL + reverse(page, args=arguments)


def confirmed_by(person: str, token: str) -> Account | None:
    """Return the account whose address the link of a confirmation proves; None when the link is no longer valid."""
    account = _named(person)
    return account if account and _CONFIRMATIONS.check_token(account, token) and not account.suspended_at else None


def moved_by(person: str, email: str, token: str) -> Move | None:
    """Return the account and the new address that a link confirms; None when the link is no longer valid."""
    account, new = _named(person), _decoded(email)
    good = account and new and NewEmailTokens(new).check_token(account, token) and not account.suspended_at
    return Move(account, new) if account and new and good else None


def _confirmation(account: Account, _address: str) -> Written | None:
    if account.email_proven_at or account.suspended_at:
        return None
    link = address_of("confirm_email", _encoded(account.pk), _CONFIRMATIONS.make_token(account))
    subject = _("Confirm your e-mail address at {site}").format(site=settings.SITE_NAME)
    return Written(account.email, subject, text(Kind.CONFIRMATION, account, link=link))


def _password(account: Account, _address: str) -> Written:
    link = address_of("reset_password", _encoded(account.pk), default_token_generator.make_token(account))
    subject = _("Your password at {site}").format(site=settings.SITE_NAME)
    return Written(account.email, subject, text(Kind.PASSWORD, account, link=link))


def _new_email(account: Account, address: str) -> Written | None:
    """Somebody else's address gets no mail, and nobody is told of that."""
    if account.suspended_at or lookup.local_id(address):
        return None
    link = address_of("new_email", _encoded(account.pk), _encoded(address), NewEmailTokens(address).make_token(account))
    subject = _("Your new e-mail address at {site}").format(site=settings.SITE_NAME)
    return Written(address, subject, text(Kind.NEW_EMAIL, account, link=link))


def _email_moves(account: Account, address: str) -> Written:
    subject = _("A new e-mail address for your account at {site}").format(site=settings.SITE_NAME)
    link = address_of("forgotten_password")
    return Written(address, subject, text(Kind.EMAIL_MOVES, account, link=link))


def _changed(kind: Letter.Kind) -> Writer:
    """Tell the owner that something about signing in was changed: it may have been somebody else."""

    def written(account: Account, address: str) -> Written:
        subject = _("A change to your account at {site}").format(site=settings.SITE_NAME)
        help_at = settings.CONTACT_EMAIL or settings.BASE_URL
        told = {"change": CHANGES[kind], "link": address_of("forgotten_password"), "help_at": help_at}
        moved = kind is Kind.EMAIL_MOVED  # a link to a new password goes to the new address
        return Written(address, subject, text("changed", account, moved=moved, **told))

    return written


def _leaving(account: Account, address: str) -> Written | None:
    if not account.leaves_at:  # its owner is back already
        return None
    subject = _("Your account at {site} will be deleted").format(site=settings.SITE_NAME)
    return Written(address, subject, text(Kind.LEAVING, account, link=address_of("sign_in")))


def _approved(account: Account, address: str) -> Written:
    subject = _("Welcome to {site}").format(site=settings.SITE_NAME)
    return Written(address, subject, text(Kind.APPROVED, account, link=address_of("sign_in")))


def _rejected(address: str) -> Written:
    """The account is deleted already."""
    subject = _("Your request to join {site}").format(site=settings.SITE_NAME)
    return Written(address, subject, render_to_string("accounts/mail/rejected.txt", {"site_name": settings.SITE_NAME}))


def _named(person: str) -> Account | None:
    try:
        return lookup.by_id(int(_decoded(person)))
    except (ValueError, OverflowError, lookup.NoSuchAccount):
        return None


def _encoded(value: object) -> str:
    return urlsafe_base64_encode(force_bytes(value))


def _decoded(part: str) -> str:
    """Decode a part of a link; empty when it is malformed."""
    try:
        return urlsafe_base64_decode(part).decode()
    except ValueError:
        return ""


_CONFIRMATIONS = ConfirmationTokens()
_writers.update(
    {
        Kind.CONFIRMATION: _confirmation,
        Kind.PASSWORD: _password,
        Kind.NEW_EMAIL: _new_email,
        Kind.EMAIL_MOVES: _email_moves,
        Kind.LEAVING: _leaving,
        Kind.APPROVED: _approved,
        **{kind: _changed(kind) for kind in CHANGES},
    }
)
