"""Forms in which `rows[][name]` stands for the next row: such a name is given the row's number while it is read.

`a[][name]=A&a[][value]=1&a[][name]=B` is `a[0][name]`, `a[0][value]`, `a[1][name]`: an inner key that comes
again begins the next row, as in Rack. The order of the pairs says which row a value belongs to, and is
lost once they are grouped by name.
"""

import re
from collections import defaultdict
from typing import Any

from django.http import QueryDict
from django.http.multipartparser import MultiPartParser as Reader
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, FormParser, MultiPartParser

ROW = re.compile(r"([^\[\]]+)\[\]\[([^\[\]]+)\](.*)", re.DOTALL)


class Rows:
    """Numbers the rows of one form."""

    def __init__(self) -> None:
        self._rows: dict[str, list[set[str]]] = defaultdict(lambda: [set()])

    def numbered(self, name: str) -> str:
        """The name with its row's number in place of the first `[]`; other names stay as they are."""
        found = ROW.fullmatch(name)
        if not found:
            return name
        form, key, rest = found.groups()
        rows = self._rows[form]
        if f"{key}{rest}" in rows[-1] and not rest.endswith("[]"):  # a list in a row goes on
            rows.append(set())
        rows[-1].add(f"{key}{rest}")
        return f"{form}[{len(rows) - 1}][{key}]{rest}"


class Numbered(QueryDict):
    """A form that numbers its rows as they come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._rows = Rows()
        super().__init__(*args, **kwargs)

    def appendlist(self, key: Any, value: Any) -> None:
        super().appendlist(self._rows.numbered(key), value)


class Form(FormParser):
    """A body that is urlencoded."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return Numbered(stream.read(), encoding=parser_context["encoding"])


class Multipart(MultiPartParser):
    """A body of parts, files among them."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        try:
            return DataAndFiles(*_Reader(meta, stream, request.upload_handlers, parser_context["encoding"]).parse())
        except MultiPartParserError as error:
            raise ParseError(f"Multipart form parse error - {error}") from None


class _Reader(Reader):
    """Django's own, which puts the fields into the form that it sets here."""

    @property
    def _post(self) -> QueryDict:
        return self._form

    @_post.setter
    def _post(self, form: QueryDict) -> None:
        self._form = Numbered(mutable=True, encoding=form.encoding)
