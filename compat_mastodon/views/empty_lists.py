"""Lists that clients ask every server for, and that are empty here because nobody posts (mastodon.md §3.9).

Callers need the same scopes as elsewhere. Paths that act on a post are a 404 that says why (`urls`).
"""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from compat_mastodon.api import Caller, Denied, View, answer
from compat_mastodon.params import as_id
from compat_mastodon.views.instance import NoCollections
from follows import lists, queries

STATUSES = ("read", "read:statuses")
TAG = re.compile(r"\w{1,255}")


class Nothing(View):
    """An empty list. Wrong paging parameters are refused."""

    deprecated = ""

    def get(self, request: HttpRequest, **parts: str) -> HttpResponse:
        self.params.window()
        response = answer([])
        if self.deprecated:
            response["Deprecation"] = self.deprecated
        return response


class NothingOf(Nothing):
    """As `Nothing`, for an account that has to exist."""

    def get(self, request: HttpRequest, **parts: str) -> HttpResponse:
        queries.person(as_id(parts["account"]))
        return super().get(request)


class NothingOnList(Nothing):
    """As `Nothing`, for a list that has to be mine."""

    def get(self, request: HttpRequest, **parts: str) -> HttpResponse:
        lists.one(self.me, as_id(parts["pk"]))
        return super().get(request)


class Collections(View):
    """An empty page of collections."""

    accepts = ("read", "read:collections")

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer({"collections": []})


class MakeCollection(View):
    accepts = ("write", "write:collections")

    def post(self, request: HttpRequest) -> HttpResponse:
        raise Denied(404, NoCollections.text)


class CollectionsOf(View):
    """As `Collections`, for an account that has to exist."""

    accepts = Collections.accepts
    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest, account: str) -> HttpResponse:
        queries.person(as_id(account))
        return answer({"collections": []})


class AnnualReports(View):
    accepts = ("read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer({"annual_reports": [], "accounts": [], "statuses": []})


class NothingForMembers(Nothing):
    """An empty list for any token of an account; without one, the error is not 401 (§0.3)."""

    def get(self, request: HttpRequest, **parts: str) -> HttpResponse:
        if self.viewer is None:
            raise Denied(422, "This method requires an authenticated user")
        return super().get(request)


class Tag(View):
    """Every tag exists, and nobody uses it."""

    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        if not TAG.fullmatch(name):
            raise Http404
        url = f"{settings.BASE_URL}/tags/{name}"
        tag: dict[str, Any] = {"id": "1", "name": name, "url": url, "history": []}
        return answer(tag | {"following": False, "featuring": False})


def _view(
    *accepts: str, caller: Caller = Caller.USER, deprecated: str = "", base: type[Nothing] = Nothing
) -> type[View]:
    return type(base.__name__, (base,), {"accepts": accepts, "caller": caller, "deprecated": deprecated})


EVERYBODY = _view(caller=Caller.EVERYBODY)
PUBLIC_STATUSES = _view(*STATUSES, caller=Caller.OPTIONAL)
MEMBERS = _view(caller=Caller.OPTIONAL, base=NothingForMembers)

PATHS: dict[str, type[View]] = {
    "api/v1/timelines/home": _view(*STATUSES),
    "api/v1/timelines/public": PUBLIC_STATUSES,
    "api/v1/timelines/link": PUBLIC_STATUSES,
    "api/v1/timelines/tag/<name>": PUBLIC_STATUSES,
    "api/v1/timelines/list/<pk>": _view("read", "read:lists", base=NothingOnList),
    "api/v1/accounts/<account>/statuses": _view(*STATUSES, caller=Caller.OPTIONAL, base=NothingOf),
    "api/v1/accounts/<account>/featured_tags": _view(caller=Caller.OPTIONAL, base=NothingOf),
    "api/v1/accounts/<account>/identity_proofs": _view(
        caller=Caller.OPTIONAL, deprecated="@1648598400", base=NothingForMembers
    ),
    "api/v1/conversations": _view(*STATUSES),
    "api/v1/scheduled_statuses": _view(*STATUSES),
    "api/v1/bookmarks": _view("read", "read:bookmarks"),
    "api/v1/favourites": _view("read", "read:favourites"),
    "api/v1/filters": _view("read", "read:filters", deprecated="@1668384000"),
    "api/v2/filters": _view("read", "read:filters"),
    "api/v1/followed_tags": _view("follow", "read", "read:follows"),
    "api/v1/featured_tags": _view("read", "read:accounts"),
    "api/v1/featured_tags/suggestions": _view("read", "read:accounts"),
    "api/v1/announcements": MEMBERS,
    "api/v1/custom_emojis": EVERYBODY,
    "api/v1/trends": _view(caller=Caller.EVERYBODY, deprecated="@1648598400"),
    "api/v1/trends/tags": EVERYBODY,
    "api/v1/trends/statuses": EVERYBODY,
    "api/v1/trends/links": EVERYBODY,
    "api/v1/tags/<name>": Tag,
}
