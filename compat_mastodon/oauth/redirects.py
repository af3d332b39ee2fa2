"""Redirect URIs: which ones a client may register, which one it may use, and how answers are added.

URIs are compared and extended as text. Parsing and reassembling would change `app://` to `app:`,
and a parser that forgives (a newline, a backslash) would let something through that a browser
reads differently.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

OUT_OF_BAND = {"urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"}
FORBIDDEN_SCHEMES = {"data", "javascript", "vbscript"}
MODES = ("query", "fragment", "form_post")

_URI = re.compile(r"[!-\[\]-~]+")  # printable ASCII without the backslash, which browsers take for a slash
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LOOPBACK = re.compile(r"\A(https?://(?:127\.0\.0\.1|\[::1\])):\d{1,5}(?=/|\Z)")


def fault(uri: str) -> str | None:
    """Return the error of a URI that a client wants to register (mastodon.md §1.1); None if it is valid."""
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return "must be an absolute URI."
    if scheme[1].lower() in FORBIDDEN_SCHEMES:
        return "is forbidden by the server."
    if "#" in uri:
        return "cannot contain a fragment."
    if not _URI.fullmatch(uri) or (scheme[1].lower() in {"http", "https"} and not _has_host(uri)):
        return "must be a valid URI."
    return None


def allowed(uri: str, registered: str) -> bool:
    """Return True if a client may be answered at this URI, given its registered ones (separated by blanks)."""
    return fault(uri) is None and any(_matches(uri, known) for known in registered.split())


def extended(uri: str, answers: dict[str, str], mode: str) -> str:
    """The URI with the answers appended, whatever query it has is kept."""
    mark = "#" if mode == "fragment" else "&" if "?" in uri else "?"
    return f"{uri}{mark}{urlencode(answers)}"


def _matches(uri: str, registered: str) -> bool:
    """The same but for the order of the query and the port of a loopback address.

    A URI that was registered without a query may be used with any (mastodon.md §1.3).
    """
    asked, _, asked_query = uri.partition("?")
    known, _, known_query = registered.partition("?")
    return _portless(asked) == _portless(known) and (not known_query or _pairs(asked_query) == _pairs(known_query))


def _portless(uri: str) -> str:
    return _LOOPBACK.sub(r"\1", uri)


def _pairs(query: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query, keep_blank_values=True))


def _has_host(uri: str) -> bool:
    try:
        return bool(urlsplit(uri).hostname)
    except ValueError:
        return False
