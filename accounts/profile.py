"""The profile of a member, with the same bounds on the pages and for Mastodon clients."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import URLValidator

from accounts import images, limits, lookup, people
from accounts.images import Avatar, BadImage, Header, too_large
from accounts.validation import Fault, Invalid, Problem, clean_text

MAX_DISPLAY_NAME, MAX_NOTE, MAX_DESCRIPTION, MAX_FIELDS, MAX_FIELD = 40, 500, 150, 4, 255  # characters, and rows
TEXTS = {
    "display_name": MAX_DISPLAY_NAME,
    "note": MAX_NOTE,
    "avatar_description": MAX_DESCRIPTION,
    "header_description": MAX_DESCRIPTION,
}
# What is longer than these counts in full, so that a bio has an end.
LINK, LINK_LENGTH = re.compile(r"https?://\S{1,2000}"), 23
MENTION = re.compile(r"(?<![\w/])(@\w+)@\w[\w.-]{0,251}\w")
FORMATS, MAX_FILE = ("JPEG", "PNG", "GIF", "WEBP"), 8 * 1024 * 1024
MEDIA_TYPES = ",".join(f"image/{name.lower()}" for name in FORMATS)
MAX_WEBSITE = 115

Picture = Avatar | Header
Pictures = dict[str, Picture]
READ: dict[str, Callable[..., Picture]] = {"avatar": images.avatar, "header": images.header}
GIVE: dict[str, Callable[..., str]] = {"avatar": images.set_avatar, "header": images.set_header}
DROP: dict[str, Callable[..., None]] = {"avatar": images.drop_avatar, "header": images.drop_header}


def texts(sent: Mapping[str, str], faults: list[Fault]) -> dict[str, str]:
    """Some of `TEXTS` as they are stored; what is too long is added to the faults."""
    cleaned = {name: clean_text(text) for name, text in sent.items()}
    faults += [Fault(name, Problem.TOO_LONG, TEXTS[name]) for name in cleaned if length(cleaned[name]) > TEXTS[name]]
    return cleaned


def fields(rows: Iterable[Mapping[str, str]], faults: list[Fault]) -> list[dict[str, str]]:
    """The fields of a profile that are filled in, with `name` and `value`, cut to their length."""
    cleaned = [{name: clean_text(row[name])[:MAX_FIELD] for name in ("name", "value")} for row in rows]
    filled = [row for row in cleaned if row["name"] or row["value"]]
    if len(filled) > MAX_FIELDS:
        faults.append(Fault("fields", Problem.TOO_MANY, MAX_FIELDS))
    return filled


def length(text: str) -> int:
    """Characters, with every link counted as if it had 23, and the servers of mentioned people not at all."""
    return len(MENTION.sub(r"\1", LINK.sub("x" * LINK_LENGTH, text)))


def picture(account: int, name: str, file: "File[Any]", place: int | None = None) -> Picture:
    """An uploaded picture to become the `avatar` or `header`; `place` is which part of it is kept, 0 to 100.

    :raises BadImage: when it is none that is taken.
    :raises limits.TooMany: when the account has reached its limit of uploads.
    """
    limits.charge((limits.UPLOADS, account))
    if file.size > MAX_FILE:
        raise BadImage(too_large(MAX_FILE))
    return READ[name](file, FORMATS) if place is None else READ[name](file, FORMATS, place)


def save(
    account: int,
    values: Mapping[str, Any],
    rows: Iterable[Mapping[str, str]],
    files: Mapping[str, tuple["File[Any]", int]],
    dropped: Iterable[str],
) -> None:
    """Set a whole profile: `values` are columns, `files` new pictures with their places, `dropped` old pictures.

    :raises Invalid: when something breaks its bound; all faults at once, and nothing is changed.
    :raises limits.TooMany: as `picture`.
    """
    faults: list[Fault] = []
    columns: dict[str, Any] = dict(values) | texts({name: values[name] for name in TEXTS}, faults)
    columns["fields"] = fields(rows, faults)
    if columns["website"] and not is_website(columns["website"]):
        faults.append(Fault("website", Problem.INVALID))
    pictures: Pictures = {}
    for name, (file, place) in files.items():
        try:
            pictures[name] = picture(account, name, file, place)
        except BadImage as bad:
            faults.append(Fault(name, Problem.INVALID, reason=str(bad)))
    if faults:
        raise Invalid(faults)
    owner = lookup.by_id(account)
    changed = {name: value for name, value in columns.items() if (getattr(owner, name) or False) != (value or False)}
    if changed:
        people.change(account, **changed)
    set_pictures(account, pictures)
    for name in dropped:
        DROP[name](lookup.by_id(account))


def is_website(value: str) -> bool:
    """Return True if this is an address of the web that is short enough."""
    try:
        URLValidator(schemes=["http", "https"])(value)
    except ValidationError:
        return False
    return len(value) <= MAX_WEBSITE


def set_pictures(account: int, pictures: Pictures) -> None:
    """Give an account these pictures."""
    for name, new in pictures.items():
        GIVE[name](lookup.by_id(account), new)
