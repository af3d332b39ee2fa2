"""Signing up through a client (mastodon.md §3.5), and confirming the e-mail address."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import databases, domains, familiar_addresses, joining, limits, lookup, people, validation
from accounts.access import touch
from accounts.mail import outbox
from accounts.models import Account, Letter
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.api import Caller, View, answer
from compat_mastodon.oauth import tokens
from compat_mastodon.oauth.endpoints import token_answer
from compat_mastodon.params import Params

LEAST_PASSWORD, MOST_PASSWORD = 8, 72  # characters


class SignUp(View):
    accepts = ("write", "write:accounts")
    caller = Caller.CLIENT
    post_limit = limits.REGISTRATIONS
    is_form = True

    def post(self, request: HttpRequest) -> HttpResponse:
        invite_code = self.params.text("invite_code") or ""
        if not joining.is_possible(invite_code):
            raise joining.Closed
        assert self.access is not None  # noqa: S101  # a client's token was demanded
        reason = self.params.text("reason") or ""
        if len(validation.clean_text(reason)) > joining.MAX_REASON:
            raise Invalid([Fault("reason", Problem.TOO_LONG, joining.MAX_REASON)])
        with databases.atomic(Account):
            account = joining.join(**_wanted(self.params), invite_code=invite_code, reason=reason)
            touch(
                account.pk,
                account.last_active_at,
                familiar_addresses.valid(request.META.get("REMOTE_ADDR", "")),
                moved=True,
            )
            return token_answer(*tokens.token_for(account, self.access.client))


class CheckConfirmation(View):
    """Return True if the address is confirmed, which clients wait for."""

    serves_unconfirmed = True

    def get(self, request: HttpRequest) -> HttpResponse:
        account = lookup.by_id(self.me)
        return answer(not account.unconfirmed or account.email_proven_at is not None)


class Confirmations(View):
    """Another mail is asked for, perhaps to another address; confirmed accounts need none."""

    serves_unconfirmed = True
    post_limit = limits.EMAILS_FROM

    def post(self, request: HttpRequest) -> HttpResponse:
        account, email = lookup.by_id(self.me), domains.of_address(self.params.text("email") or "")
        if account.unconfirmed and account.email_proven_at is None and settings.CONFIRM_EMAIL:
            to = outbox.digest(email or account.email)
            self.charge((limits.EMAILS_TO, account.pk), (limits.EMAILS_TO, to))
            if email and email.lower() != account.email.lower():
                people.change(account.pk, email=email)
            else:
                outbox.post(Letter.Kind.CONFIRMATION, account.email)
        return answer({})


def _wanted(params: Params) -> dict[str, Any]:
    """Read the values of a sign-up, if all are there that the Mastodon API demands.

    :raises Invalid: when it is not; all faults at once, those that the domain finds too.
    """
    values = {name: params.text(name) or "" for name in ("username", "email", "password")}
    password, faults = values["password"], []
    if not password:
        faults.append(Fault("password", Problem.BLANK))
    elif len(password) < LEAST_PASSWORD:
        faults.append(Fault("password", Problem.TOO_SHORT, LEAST_PASSWORD))
    elif len(password) > MOST_PASSWORD:
        faults.append(Fault("password", Problem.TOO_LONG, MOST_PASSWORD))
    if not params.flag("agreement"):
        faults.append(Fault("agreement", Problem.NOT_ACCEPTED))
    if faults:
        raise Invalid([*validation.faults({name: values[name] for name in ("username", "email")}), *faults])
    return values
