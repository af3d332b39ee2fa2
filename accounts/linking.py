"""Finds the links in plain text: addresses of the web, and mentions of people. Pure, and linear in the text's length.

`linkify-it-py` does not fit: it keeps full-width punctuation in an address, and links other things, too.
The HTML is made in `markup`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from accounts.domains import LONGEST, NotADomain, canonical


class Text(NamedTuple):
    """Words that lead nowhere."""

    text: str


class Address(NamedTuple):
    """An `http` or `https` address, as it was written, and where it leads."""

    text: str
    href: str


class Mention(NamedTuple):
    """`@user` or `@user@domain`, as it was written. The account may not exist."""

    text: str

    @property
    def handle(self) -> str:
        """`user` or `user@domain`, in lower case."""
        return self.text[1:].lower()


Token = Text | Address | Mention

# Ideographs, kana and Hangul need no blank before a link; other letters and digits do.
_AFTER_A_WORD = r"[^\W\u2e80-\U0010ffff]"
_START = re.compile(
    rf"""
    (?<![a-z0-9]) (?<![a-z0-9]\+) https?://         # no part of another scheme
    | (?<!{_AFTER_A_WORD}) (?<![@./\\+-]) www\.     # no part of a path or of a mail address
    | (?<!{_AFTER_A_WORD}) (?<![=/\\@+]) @ (?=[a-z0-9_])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_IP6 = re.compile(r"\[[0-9A-Fa-f:.]{2,45}\]")
_PORT = re.compile(r":([0-9]{1,5})(?![0-9])")
_USERINFO = re.compile(r"""[^\s/?#@\\<>"'(),;!]{0,256}@""")
_TOP_LEVEL_THEN_A_WORD = re.compile(r"[A-Za-z][A-Za-z0-9\u00c0-\u024f-]*(?=[^\u0000-\u024f])")

_IN_AN_ADDRESS = frozenset("!#$%&'()*+,-./:;=?@[]_{}~")
_TRAILING = ".,;:!?'*"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_EVERY_BRACKET = frozenset("()[]{}")


def tokens(text: str) -> Iterator[Token]:
    """The text in pieces; together their `text` is the whole again."""
    shown = at = 0
    partners = _partners(text)
    found: Token | None
    while start := _START.search(text, at):
        if start[0] == "@":
            end, found = _mention(text, start.start())
        else:
            end, found = _address(text, start, partners)
        if found:
            if start.start() > shown:
                yield Text(text[shown : start.start()])
            yield found
            shown = end
        at = end
    if shown < len(text):
        yield Text(text[shown:])


def mentions(text: str) -> Iterator[Mention]:
    """The handles that the text may mean people by."""
    return (token for token in tokens(text) if isinstance(token, Mention))


def _mention(text: str, start: int) -> tuple[int, Mention | None]:
    """Where to go on, and the mention that begins here, if one does."""
    name = _NAME.match(text, start + 1)
    assert name is not None  # noqa: S101  # `_START` looked for it
    end = name.end()
    if text.startswith("@", end):
        host = _host(text, end + 1)
        if host == end + 1:
            return end, None
        end = host
        if port := _PORT.match(text, end):
            end = port.end()
        if text.startswith("@", end):
            return end, None
    return end, Mention(text[start:end])


def _address(text: str, start: re.Match[str], partners: dict[int, int]) -> tuple[int, Address | None]:
    """Where to go on, and the address that begins here, if one does."""
    scheme = "" if start[0].endswith("://") else "https://"
    begin = start.end()
    if scheme:
        end = _host(text, start.start())
        if end <= begin:
            return begin, None
    elif ip6 := _IP6.match(text, begin):
        end = ip6.end()
    else:
        end = _host(text, begin)
        if end == begin:
            return begin, None
    if (port := _PORT.match(text, end)) and int(port[1]) < 2**16:
        end = port.end()
    if userinfo := _USERINFO.match(text, end):  # such an address may look like another server's
        return userinfo.end(), None
    if text.startswith("://", end):  # `http://http://…`: the address is what follows
        return begin, None
    if text.startswith(("/", "?", "#"), end):
        end = _path(text, end, partners)
    written = text[start.start() : end]
    return end, Address(written, scheme + written)


def _host(text: str, start: int) -> int:
    """Where the name of the server that begins here ends; `start` when there is none."""
    end = label = start
    while end < min(len(text), start + LONGEST + 2):  # longer names are refused below
        here = text[end]
        if here == "." and end > label and end + 1 < len(text) and _in_a_label(text[end + 1]):
            label = end + 1
        elif not (_in_a_label(here) or (here == "-" and end > label)):
            break
        end += 1
    while end > start and text[end - 1] in "-_":
        end -= 1
    if label > start and (word := _TOP_LEVEL_THEN_A_WORD.match(text, label, end)):
        end = word.end()  # `https://a.exampleです`
    try:
        canonical(text[start:end])
    except NotADomain:
        return start
    return end + 1 if text.startswith((".:", "./", ".?", ".#"), end) else end


def _path(text: str, start: int, partners: dict[int, int]) -> int:
    """Where the path, query and fragment that begin here end: at a lone bracket, and before the sentence's marks."""
    end = start
    while end < len(text) and _in_a_path(text[end]):
        if text[end] in _EVERY_BRACKET and partners.get(end, -1) < start:
            break
        end += 1
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    return end


def _partners(text: str) -> dict[int, int]:
    """Where the other bracket of each pair is, if nothing parts them that ends an address."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for place, here in enumerate(text):
        if here in _BRACKETS.values():
            opened.append(place)
        elif here in _BRACKETS and opened and text[opened[-1]] == _BRACKETS[here]:
            other = opened.pop()
            found[other], found[place] = place, other
        elif opened and (here in _BRACKETS or not _in_a_path(here)):
            opened.clear()
    return found


def _in_a_label(character: str) -> bool:
    return character.isalnum() or character == "_" if character.isascii() else _is_of_a_word(character)


def _in_a_path(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _IN_AN_ADDRESS
    return _is_of_a_word(character)


@lru_cache(4096)
def _is_of_a_word(character: str) -> bool:
    """Letters, digits and their marks in every script; no punctuation, emoji, blanks or invisible characters."""
    return unicodedata.category(character)[0] in "LMN" and not "\ufe00" <= character <= "\ufe0f"
