"""Facts about this server beyond `instance` (mastodon.md §3.8). It publishes no list of blocks."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from accounts import counts, joining, markup
from accounts.models.joining import Document
from compat_mastodon.api import Caller, View
from compat_mastodon.entities import rules
from compat_mastodon.views.instance import public

WEEKS = 12
NO_POLICY_SINCE = "2026-08-21T00:00:00Z"  # clients insist on a date


class Fixed(View):
    """The facts that depend only on the settings."""

    caller = Caller.EVERYBODY
    body: ClassVar[Any]

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(self.body)


class Rules(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(rules())


class ExtendedDescription(Fixed):
    body = {"updated_at": None, "content": markup.paragraphs(settings.SITE_DESCRIPTION)}


class PrivacyPolicy(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        text = joining.document(Document.Kind.PRIVACY)
        if text is None:
            return public({"updated_at": NO_POLICY_SINCE, "content": ""})
        return public({"updated_at": f"{text.changed_at:%Y-%m-%dT%H:%M:%SZ}", "content": markup.paragraphs(text.text)})


class TermsOfService(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        text = joining.document(Document.Kind.TERMS)
        if text is None:
            raise Http404
        since = f"{text.changed_at:%Y-%m-%d}"
        content = markup.paragraphs(text.text)
        return public({"effective_date": since, "effective": True, "content": content, "succeeded_by": None})


class Languages(Fixed):
    body = [{"code": "en", "name": "English"}]


class TranslationLanguages(Fixed):
    body = {}


class Peers(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(counts.domains())


class Activity(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(
            [
                {
                    "week": str(int(week.begins_at.timestamp())),
                    "statuses": "0",
                    "logins": str(week.last_seen),
                    "registrations": str(week.signed_up),
                }
                for week in counts.weeks(WEEKS)
            ]
        )
