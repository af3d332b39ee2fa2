"""The Link header of a page, letter by letter as clients parse it (mastodon.md §2.1)."""

from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.http import HttpRequest

from compat_mastodon.params import Params
from follows.paging import Page


def kept(params: Params, names: Iterable[str], lists: Collection[str]) -> list[tuple[str, str]]:
    """The parameters of these names as they were sent, for the links of a page. `lists` are those with many values."""
    return [
        (f"{name}[]" if name in lists else name, value)
        for name in names
        if name in params
        for value in (params.items(name) if name in lists else [params.text(name) or ""])
    ]


def link_header(request: HttpRequest, page: Page[Any], limit: str | None) -> str | None:
    """Next before prev, keys in alphabetical order, `limit` as it was sent. None for an empty page."""
    if not page.ids:
        return None
    base = f"{request.scheme}://{request.get_host()}{request.path}?"
    if limit is not None:
        base += f"limit={quote_plus(limit)}&"
    links = [f'<{base}since_id={page.ids[0]}>; rel="prev"']
    if page.full:
        links.insert(0, f'<{base}max_id={page.ids[-1]}>; rel="next"')
    return ", ".join(links)


def inbox_link_header(request: HttpRequest, page: Page[Any], kept: Iterable[tuple[str, str]], more: bool) -> str | None:
    """As `link_header` for lists that page upwards by `min_id`; `more` says whether there is a next page."""
    if not page.ids:
        return None
    base = f"{request.scheme}://{request.get_host()}{request.path}?"

    def link(cursor: str, notice: int, rel: str) -> str:
        query = urlencode(sorted([*kept, (cursor, str(notice))], key=lambda pair: pair[0]))
        return f'<{base}{query}>; rel="{rel}"'

    links = [link("max_id", page.ids[-1], "next")] if more else []
    return ", ".join([*links, link("min_id", page.ids[0], "prev")])
