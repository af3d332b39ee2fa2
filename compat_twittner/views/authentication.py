"""Signing up, in and out (twittner.md §2.1, §4)."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import badges, credentials, joining, limits, lookup, sessions, social, validation
from accounts.access import touch
from accounts.models import Account, Platform, Provider
from accounts.sessions import Tokens
from accounts.social import BadToken
from accounts.validation import Invalid, Problem
from compat_twittner import entities
from compat_twittner.api import Write, answer, success
from compat_twittner.refusals import (
    ALREADY_SIGNED_IN,
    INVITATION_NEEDED,
    REFUSALS,
    REGISTRATIONS_CLOSED,
    UNREADABLE,
    Envelope,
    Failure,
)
from follows import queries

USERNAME = re.compile(r"\w{3,25}", re.ASCII)
EMAIL_LENGTH = 55
PASSWORD_LENGTHS = range(6, 21)
NAME_LENGTHS = range(3, 26)
REFRESH_TOKEN_LENGTHS = range(50, 251)
FULL_NAME_LENGTHS = range(3, 61)
MESSAGE_LENGTHS = range(1, 1201)
ANDROID = Platform.ANDROID
PLATFORMS = {"": ANDROID, "android": ANDROID, "ios": Platform.IOS}


class Guest(Write):
    """An endpoint that refuses those who are signed in already."""

    signed_in = False

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request)
        if self.caller is not None:
            raise Failure(ALREADY_SIGNED_IN, bare=True)


class Login(Guest):
    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        account = credentials.check(form.text("email"), form.raw("password"), self.params.address)
        platform = PLATFORMS.get(form.text("device_type"))
        if platform is None:
            raise Failure((402, "Incorrect device type"))
        return welcome(account, sessions.open_session(account.pk, platform))


class SignUp(Guest):
    """Attempts are counted as soon as one could tell a name or e-mail address that is taken."""

    bare = True

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        invite_code = form.text("invite_code")
        if not joining.is_possible(invite_code):
            closed = not settings.REGISTRATIONS_OPEN
            raise Failure(REGISTRATIONS_CLOSED if closed else INVITATION_NEEDED, bare=True)
        first_name, last_name, username = form.text("first_name"), form.text("last_name"), form.text("username")
        email, password = form.text("email"), form.raw("password")
        _demand(
            (len(first_name) in NAME_LENGTHS, (410, "Invalid user first name")),
            (len(last_name) in NAME_LENGTHS, (410, "Invalid user last name")),
            (USERNAME.fullmatch(username), (410, "Invalid username")),
        )
        limits.charge((limits.REGISTRATIONS, self.place))
        _demand(
            (lookup.local_id(username) is None, USERNAME_TAKEN),
            (len(email) <= EMAIL_LENGTH and validation.is_email(email), (410, "Invalid email address")),
            (lookup.local_id(email) is None, EMAIL_TAKEN),
            (len(password) in PASSWORD_LENGTHS, (410, "Invalid password")),
        )
        try:
            account = joining.join(
                invite_code=invite_code,
                username=username,
                email=email,
                password=password,
                first_name=first_name,
                last_name=last_name,
            )
        except joining.Closed:  # somebody was faster, here and below
            raise Failure(INVITATION_NEEDED, bare=True) from None
        except Invalid as invalid:
            problems = {fault.field: fault.problem for fault in invalid.faults}
            refused = (410, "Invalid email address") if problems.get("email") == Problem.REFUSED else EMAIL_TAKEN
            raise Failure(USERNAME_TAKEN if "username" in problems else refused, bare=True) from None
        touch(account.pk, account.last_active_at, self.params.address, moved=True)
        if account.unconfirmed:  # without a session, as some versions of the original sign up
            return success("User logged in successfully")
        tokens = sessions.open_session(account.pk, ANDROID)
        return success("User logged in successfully", auth=entities.auth(tokens))


def _demand(*conditions: tuple[object, Envelope]) -> None:
    """:raises Failure: for the first condition that does not hold."""
    for holds, envelope in conditions:
        if not holds:
            raise Failure(envelope, bare=True)


USERNAME_TAKEN: Envelope = (410, "This username is already taken")
EMAIL_TAKEN: Envelope = (409, "Email ID already registered")


class OAuth(Guest):
    """A social login; like a refresh it signs the account out of all other phones."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        kind, token = form.text("type"), form.raw("access_token").strip()
        if kind not in Provider:
            raise Failure((400, "oAuth provider type is missing or invalid"))
        try:
            account = social.account_for(Provider(kind), token)
        except BadToken as refused:
            raise Failure(REFUSALS[BadToken], error=refused.details) from None
        credentials.admit(account)
        sessions.close_all(account.pk)
        return welcome(account, sessions.open_session(account.pk, PLATFORMS.get(form.text("device_type"), ANDROID)))


class VerifyUser(Write):
    """Asks for the badge."""

    too_large = (400, "Video message to the reviewer is incorrect or missing")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        account = lookup.by_id(self.me)
        badges.check_may_ask(account)
        full_name, message, video = (
            form.text("full_name"),
            form.prose("text_message"),
            self.params.file("video_message"),
        )
        if len(full_name) not in FULL_NAME_LENGTHS:
            raise Failure((400, "Invalid user full name. Please check your details"))
        if len(message) not in MESSAGE_LENGTHS:
            raise Failure((400, "Text message to the reviewer is incorrect or missing"))
        if video is None or not badges.is_video(video):
            raise Failure(self.too_large)
        self.charge_upload()
        badges.ask(account, full_name, message, video)
        return answer({"code": 200, "message": "Verification request sent successfully"})


class RefreshAccessToken(Write):
    signed_in = False

    def post(self, request: HttpRequest) -> HttpResponse:
        token = self.params.form.raw("refresh_token")
        if len(token) not in REFRESH_TOKEN_LENGTHS:
            raise Failure((400, "Incorrect token value"))
        return success("Token refreshed Out successful", entities.auth(sessions.refresh(token)))


class Logout(Write):
    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.params.posted:
            raise Failure(UNREADABLE)
        sessions.sign_out_phones(self.me)
        return success("Signout successful", valid=True)


def welcome(account: Account, tokens: Tokens) -> HttpResponse:
    """The answer to a client that has just signed in; the account is as it was before."""
    data = entities.signed_in(account, queries.person(account.pk))
    return success("User logged in successfully", data, auth=entities.auth(tokens))
