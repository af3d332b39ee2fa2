"""Avatars and header pictures: checked, stripped of metadata, cut to size, encoded anew and stored.

What was sent is read first (`avatar`, `header`), and given to an account then: no write waits for a
decoder. Nothing of an uploaded file is kept but its pixels. A header picture keeps its uncut original beside
it, so that it can be cut again (`reposition`); the names of the two tell of each other.
"""

import secrets
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps

from accounts import lookup, people
from accounts.models import Account
from accounts.refused import Refused

FORMATS = ("JPEG", "PNG", "GIF")
MOST_BYTES = 24_000_000
MOST_PIXELS = 50_000_000
MOST_HEIGHT = 65_500  # pixels of a JPEG
AVATAR = (512, 512)
HEADER = (600, 200)
QUALITY = 88

Image.MAX_IMAGE_PIXELS = None  # Pillow would warn; the limit here is lower and looked at before any pixel


Picture = Image.Image


class BadImage(Refused):
    """This is no picture that can be read, or it is too large."""


def avatar(file: "File[Any]", formats: tuple[str, ...] = FORMATS) -> Picture:
    """A picture to become an avatar: a square around the middle.

    :raises BadImage: when the file is none of `formats`, broken, or larger than the limits.
    """
    return ImageOps.fit(_opened(file, formats), AVATAR)


def header(file: "File[Any]", formats: tuple[str, ...] = FORMATS) -> Picture:
    """A picture to become a header picture: as wide as these, and at least as high.

    :raises BadImage: when the file is none of `formats`, broken, or larger than the limits.
    """
    width, least = HEADER
    picture = _opened(file, formats)
    height = max(least, round(picture.height * width / picture.width))
    if height > MOST_HEIGHT:
        raise BadImage
    return picture.resize((width, height))


def set_avatar(account: Account, picture: Picture) -> str:
    """Give an account a new avatar; returns its stored name."""
    name = _store(picture, f"avatars/{_fresh()}_thumbnail_512x512.jpg")
    return _replace(account, "avatar", name)


def set_header(account: Account, picture: Picture) -> str:
    """Give an account a new header picture, cut from the top; returns its stored name."""
    base = f"headers/{_fresh()}"
    _store(picture, original_of(f"{base}-"))
    name = _store(_cut(picture, 0), _header_name(base, 0))
    return _replace(account, "header", name)


def drop_avatar(account: Account) -> None:
    """Leave an account without an avatar."""
    _replace(account, "avatar", "")


def drop_header(account: Account) -> None:
    """Leave an account without a header picture."""
    _replace(account, "header", "")


def reposition(account: Account, top: int) -> str:
    """Cut the header picture again, `top` pixels below the upper edge of its original, 600 wide.

    :raises BadImage: when the account has no header picture.
    """
    old = account.header.name or ""
    if not old:
        raise BadImage
    try:
        with default_storage.open(original_of(old)) as file:
            picture = _opened(file, FORMATS)
    except FileNotFoundError:
        raise BadImage from None
    top = min(max(top, 0), picture.height - HEADER[1])
    name = _header_name(old.partition("-")[0], top)
    if name == old:
        return old
    return _replace(account, "header", _store(_cut(picture, top), name))


def original_of(name: str) -> str:
    """The stored name of the uncut original of a header picture."""
    return f"{name.partition('-')[0]}-original.jpg" if name else ""


def files_of(account: Account) -> list[str]:
    """The stored names of all of an account's pictures."""
    return [name for file in (account.avatar, account.header) for name in _files(file.name or "")]


def _opened(file: "File[Any]", formats: tuple[str, ...]) -> Picture:
    """The first frame, the right way up, in RGB, on white where it was transparent."""
    try:
        if file.seek(0, 2) > MOST_BYTES:
            raise BadImage
        file.seek(0)
        with Image.open(file, formats=formats) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadImage
            ImageOps.exif_transpose(picture, in_place=True)
            upright = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except BadImage:
        raise
    except Exception:  # decoders of broken files raise whatever they like
        raise BadImage from None
    ground = Image.new("RGB", upright.size, "white")  # it has none of the metadata that conversions carry along
    ground.paste(upright, mask=upright if upright.mode == "RGBA" else None)
    return ground


def _cut(picture: Picture, top: int) -> Picture:
    return picture.crop((0, top, HEADER[0], top + HEADER[1]))


def _store(picture: Picture, name: str) -> str:
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY, optimize=True)
    return default_storage.save(name, ContentFile(encoded.getvalue()))


def _replace(account: Account, column: str, name: str) -> str:
    """Make a stored picture the account's, and delete what it replaces, even if that is newer than `account`.

    :raises NoSuchAccount: when the account was deleted meanwhile; the picture is gone then, too.
    """
    try:
        with transaction.atomic():
            old = getattr(lookup.for_update(account.pk), column).name or ""
            people.change(account.pk, **{column: name})
            transaction.on_commit(lambda: remove(_files(old), kept=name))
    except Exception:
        remove(_files(name), kept=getattr(account, column).name or "")
        raise
    setattr(account, column, name)
    return name


def _files(name: str) -> list[str]:
    """The stored names of one picture: its own, and that of its uncut original."""
    return [file for file in (name, original_of(name) if "-" in name else "") if file]


def remove(names: Iterable[str], kept: str = "") -> None:
    """Delete stored files, but those of the picture that is `kept`."""
    for name in set(names) - set(_files(kept)):
        default_storage.delete(name)


def _fresh() -> str:
    """The beginning of a name that nobody can guess."""
    return f"{timezone.now():%Y/%m}/{secrets.token_hex(16)}"


def _header_name(base: str, top: int) -> str:
    return f"{base}-{top}_image_cover_600x200.jpg"
