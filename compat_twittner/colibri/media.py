"""Copies avatars, covers and videos out of a folder `upload/`, and reads nothing outside of it.

Pictures are decoded and encoded again. Each account is done once, so a picture that its owner removed here does not
return.
"""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files.base import File

from accounts import badges, databases, images
from accounts.images import BadImage
from accounts.models import Account, BadgeRequest
from compat_twittner.colibri import imported, tables
from compat_twittner.colibri.imported import Imported
from compat_twittner.colibri.report import Report
from compat_twittner.colibri.staging import FRESH, Staging

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
UPLOAD, DEFAULTS = "upload", "upload/default/"  # where the script keeps files, and those that it came with
DONE = "pictures"  # the name among `imported` of the accounts whose pictures were looked at
SOME = 500  # accounts looked at once
_OWN = " OR ".join(
    f"({column} LIKE '{UPLOAD}/%' AND {column} NOT LIKE '{DEFAULTS}%')" for column in ("avatar", "cover")
)
_WITH_MEDIA = f"""why IS NULL AND (
    {_OWN} OR id IN (SELECT account FROM cl_verifications WHERE {FRESH} AND video <> '')
)"""


def count(staging: Staging) -> int:
    """Count the accounts that have pictures or a video."""
    return staging.count(tables.USERS, _WITH_MEDIA)


def foresee(staging: Staging, folder: Path | None, report: Report) -> None:
    """Tell which pictures a copy would miss; without a folder, that all of them wait."""
    for pk, username, avatar, cover, video in _wanted(staging):
        who = f"{pk} {username}"
        if folder is None:
            report.add("picture_not_copied", [who])
        else:
            report.add("picture_missing", [who for name in (avatar, cover, video) if name and not _find(folder, name)])


def copy(staging: Staging, folder: Path, report: Report) -> Iterator[None]:
    """Copy the pictures of all accounts that an import made; yields after each account."""
    for pk, username, avatar, cover, video in _wanted(staging):
        who = f"{pk} {username}"
        account = Account.objects.using(databases.for_write(Account)).filter(pk=pk).first()
        if account is None:
            continue
        if avatar and not account.avatar:
            _give(account, who, _find(folder, avatar), _set_avatar, report)
        if cover and not account.header:
            _give(account, who, _find(folder, cover), _set_header, report)
        if video:
            _give(account, who, _find(folder, video), _set_video, report)
        with databases.atomic(Account):
            imported.add(DONE, [pk])
        yield


Give = Callable[[Account, "File[Any]"], object]


def _give(account: Account, who: str, path: Path | None, give: Give, report: Report) -> None:
    if path is None:
        report.add("picture_missing", [who])
        return
    try:
        with path.open("rb") as file:
            give(account, File(file, name=path.name))
    except (BadImage, OSError):
        report.add("picture_bad", [who])


def _set_avatar(account: Account, file: "File[Any]") -> None:
    images.set_avatar(account, images.avatar(file, FORMATS))


def _set_header(account: Account, file: "File[Any]") -> None:
    images.set_header(account, images.header(file, FORMATS))


def _set_video(account: Account, file: "File[Any]") -> None:
    """Keep a video for the moderators, unless they have answered meanwhile.

    :raises BadImage: when it is no video.
    """
    suffix = PurePosixPath(str(file.name)).suffix.lower()
    if suffix not in badges.VIDEOS or not 0 < file.size <= badges.MOST_BYTES:
        raise BadImage
    asked = BadgeRequest.objects.filter(account=account, video="").first()
    if asked:
        asked.video.save(f"videos/{secrets.token_hex(16)}{suffix}", file, save=False)
        BadgeRequest.objects.filter(account=account).update(video=asked.video.name)


def _wanted(staging: Staging) -> Iterator[tuple[int, str, str, str, str]]:
    """Accounts that are yet to be looked at: id, user name, and the paths of avatar, cover and video, or empty."""
    done, after = Imported(), 0
    query = f"""
        SELECT id, username, avatar, cover,
            (SELECT video FROM cl_verifications v WHERE v.account = u.id AND v.known = 0 AND v.why IS NULL)
        FROM cl_users u WHERE id > ? AND {_WITH_MEDIA} ORDER BY id LIMIT ?
    """
    while rows := staging.db.execute(query, [after, SOME]).fetchall():
        after = rows[-1][0]
        for pk, username, *names in rows:
            if not done.has(DONE, pk):
                avatar, cover, video = (name if name and not _is_default(name) else "" for name in names)
                yield pk, username, avatar, cover, video


def _is_default(name: str) -> bool:
    return name.startswith(DEFAULTS) or not name.startswith(f"{UPLOAD}/")


def _find(folder: Path, name: str) -> Path | None:
    """The file of this name, if it is a plain file that lies in `upload/`; links that lead out of it lead nowhere."""
    try:
        path = (folder / name).resolve()
        inside = path.is_relative_to(folder.resolve() / UPLOAD) and path.is_file()
    except (OSError, ValueError):
        return None
    return path if inside else None
