"""Requests for a mail that sets a new password (twittner.md §2.1). The pages of its link are in `accounts.pages`."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import limits, lookup, validation
from accounts.mail import outbox
from accounts.mail.outbox import NoMailServer
from accounts.models import Letter
from compat_twittner.api import success
from compat_twittner.refusals import BROKEN, Failure
from compat_twittner.views.authentication import Guest

EMAIL_LENGTHS = range(8, 56)


class ResetPassword(Guest):
    bare = True

    def post(self, request: HttpRequest) -> HttpResponse:
        email = self.params.form.text("email")
        if len(email) not in EMAIL_LENGTHS or not validation.is_email(email):
            raise Failure((411, "Email address is not valid"), bare=True)
        limits.charge((limits.EMAILS_FROM, self.place), (limits.EMAILS_TO, outbox.digest(email)))
        if settings.TELL_UNKNOWN_EMAIL:
            account = lookup.local(email)
            if account is None or (account.suspended_at and not account.may_come_back):
                raise Failure((411, "Email address is unknown"), bare=True)
        try:
            outbox.post(Letter.Kind.PASSWORD, email)
        except NoMailServer:
            raise Failure(BROKEN, bare=True) from None
        return success("Check your email for resetting your password")
