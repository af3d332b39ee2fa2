"""The Link header of a page, letter by letter as clients parse it (mastodon.md §2.1)."""

from typing import Any
from urllib.parse import quote_plus

from rest_framework.request import Request

from follows.paging import Page


def link_header(request: Request, page: Page[Any], limit: str | None) -> str | None:
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
