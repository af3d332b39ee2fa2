"""Changes of your own account (twittner.md §2.2). `profile` has the privacy settings."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse

from accounts import badges, credentials, domains, images, limits, lookup, people, profile, validation
from accounts.credentials import WrongCredentials
from accounts.images import BadImage
from accounts.mail import outbox
from accounts.models import Gender, Verification
from accounts.pictures import header_url, still_avatar_url
from accounts.validation import Invalid
from compat_twittner import countries, entities
from compat_twittner.ages import WORDS
from compat_twittner.api import Write, success
from compat_twittner.refusals import Failure
from compat_twittner.views.authentication import EMAIL_LENGTH, NAME_LENGTHS, PASSWORD_LENGTHS
from follows import leaving, queries

Picture = TypeVar("Picture", images.Avatar, images.Header)

ABOUT_LENGTHS = range(141)
EMAIL_TAKEN = "This email address is already taken"
USERNAME_MALFORMED = (
    "This username does not match the valid format. Please select a username of no more than 25 characters "
    "using only letters (a-z) numbers and underscores"
)
USERNAME_TAKEN = "This username is already taken, please select another"


class GeneralSettings(Write):
    """The whole profile; the error is that of the first wrong value, with the spelling of the original.

    A name, bio or address from the other API can stay, even if its length is not valid here.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        form, me = self.params.form, self.me
        account = lookup.by_id(me)
        first_name, last_name, about = form.text("first_name"), form.text("last_name"), form.prose("about")
        email, website, username = domains.of_address(form.text("email")), form.text("website"), form.text("username")
        gender, country = form.text("gender"), countries.BY_NUMBER.get(form.number("country_id"))
        if email.lower() != account.email.lower():  # the answer tells whether it is taken
            limits.charge((limits.NEW_EMAILS, me), (limits.EMAILS_FROM, self.place))
        for holds, message in (
            (_fits(first_name, NAME_LENGTHS, account.first_name), "Invlid user first name"),
            (_fits(last_name, NAME_LENGTHS, account.last_name), "Invlid user last name"),
            (
                _fits(about, ABOUT_LENGTHS, account.note),
                "The text you entered is too long, the maximum length is 140 characters",
            ),
            (
                email == account.email or (len(email) <= EMAIL_LENGTH and validation.is_email(email)),
                "The email address you entered does not match the valid format.",
            ),
            (_free(email, me), EMAIL_TAKEN),
            (gender in Gender, "The user gender you selected is not valid"),
            (not website or profile.is_website(website), "Website URL address you entered is not valid"),
            (country is not None, "Country your selected is not valid"),
            (_fits(username, NAME_LENGTHS, account.username), "Username is missing or inavlid"),
            (re.fullmatch(r"\w+", username, re.ASCII), USERNAME_MALFORMED),
            (_free(username, me), USERNAME_TAKEN),
        ):
            if not holds:
                raise Failure((400, message))
        if settings.CONFIRM_EMAIL and email.lower() != account.email.lower():  # it gets a mail
            limits.charge((limits.EMAILS_TO, outbox.digest(email)))
        renamed = {"verification": Verification.NONE} if username != account.username else {}
        try:
            people.change(
                me,
                first_name=first_name,
                last_name=last_name,
                note=about,
                email=email,
                gender=gender,
                website=website,
                country=(country or countries.UNITED_STATES).code,
                username=username,
                **renamed,
            )
        except Invalid as invalid:  # somebody was faster
            taken_name = any(fault.field == "username" for fault in invalid.faults)
            raise Failure((400, USERNAME_TAKEN if taken_name else EMAIL_TAKEN)) from None
        if renamed:
            badges.withdraw(me)
        data = entities.own_settings(lookup.by_id(me), queries.person(me))
        return success("Profile data updated successfully", data)


def _fits(value: str, lengths: range, kept: str) -> bool:
    return len(value) in lengths or (bool(value) and value == kept)


def _free(name_or_email: str, me: int) -> bool:
    return lookup.local_id(name_or_email) in {None, me}


class Upload(Write):
    """A picture; a refusal says what is wrong with it."""

    def picture(self, field: str, read: Callable[["UploadedFile[Any]"], Picture]) -> Picture:
        """Read the picture of this field.

        :raises Failure: when it is missing, or none that is taken.
        """
        file = self.params.file(field)
        try:
            if file is None:
                raise BadImage
            self.charge_upload()
            return read(file)
        except BadImage as bad:
            raise Failure((400, f"{field.capitalize()} image {str(bad) or 'is missing or invalid'}")) from None


class Avatar(Upload):
    too_large = (400, f"Avatar image {images.too_large(images.MOST_BYTES)}")

    def post(self, request: HttpRequest) -> HttpResponse:
        name = images.set_avatar(lookup.by_id(self.me), self.picture("avatar", images.avatar))
        return success("Avatar changed successfully", {"avatar_url": still_avatar_url(name)})


class Cover(Upload):
    too_large = (400, f"Cover image {images.too_large(images.MOST_BYTES)}")

    def post(self, request: HttpRequest) -> HttpResponse:
        name = images.set_header(lookup.by_id(self.me), self.picture("cover", images.header))
        return success("Profile cover changed successfully", {"cover_url": header_url(name)})


class CoverReposition(Write):
    refusals = {BadImage: (400, "Cover position offset number is missing or invalid")}

    def post(self, request: HttpRequest) -> HttpResponse:
        position = self.params.form.text("cover_position") or "0"
        if not (self.params.posted and re.fullmatch(r"-?\d{1,99}(\.\d{0,99})?", position, re.ASCII)):
            raise BadImage
        self.charge_upload()
        name = images.reposition(lookup.by_id(self.me), abs(round(float(position))))
        return success("Your changes have been successfully saved", {"cover_url": header_url(name)})


class ChangePassword(Write):
    """Phones stay signed in."""

    refusals = {WrongCredentials: (402, "Incorrect old password value")}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        account = lookup.by_id(self.me)
        credentials.confirm(account, form.raw("old_password"), self.params.address)
        if len(form.raw("new_password")) not in PASSWORD_LENGTHS:
            raise Failure((402, "Incorrect new password value"))
        people.set_password(account, form.raw("new_password"))
        return success("Password changed")


class Language(Write):
    def post(self, request: HttpRequest) -> HttpResponse:
        language = self.params.form.text("lang_name")
        if language not in WORDS:
            raise Failure((400, "Display language name is invalid or missing"))
        people.change(self.me, language=language)
        return success("Language changed successfully")


class DeleteAccount(Write):
    refusals = {WrongCredentials: (400, "Account password is missing or invalid")}

    def post(self, request: HttpRequest) -> HttpResponse:
        account = lookup.by_id(self.me)
        credentials.confirm(account, self.params.form.raw("password"), self.params.address)
        leaving.delete_account(account.pk, self.actor)
        return success("Account deleted successfully")
