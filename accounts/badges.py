"""Asking for the badge of verified accounts. Moderators answer in the admin."""

import secrets
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts import databases, lookup, people
from accounts.models import Account, BadgeRequest, Verification
from accounts.refused import Refused

VIDEOS = {
    ".mp4": {"video/mp4"},
    ".mov": {"video/quicktime", "video/mp4"},
    ".3gp": {"video/3gpp", "audio/3gpp"},
    ".webm": {"video/webm"},
}
UNTOLD = {"", "application/octet-stream"}  # what phones send that do not look at the file
MOST_BYTES = 24_000_000


class Verified(Refused):
    """The account has the badge already."""


class Waiting(Refused):
    """An earlier plea of the account is not answered yet."""


def check_may_ask(account: Account) -> None:
    """:raises Verified, Waiting: when there is nothing to ask for."""
    if account.verification == Verification.VERIFIED:
        raise Verified
    if account.verification == Verification.REQUESTED:
        raise Waiting


def ask(account: Account, full_name: str, message: str, video: "UploadedFile[Any]") -> None:
    """Ask for the badge with a message to the moderators.

    :raises Verified, Waiting: when there is nothing to ask for.
    :raises NoSuchAccount: when the account was deleted meanwhile.
    """
    suffix = PurePath(video.name or "").suffix.lower()
    with databases.atomic(BadgeRequest):
        check_may_ask(lookup.for_update(account.pk))
        video.name = f"videos/{secrets.token_hex(16)}{suffix}"
        BadgeRequest.objects.update_or_create(
            account=account,
            defaults={"full_name": full_name, "message": message, "video": video, "created_at": timezone.now()},
        )
        people.change(account.pk, verification=Verification.REQUESTED)


def answer(account: int, verification: Verification) -> None:
    """Give an account the badge or none; what it sent to get one is deleted."""
    with databases.atomic(BadgeRequest):
        people.change(account, verification=verification)
        withdraw(account)


def withdraw(account: int) -> None:
    """Delete what an account sent to get the badge, if it did."""
    with databases.atomic(BadgeRequest):
        request = BadgeRequest.objects.filter(account=account).first()
        if request:
            request.delete()
            transaction.on_commit(lambda: request.video.delete(save=False), databases.for_write(BadgeRequest))


def is_video(file: "UploadedFile[Any]") -> bool:
    """Return True if the name, the type, if told, and the size are those of a short film, and it begins like one."""
    types = VIDEOS.get(PurePath(file.name or "").suffix.lower())
    return (
        types is not None
        and file.content_type in types | UNTOLD
        and 0 < (file.size or 0) <= MOST_BYTES
        and _begins_like_one(file)
    )


def _begins_like_one(file: "UploadedFile[Any]") -> bool:
    """ISO media files name their kind from the fifth byte on; WebM begins as EBML does."""
    file.seek(0)
    head = file.read(12)
    file.seek(0)
    return head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free"} or head[:4] == b"\x1aE\xdf\xa3"
