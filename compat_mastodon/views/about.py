"""What this server tells about itself beyond `instance` (mastodon.md §3.8). It publishes no list of blocks."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from accounts import census, markup
from compat_mastodon.api import Caller, View
from compat_mastodon.views.instance import public

WEEKS = 12


class Fixed(View):
    """What follows from the settings alone."""

    caller = Caller.EVERYBODY
    body: ClassVar[Any]

    def get(self, request: Request) -> HttpResponse:
        return public(self.body)


class Rules(Fixed):
    body = []


class ExtendedDescription(Fixed):
    body = {"updated_at": None, "content": markup.paragraphs(settings.SITE_DESCRIPTION)}


class PrivacyPolicy(Fixed):
    """There is none, since the day that this was first said: clients insist on a date."""

    body = {"updated_at": "2026-08-21T00:00:00Z", "content": ""}


class Languages(Fixed):
    body = [{"code": "en", "name": "English"}]


class TranslationLanguages(Fixed):
    body = {}


class Peers(View):
    caller = Caller.EVERYBODY

    def get(self, request: Request) -> HttpResponse:
        return public(census.domains())


class Activity(View):
    caller = Caller.EVERYBODY

    def get(self, request: Request) -> HttpResponse:
        return public(
            [
                {
                    "week": str(int(week.begins_at.timestamp())),
                    "statuses": "0",
                    "logins": str(week.last_seen),
                    "registrations": str(week.signed_up),
                }
                for week in census.weeks(WEEKS)
            ]
        )
