"""The JSON shapes of this dialect (twittner.md §1.7, §2): one function each, no queries. Lists are in `cards`.

Numbers are numbers and texts are texts exactly as documented; its clients refuse anything else.
"""

from datetime import datetime
from typing import Any, TypedDict

from django.conf import settings

from accounts.images import original_of
from accounts.lookup import MAX_ID
from accounts.models import Account, Verification
from accounts.pictures import header_url, still_avatar_url
from accounts.sessions import Tokens
from compat_twittner import countries
from compat_twittner.ages import ago
from follows.models import Notice
from follows.notices.inbox import Item
from follows.queries import Person
from follows.relationships import Relationship


class Ties(TypedDict):
    """The relationship of the viewer to the owner of a profile."""

    is_blocked_visitor: bool
    is_blocked_profile: bool
    is_following: bool
    follow_requested: bool
    follow_privacy: str


def profile(person: Person, own: Account | None, ties: Relationship | None, *, can_view: bool) -> dict[str, Any]:
    """A whole profile. `own` is the account of a viewer who looks at their own; `ties` are a signed-in viewer's.

    The original keeps the true flags in `user` and constants beside it; here both are true.
    """
    blank = person.suspended_at is not None
    country = countries.of(person.country)
    flags: Ties = {
        "is_blocked_visitor": ties is not None and bool(ties.blocked_by),
        "is_blocked_profile": ties is not None and bool(ties.blocking),
        "is_following": ties is not None and bool(ties.following),
        "follow_requested": ties is not None and bool(ties.requested),
        "follow_privacy": follow_privacy(person),
    }
    cover = header_url("" if blank else person.header)
    about = "" if blank else person.note
    return {
        "id": person.id,
        "avatar": still_avatar_url("" if blank else person.avatar),
        "cover": cover,
        "cover_orig": header_url("" if blank else original_of(person.header)),
        "first_name": "" if blank else person.first_name,
        "last_name": "" if blank else person.last_name,
        "user_name": acct(person),
        "email": own.email if own else "",
        "is_verified": person.verification == Verification.VERIFIED,
        "website": "" if blank else person.website,
        "about_you": about,
        "about": about,
        "gender": person.gender,
        "country": country.name,
        "country_flag": flag_url(country.code),
        "post_count": 0,
        "ip_address": (own.last_address or "") if own else "",
        "following_count": person.following or 0,
        "follower_count": person.followers or 0,
        "language": person.language,
        "last_active": unix_text(person.last_active_at),
        "profile_privacy": person.profile_privacy,
        "member_since": f"{person.created_at:%b %Y}",
        **flags,
        "can_view_profile": can_view,
        **({"user": flags} if ties or own else {}),
    }


def signed_in(account: Account, person: Person) -> dict[str, Any]:
    """`data` of a login: the user below `user`, and flat with `id` for clients written from the docs."""
    user = {
        **_owner(account, person),
        "last_post": 0,
        "last_ad": 0,
        "wallet": "0.00",
        "last_active": unix_text(account.last_active_at),
        "member_since": f"{person.created_at:%b %Y}",
        "profile_privacy": person.profile_privacy,
    }
    pictures = {"profile_picture": still_avatar_url(person.avatar), "cover_picture": header_url(person.header)}
    return {"user": {"user_id": person.id, **user, **pictures}, "id": person.id, **user}


def own_settings(account: Account, person: Person) -> dict[str, Any]:
    """`data` of gen_settings: the account as its owner has just changed it."""
    return {
        "id": person.id,
        **_owner(account, person),
        "last_active": ago(person.last_active_at, person.language),
        "member_since": f"{person.created_at:%B %Y}",
    }


def _owner(account: Account, person: Person) -> dict[str, Any]:
    """The account as its owner sees it."""
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "user_name": person.username,
        "email": account.email,
        "is_verified": person.verification == Verification.VERIFIED,
        "website": person.website,
        "about_you": person.note,
        "gender": person.gender,
        "country": countries.of(person.country).name,
        "post_count": 0,
        "ip_address": account.last_address or "",
        "following_count": person.following or 0,
        "follower_count": person.followers or 0,
        "language": person.language,
    }


class Auth(TypedDict):
    auth_token: str
    refresh_token: str
    auth_token_expiry: int


def auth(tokens: Tokens) -> Auth:
    return {
        "auth_token": tokens.token,
        "refresh_token": tokens.refresh_token,
        "auth_token_expiry": min(tokens.expires, MAX_ID),  # 32 bits, even while the clock is wrong
    }


class PrivacySettings(TypedDict):
    profile_visibility: str
    contact_privacy: str
    follow_privacy: str
    search_visibility: bool


def privacy_settings(account: Account) -> PrivacySettings:
    return {
        "profile_visibility": account.profile_privacy,
        "contact_privacy": account.contact_privacy,
        "follow_privacy": follow_privacy(account),
        "search_visibility": not account.noindex,
    }


SUBJECTS: dict[int, str] = {
    Notice.Kind.FOLLOWED: "subscribe",
    Notice.Kind.REQUESTED: "subscribe_request",
    Notice.Kind.ACCEPTED: "subscribe_accept",
}


class Notification(TypedDict):
    """A notification without what it says of its actor."""

    id: int
    notifier_id: int
    recipient_id: int
    status: str
    subject: str
    entry_id: int
    json: str
    time: str


class Notifier(TypedDict):
    """The actor of a notification, as its last keys."""

    username: str
    avatar: str
    verified: str
    name: str
    url: str
    user_url: str
    user_id: int


def notification(told: Item, recipient: int, language: str) -> Notification:
    actor = told.actor.account
    return {
        "id": told.id,
        "notifier_id": actor,
        "recipient_id": recipient,
        "status": "1" if told.seen else "0",
        "subject": SUBJECTS[told.kind],
        "entry_id": actor,
        "json": "[]",
        "time": ago(told.created_at, language),
    }


def notifier(actor: Person) -> Notifier:
    return {
        "username": acct(actor),
        "avatar": still_avatar_url(actor.avatar),
        "verified": str(actor.verification),
        "name": full_name(actor),
        "url": url(actor),
        "user_url": url(actor),
        "user_id": actor.id,
    }


# --- parts --------------------------------------------------------------------------------------------


def follow_privacy(person: Person | Account) -> str:
    return "approved" if person.locked or person.domain else "everyone"


def url(person: Person) -> str:
    """Return the address of the person's page, on this server or on theirs."""
    home = f"https://{person.domain}" if person.domain else settings.BASE_URL
    return f"{home}/@{person.username}"


def flag_url(code: str) -> str:
    return f"{settings.BASE_URL}/mobile_api/flags/{code}.svg"


def unix_text(moment: datetime) -> str:
    """Unix seconds as a text, which is what these clients expect (§1.7)."""
    return str(int(moment.timestamp()))


def full_name(person: Person) -> str:
    """First and last name, never empty; a suspended person has only the user name."""
    name = "" if person.suspended_at else f"{person.first_name} {person.last_name}".strip()
    return name or person.username


def acct(person: Person) -> str:
    return f"{person.username}@{person.domain}" if person.domain else person.username
