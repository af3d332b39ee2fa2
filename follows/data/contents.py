"""The files of an archive of a member's data: Mastodon's CSVs, JSON for the rest, and pictures.

No secret is among them: no password, no token, and nothing that others decided about the member in silence.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Any, NamedTuple

import orjson
from django.core.files.storage import Storage, default_storage
from django.db.models import QuerySet

from accounts import images
from accounts.browsers import Browser
from accounts.models import Account, BadgeRequest, Device, Identity, Session
from accounts.models.joining import Application, Invite
from follows import export
from follows.gate import settings as gate
from follows.models import (
    Approval,
    Dismissal,
    Endorsement,
    KeptOut,
    List,
    Marker,
    Note,
    Notice,
    NoticePermission,
    NoticePolicy,
    Reason,
    Report,
)

PART = 65_536  # bytes that are read at once
NOT_OF_THE_MEMBER = {  # columns of an account
    "password",
    "version",  # and others of the server's own
    "note_mentions",
    "fields_mentions",
    "groups",
    "user_permissions",
    "is_superuser",
    "limited_at",  # as others see it, nobody is told
    "suspended_at",
}
NAMES = {  # of the files of `export`: Mastodon's, where it has one
    "following": "following_accounts.csv",
    "followers": "followers.csv",
    "blocks": "blocked_accounts.csv",
    "mutes": "muted_accounts.csv",
    "domain_blocks": "blocked_domains.csv",
    "lists": "lists.csv",
    "requests": "requests_received.csv",
    "sent": "requests_sent.csv",
    "decisions": "decisions.csv",
}
Record = dict[str, Any]
Records = Callable[[int], Iterable[Record]]


class Part(NamedTuple):
    """One file, in chunks."""

    name: str
    chunks: Iterator[bytes]


_more: dict[str, Records] = {}


def register(name: str, records: Records) -> None:
    """Add a JSON file of this name to all archives, with the result of `records` for the account."""
    _more[name] = records


def of(account: int) -> list[Part]:
    """The files of an account that exists. Their chunks are read one after the other."""
    found = Account.objects.get(pk=account)
    parts = [Part("account.json", _json([_account(found)], one=True))]
    parts += [Part(NAMES[kind], export.lines(kind, account)) for kind in export.FILES]
    parts += [Part(name, _json(records(account))) for name, records in (_RECORDS | _more).items()]
    parts += [Part(_picture_name(name), _read(default_storage, name)) for name in images.files_of(found)]
    if request := BadgeRequest.objects.filter(account=account).first():
        video = request.video.name or ""
        parts.append(Part(f"verification{PurePath(video).suffix}", _read(request.video.storage, video)))
    return parts


def _account(account: Account) -> Record:
    names = {field.name for field in Account._meta.get_fields() if field.concrete} - NOT_OF_THE_MEMBER
    profile: Record = {name: getattr(account, name) for name in sorted(names)}
    for picture in ("avatar", "header"):
        profile[picture] = _picture_name(profile[picture].name) if profile[picture] else None
    policy = NoticePolicy.objects.filter(account=account.pk).first()
    return {
        "address": export.address_of(account.username, account.domain),
        **profile,
        "gate": _columns(gate.of(account.pk)),
        "notice_policy": _columns(policy) if policy else None,
        "request_to_join": Application.objects.filter(account=account.pk).values("reason", "created_at").first(),
        "verification_request": BadgeRequest.objects.filter(account=account.pk)
        .values("full_name", "message", "created_at")
        .first(),
    }


def _columns(row: Any) -> Record:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.is_relation}


def _json(records: Iterable[Record], *, one: bool = False) -> Iterator[bytes]:
    """Records as a JSON list in chunks, or as a single object."""
    lines, between = [], b"[\n"
    for record in records:
        lines.append(orjson.dumps(record, option=orjson.OPT_INDENT_2 if one else None))
        if len(lines) == export.CHUNK:
            yield between + b",\n".join(lines)
            lines, between = [], b",\n"
    if one:
        yield lines[0] + b"\n"
    else:
        yield (between if lines or between == b"[\n" else b"") + b",\n".join(lines) + b"\n]\n"


def _rows(rows: QuerySet[Any], *columns: str, other: str = "") -> Iterator[Record]:
    """Some columns of each row, and the address of the account at its `other` end."""
    ends = (f"{other}__username", f"{other}__domain") if other else ()
    for values in export.walk(rows, *ends, *columns):
        record = dict(zip(columns, values[len(ends) :], strict=True))
        if other:
            username, domain = values[:2]
            record = {"account": username and export.address_of(username, domain)} | record
        yield record


def _notices(account: int) -> Iterator[Record]:
    rows = Notice.objects.filter(recipient=account, actor__suspended_at=None)
    columns = ("kind", "created_at", "seen", "filtered", "domain", "followers_lost", "following_lost")
    for record in _rows(rows, *columns, other="actor"):
        yield record | {"kind": Notice.Kind(record["kind"]).name.lower()}


def _reports(account: int) -> Iterator[Record]:
    rows = Report.objects.filter(reporter=account)
    for record in _rows(rows, "reason", "comment", "created_at", other="target"):
        yield record | {"reason": Reason(record["reason"]).name.lower()}


def _read(storage: Storage, name: str) -> Iterator[bytes]:
    """A stored file; nothing of one that was replaced meanwhile."""
    try:
        with storage.open(name) as file:
            yield from file.chunks(PART)
    except FileNotFoundError:
        return


def _picture_name(name: str) -> str:
    return f"pictures/{PurePath(name).name}"


_RECORDS: dict[str, Records] = {
    "sessions.json": lambda account: _rows(
        Session.objects.filter(account=account), "platform", "created_at", "expires_at"
    ),
    "browsers.json": lambda account: _rows(Browser.objects.filter(account=account), "agent", "began_at", "used_at"),
    "devices.json": lambda account: _rows(Device.objects.filter(account=account), "platform", "changed_at"),
    "social_logins.json": lambda account: _rows(Identity.objects.filter(account=account), "provider", "subject"),
    "invitations.json": lambda account: _rows(
        Invite.objects.filter(created_by=account),
        "max_uses",
        "uses",
        "created_at",
        "expires_at",  # the code lets people in
    ),
    "notices.json": _notices,
    "notice_permissions.json": lambda account: _rows(NoticePermission.objects.filter(recipient=account), other="actor"),
    "reading_positions.json": lambda account: _rows(
        Marker.objects.filter(account=account), "timeline", "last_read", "updated_at"
    ),
    "notes.json": lambda account: _rows(Note.objects.filter(author=account), "text", other="target"),
    "endorsements.json": lambda account: _rows(
        Endorsement.objects.filter(endorser=account), "created_at", other="target"
    ),
    "dismissed_suggestions.json": lambda account: _rows(Dismissal.objects.filter(account=account), other="target"),
    "kept_out.json": lambda account: _rows(
        KeptOut.objects.filter(owner=account), "domain", "created_at", other="account"
    ),
    "approvals.json": lambda account: _rows(Approval.objects.filter(owner=account), "handle", "until", "created_at"),
    "lists.json": lambda account: _rows(List.objects.filter(owner=account), "title", "replies_policy", "exclusive"),
    "reports.json": _reports,
}
