"""The base of the extension's views: that of the Mastodon API, with an error for each field and an opaque cursor."""

import base64
import binascii
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse

from accounts.access import Actor
from accounts.refused import Refused
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon import api
from compat_mastodon.api import answer
from compat_mastodon.extension.validation import Parse, read
from compat_mastodon.params import BadParam, as_id
from follows.paging import Window

READ = ("follow", "read", "read:follows")
WRITE = ("follow", "write", "write:follows")


class View(api.View):
    """One endpoint of the extension."""

    accepts = READ
    is_form = True
    wrong_fields: ClassVar[dict[type[Refused], tuple[str, ...]]] = {}  # refusals, and which fields are to blame

    @property
    def actor(self) -> Actor:
        return Actor(self.me, "extension")

    @property
    def limit(self) -> int:
        return self.params.window().limit

    def read(self, *required: str, **fields: Parse) -> dict[str, Any]:
        """Return the fields that were sent; see `validation.read`."""
        return read(self.params, required, **fields)

    def cursor(self, kind: str, size: int) -> tuple[int, ...] | None:
        """The numbers of the cursor that was sent, which is of this kind of list; None for the first page.

        :raises Invalid: when it is none that this list has given.
        """
        sent = self.params.raw("cursor")
        if sent is None or sent == "":
            return None
        try:
            of, *numbers = base64.urlsafe_b64decode(str(sent).encode()).decode().split(":")
            if of == kind and len(numbers) == size and all(number.isascii() and number.isdigit() for number in numbers):
                found = tuple(int(number[:15]) for number in numbers)
                if found[0] < 2**31:
                    return found
        except (binascii.Error, UnicodeError):
            pass
        raise Invalid([Fault("cursor", Problem.INVALID)])

    def behind(self, kind: str) -> int | None:
        """As `cursor`, for a list whose cursor is one id."""
        cursor = self.cursor(kind, 1)
        return cursor[0] if cursor else None

    def window(self, kind: str) -> Window:
        """As `behind`, for a list that windows are cut from."""
        window = Window(self.limit)
        return window._replace(before=self.behind(kind) or window.before)

    def paged(self, request: HttpRequest, value: Any, kind: str, after: int | tuple[int, ...] | None) -> HttpResponse:
        """A page with the Link to the one behind `after`, if there is one."""
        response = answer(value)
        if after is not None:
            token = base64.urlsafe_b64encode(
                ":".join(map(str, (kind, *(after if isinstance(after, tuple) else [after])))).encode()
            ).decode()
            sent = parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
            secret = {"cursor", "access_token", "bearer_token"}
            query = urlencode([*((name, value) for name, value in sent if name not in secret), ("cursor", token)])
            url = f"{request.scheme}://{request.get_host()}{request.path}?{query}"
            response["Link"] = f'<{url}>; rel="next"'
        return response

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]  # no DRF Response
        if isinstance(exc, BadParam):
            exc = Invalid([Fault(exc.name, Problem.INVALID)])
        elif isinstance(exc, Refused) and (fields := self.wrong_fields.get(type(exc))):
            exc = Invalid([Fault(name, Problem.INVALID) for name in fields if name in self.params])
        return super().handle_exception(exc)


class Write(View):
    """One that changes something."""

    accepts = WRITE


def number(text: str) -> int:
    """The id in a path; 0 for what is none, which names nothing."""
    return as_id(text) or 0


__all__ = ["READ", "WRITE", "View", "Write", "answer", "number"]
