"""Types and nulls of what moderators are told, as Mastodon's documentation of its moderation API gives them."""

from typing import Literal, NotRequired, TypedDict

from tests.compat_mastodon.reference_people import Account, Nothing, Role
from tests.compat_mastodon.reference_server import Rule


class AdminIp(TypedDict):
    ip: str
    used_at: str


class AdminAccount(TypedDict):
    id: str
    username: str
    domain: str | None
    created_at: str
    email: str
    ip: str | None
    role: Role
    confirmed: bool
    suspended: bool
    silenced: bool
    sensitized: bool
    disabled: bool
    approved: bool
    locale: str | None
    invite_request: str | None
    invited_by_account_id: NotRequired[str]
    ips: list[AdminIp]
    account: Account


class AdminReport(TypedDict):
    id: str
    action_taken: bool
    action_taken_at: str | None
    category: Literal["spam", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: str
    updated_at: str
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Nothing]
    rules: list[Rule]
