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

_URI = re.compile(r"[!-~]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\])(:\d{1,5})?")


def fault(uri: str) -> str | None:
    """What is wrong with a URI that a client wants to register (mastodon.md §1.1); None if nothing."""
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return "must be an absolute URI."
    if scheme[1].lower() in FORBIDDEN_SCHEMES:
        return "is forbidden by the server."
    if "#" in uri:
        return "cannot contain a fragment."
    parts = _parts(uri)
    if not _URI.fullmatch(uri) or parts is None or (parts[0] in {"http", "https"} and not parts[1]):
        return "must be a valid URI."
    return None


def allowed(uri: str, registered: str) -> bool:
    """Whether a client may be answered at this URI, given its registered ones (separated by blanks)."""
    return fault(uri) is None and any(_matches(uri, known) for known in registered.split())


def extended(uri: str, answers: dict[str, str], mode: str) -> str:
    """The URI with the answers appended, whatever query it has is kept."""
    mark = "#" if mode == "fragment" else "&" if "?" in uri else "?"
    return f"{uri}{mark}{urlencode(answers)}"


def _matches(uri: str, registered: str) -> bool:
    """The same but for the order of the query and the port of a loopback address.

    A URI that was registered without a query may be used with any (mastodon.md §1.3).
    """
    if uri == registered:
        return True
    asked, known = _parts(uri), _parts(registered)
    if asked is None or known is None or asked[:-1] != known[:-1]:
        return False
    return not known[-1] or asked[-1] == known[-1]


def _parts(uri: str) -> tuple[str, str, str, list[tuple[str, str]]] | None:
    """Scheme, host, path and the sorted query; None for what cannot be parsed."""
    try:
        scheme, host, path, query, _ = urlsplit(uri)
        loopback = _LOOPBACK.fullmatch(host)
        return scheme, loopback[1] if loopback else host, path, sorted(parse_qsl(query, keep_blank_values=True))
    except ValueError:
        return None
