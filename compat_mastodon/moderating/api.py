"""The base of the moderation API's views: the caller is a moderator, and lists page upwards by `min_id`."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException

from accounts import moderators
from accounts.models import Account
from compat_mastodon import api
from compat_mastodon.api import answer
from compat_mastodon.links import inbox_link_header, kept
from compat_mastodon.params import Params
from follows.paging import Page, Window


class UnknownValue(APIException):
    """A filter that would leave something else than was meant."""

    status_code = 400


class View(api.View):
    """One endpoint of the moderation API. The domain decides if a change is allowed."""

    permissions: ClassVar[tuple[str, ...]]  # the caller needs all of them

    moderator: Account

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.moderator = moderators.admitted(self.me, self.permissions)

    @property
    def window(self) -> Window:
        return self.params.window(100, 200)

    def paged(
        self, request: HttpRequest, entities: list[Any], page: Page[Any], names: Collection[str], lists: Collection[str]
    ) -> HttpResponse:
        """A page with its Link header, in which the parameters of these names are kept."""
        response = answer(entities)
        link = inbox_link_header(request, page, kept(self.params, names, lists), page.full)
        if link:
            response["Link"] = link
        return response


def word(params: Params, name: str) -> str | None:
    """A text; None if it is missing or blank."""
    return (params.text(name) or "").strip() or None


def one_of(params: Params, name: str, known: Collection[str]) -> str | None:
    """One of some words; None if it is missing or blank.

    :raises UnknownValue: for another word.
    """
    value = word(params, name)
    if value is not None and value not in known:
        raise UnknownValue(f"Unknown {name}: {value}")
    return value
