"""Headers that many answers share: they are encoded and checked once, and not for each answer."""

from collections.abc import Mapping

from django.http.response import HttpResponseBase, ResponseHeaders


class Headers:
    """Some headers whose values never change."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._stored = ResponseHeaders(headers)._store  # noqa: SLF001  # its methods check each header of each answer

    def complete(self, response: HttpResponseBase) -> None:
        """Add those that the answer does not have."""
        headers = response.headers
        headers._store = self._stored | headers._store  # noqa: SLF001


def put(response: HttpResponseBase, headers: Mapping[str, str]) -> None:
    """Set headers whose names and values this server made. Those from outside need the checks of Django's own way."""
    stored = response.headers._store  # noqa: SLF001
    for name, value in headers.items():
        stored[name.lower()] = name, value


def listed(response: HttpResponseBase) -> list[tuple[str, str]]:
    """Return all headers of an answer, cookies among them."""
    headers = list(response.headers._store.values())  # noqa: SLF001
    if response.cookies:
        headers += [("Set-Cookie", cookie.output(header="")) for cookie in response.cookies.values()]
    return headers
