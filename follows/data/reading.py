"""Mastodon's CSV files: which kind a file is, and what its lines say."""

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import PurePath
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.domains import NotADomain, canonical
from accounts.validation import CONTROL, Fault, Invalid, Problem, clean_text
from follows.export import plain
from follows.gate import approvals
from follows.graph import LANGUAGE
from follows.lists import MAX_TITLE
from follows.models import ImportKind

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
KEPT = 320  # characters of a cell that are kept for the report
ADDRESS, DOMAIN, TITLE = "account address", "#domain", "list name"
BOOSTS, NOTIFY, LANGUAGES, HIDE = "show boosts", "notify on new posts", "languages", "hide notifications"
HEADERS = {ADDRESS, DOMAIN, TITLE}  # one of these begins the first line, unless the file has no header
COLUMNS = {  # those that a file must have, and has without a header
    ImportKind.FOLLOWING: (ADDRESS,),
    ImportKind.BLOCKS: (ADDRESS,),
    ImportKind.MUTES: (ADDRESS,),
    ImportKind.DOMAIN_BLOCKS: (DOMAIN,),
    ImportKind.LISTS: (TITLE, ADDRESS),
}
BEGINNINGS = {  # of the names that Mastodon and this server give to their files
    "following": ImportKind.FOLLOWING,
    "follows": ImportKind.FOLLOWING,
    "blocked_accounts": ImportKind.BLOCKS,
    "blocks": ImportKind.BLOCKS,
    "muted_accounts": ImportKind.MUTES,
    "mutes": ImportKind.MUTES,
    "blocked_domains": ImportKind.DOMAIN_BLOCKS,
    "domain_blocks": ImportKind.DOMAIN_BLOCKS,
    "lists": ImportKind.LISTS,
}
NAMES = {ADDRESS: "Account address", DOMAIN: "#domain", TITLE: "List name"}
FLAGS = {BOOSTS: "show_reblogs", NOTIFY: "notify", HIDE: "notices_too"}
FALSE = {"0", "f", "false", "off"}


class Line(NamedTuple):
    """One line. `subject` is a handle or a domain in its one spelling, and empty if the line cannot be read."""

    line: int
    cells: list[str]
    subject: str
    title: str = ""
    options: dict[str, Any] = {}  # never changed


def kind_of(name: str, data: bytes) -> ImportKind | None:
    """The kind of a file by its header, or else by its name; None when neither says it."""
    beginning = data[:1000].decode("utf-8-sig", "replace").partition("\n")[0].lower()
    columns = {cell.strip(' "\r') for cell in beginning.split(",")}
    if HIDE in columns:
        return ImportKind.MUTES
    if columns & {BOOSTS, NOTIFY, LANGUAGES}:
        return ImportKind.FOLLOWING
    if DOMAIN in columns:
        return ImportKind.DOMAIN_BLOCKS
    if TITLE in columns:
        return ImportKind.LISTS
    stem = PurePath(name).stem.lower()
    return next((kind for start, kind in BEGINNINGS.items() if stem.startswith(start)), None)


def check(kind: ImportKind, data: bytes) -> None:
    """Check that the lines of a file can be read.

    :raises Invalid: when the file has another format, is too long, or empty. `reason` is a sentence about it.
    """
    count = sum(1 for _row in islice(_body(kind, data)[1], MOST_ROWS + 1))
    if not count:
        raise _unreadable(_("The file has a header and nothing else."), Problem.BLANK)
    if count > MOST_ROWS:
        raise _unreadable(
            _("The file has more than %(most)s lines.") % {"most": number_format(MOST_ROWS, force_grouping=True)}
        )


def lines(kind: ImportKind, data: bytes, after: int = 0) -> Iterator[Line]:
    """Read the lines of a file that `check` has seen, from behind this line, without blank ones."""
    columns, rows = _body(kind, data)
    return (_line(kind, number, cells, columns) for number, cells in rows if number > after)


def _body(kind: ImportKind, data: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The columns of a file, and its lines with their numbers."""
    rows = _rows(data)
    first = next(rows, None)
    if first is None:
        raise _unreadable(_("The file is empty."), Problem.BLANK)
    columns = [cell.strip().lower() for cell in first[1]]
    if columns[0] not in HEADERS:
        return list(COLUMNS[kind]), chain([first], rows)
    if missing := [column for column in COLUMNS[kind] if column not in columns]:
        raise _unreadable(_("The file has no column “%(name)s”.") % {"name": NAMES[missing[0]]})
    return columns, rows


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, with their numbers."""
    if len(data) > MOST_BYTES:
        raise _unreadable(_("The file is too large: it may have at most %(most)d MB.") % {"most": MOST_BYTES // 10**6})
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise _unreadable(_("The file is not a text in UTF-8. Save it as “CSV UTF-8”, and try again."))
    first = text.lstrip().partition("\n")[0]
    if ";" in first and "," not in first:
        raise _unreadable(_("The file has semicolons between its columns. Save it with commas, and try again."))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _unreadable(_("Line %(number)d cannot be read.") % {"number": reader.line_num}) from None
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _line(kind: ImportKind, number: int, cells: list[str], columns: list[str]) -> Line:
    found = dict(zip(columns, (plain(cell.strip()) for cell in cells), strict=False))
    kept = [CONTROL.sub("", found.get(column, ""))[:KEPT] for column in COLUMNS[kind]]
    title = clean_text(found.get(TITLE, ""))
    try:
        subject = canonical(found[DOMAIN]) if kind is ImportKind.DOMAIN_BLOCKS else approvals.parsed(found[ADDRESS])
        options = dict(_options(kind, found))
    except (KeyError, Invalid, NotADomain):
        return Line(number, kept, "")
    if kind is ImportKind.LISTS and not 0 < len(title) <= MAX_TITLE:
        return Line(number, kept, "")
    return Line(number, kept, subject, title if kind is ImportKind.LISTS else "", options)


def _options(kind: ImportKind, found: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Read the further columns, under the names of the domain, without empty cells.

    :raises Invalid: when a language code is not valid.
    """
    flags = {ImportKind.FOLLOWING: (BOOSTS, NOTIFY), ImportKind.MUTES: (HIDE,)}
    for column in flags.get(kind, ()):
        if cell := found.get(column):
            yield FLAGS[column], cell.lower() not in FALSE
    if kind is ImportKind.FOLLOWING and LANGUAGES in found:
        codes = [code.strip() for code in found[LANGUAGES][:KEPT].split(",") if code.strip()]
        if not all(LANGUAGE.fullmatch(code) for code in codes):
            raise Invalid([Fault("languages", Problem.INVALID)])
        yield "languages", codes or None


def _unreadable(reason: str, problem: Problem = Problem.INVALID) -> Invalid:
    return Invalid([Fault("file", problem, reason=reason)])
