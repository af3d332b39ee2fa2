"""The texts of mails to members, and the checks of their links."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts import lookup
from accounts.models import Account, Letter

SUBJECTS = {
    Letter.Kind.CONFIRMATION: "Confirm your e-mail address at {}",
    Letter.Kind.PASSWORD: "Your password at {}",
}
PAGES = {Letter.Kind.CONFIRMATION: "confirm_email", Letter.Kind.PASSWORD: "reset_password"}


class Written(NamedTuple):
    address: str
    subject: str
    text: str


class ConfirmationTokens(PasswordResetTokenGenerator):
    """Good for one address of one account, until it is proven, and for as long as a link to a new password."""

    key_salt = "accounts.letters.ConfirmationTokens"

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        return f"{user.pk} {user.email.lower()} {user.email_proven_at} {timestamp}"


_TOKENS = {Letter.Kind.CONFIRMATION: ConfirmationTokens(), Letter.Kind.PASSWORD: default_token_generator}


def write(kind: Letter.Kind, address: str) -> Written | None:
    """The mail, if somebody is to get it: no suspended or unknown account, and nobody whose address is proven."""
    account = lookup.local(address)
    if account is None or account.suspended_at or not account.email:
        return None
    if kind is Letter.Kind.CONFIRMATION and account.email_proven_at:
        return None
    person, token = urlsafe_base64_encode(force_bytes(account.pk)), _TOKENS[kind].make_token(account)
    link = settings.BASE_URL + reverse(PAGES[kind], args=(person, token))
    told = {"account": account, "link": link, "site_name": settings.SITE_NAME}
    text = render_to_string(f"accounts/{kind}.txt", told)
    return Written(account.email, SUBJECTS[kind].format(settings.SITE_NAME), text)


def confirmed_by(person: str, token: str) -> Account | None:
    """Whose address the link of a confirmation proves; None when the link is not good any more."""
    try:
        account = lookup.by_id(int(urlsafe_base64_decode(person)))
    except (ValueError, OverflowError, lookup.NoSuchAccount):
        return None
    good = _TOKENS[Letter.Kind.CONFIRMATION].check_token(account, token)
    return account if good and not account.suspended_at else None
