"""The parameters of a request: all values are strings, and "0", "" and nothing are the same (twittner.md §1.3).

The original ignores the method and never parses JSON: a body that is not a form is an empty form.
"""

import json
import re
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from accounts import familiar_addresses
from accounts.lookup import MAX_ID
from accounts.validation import clean_text
from follows.paging import Window

MOST = 100  # the longest page; the original has no limit
MISSING = {None, "", "0"}


class Values:
    """Typed reads of named values; the first of `sources` that has one that is not missing wins."""

    def __init__(self, *sources: dict[str, list[str]]) -> None:
        self._sources = sources

    def raw(self, name: str) -> str:
        """The value as it was sent, for secrets; "" for a missing one."""
        for source in self._sources:
            if (sent := source.get(name)) and sent[-1] not in MISSING:
                return sent[-1]
        return ""

    def prose(self, name: str) -> str:
        """A value without outer blanks and control characters, otherwise raw; "" for a missing one."""
        return clean_text(self.raw(name))

    def text(self, name: str) -> str:
        """As `prose`, in one line."""
        return " ".join(self.prose(name).splitlines())

    def number(self, name: str) -> int:
        """A number of 1 or more, 0 for a missing or other value; what no id can be is `MAX_ID`."""
        return _number(self.raw(name))

    def numbers(self, name: str) -> list[int]:
        """A list of numbers as JSON text, as `name[]`, `name[0]` … or a repeated `name`; empty when any is none."""
        key = re.compile(rf"{name}(\[\d*\])?", re.ASCII)
        texts: list[Any] = [
            text for source in self._sources for sent in source if key.fullmatch(sent) for text in source[sent]
        ]
        if len(texts) == 1 and (text := texts[0].strip()).startswith("["):
            try:
                texts = json.loads(text)
            except (ValueError, RecursionError):
                return []
        numbers = [0 if isinstance(text, bool | list | dict) else _number(str(text)) for text in texts]
        return numbers if all(numbers) else []

    def window(self, default: int = 20) -> Window:
        """Read the page of a list: `offset` is an exclusive upper bound of the row id (§1.9)."""
        return Window(min(self.number("page_size") or default, MOST), self.number("offset") or MAX_ID + 1)


class Params:
    """The parameters of one request: `form` for writes, `query` for reads, which may stand in the body too."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def form(self) -> Values:
        return Values(self._form)

    @property
    def query(self) -> Values:
        return Values(self._query, self._form)

    @cached_property
    def _query(self) -> dict[str, list[str]]:
        """The query as Django reads it, whose own class costs several times as much.

        :raises TooManyFieldsSent: when it has more values than settings allow.
        """
        text = self._request.META.get("QUERY_STRING", "").encode("latin-1").decode(errors="replace")
        if text.count("&") >= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
            raise TooManyFieldsSent
        return parse_qs(text, keep_blank_values=True)

    @cached_property
    def _form(self) -> dict[str, list[str]]:
        """The body as a form, which only a POST has. Django would make a new empty one for each other request."""
        return dict(self._request.POST.lists()) if self.posted else {}

    @property
    def posted(self) -> bool:
        """Return True if this is a POST; other methods carry no form, so they change nothing."""
        return self._request.method == "POST"

    @property
    def token(self) -> str:
        """The session token, wherever it stands (§1.4); never the cookie, which would need protection."""
        meta = self._request.META
        scheme, _, bearer = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
        return (
            Values(self._form, self._query).raw("session_id")
            or meta.get("HTTP_SESSION_ID", "")
            or (bearer.strip() if scheme.lower() == "bearer" else "")
        )

    def file(self, name: str) -> "UploadedFile[Any] | None":
        """An uploaded file that is not empty."""
        file = self._request.FILES.get(name)
        return file if isinstance(file, UploadedFile) and file.size else None

    @property
    def size(self) -> int:
        """Of the body, in bytes, as announced."""
        length = self._request.META.get("CONTENT_LENGTH") or ""
        return int(length) if length.isdigit() else 0

    @property
    def address(self) -> str | None:
        """The caller's, None when a proxy named none that can be stored, such as one with a port."""
        return familiar_addresses.valid(self._request.META.get("REMOTE_ADDR", ""))


def _number(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return 0
    digits = text.lstrip("0")
    return min(int(digits or 0), MAX_ID) if len(digits) < 11 else MAX_ID
