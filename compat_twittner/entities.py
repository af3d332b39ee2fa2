"""The JSON shapes of this dialect (twittner.md §1.7, §2): one function each, no queries.

Numbers are numbers and texts are texts exactly as documented; its clients refuse anything else.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypedDict

import orjson
from django.conf import settings

from accounts.models import Account, Verification
from accounts.pictures import avatar_url, header_url
from accounts.sessions import Tokens
from compat_twittner import countries
from follows.fragments import Fragments
from follows.paging import Page
from follows.queries import Key, Person, Relationship

# --- people in lists --------------------------------------------------------------------------------


class Card(TypedDict):
    """What a list item says of a person, whoever looks: the documented keys, then those of version 1.3."""

    id: int
    about: str
    followers: int
    posts: int
    avatar: str
    last_active: str
    username: str
    fname: str
    lname: str
    email: str
    verified: str
    follow_privacy: str
    name: str
    url: str
    website: str
    following: int
    country_id: int
    country_a2c: str
    country_name: str


def card(person: Person) -> Card:
    """A person in a list; a suspended one is a blank card. E-mail addresses are nobody else's business."""
    blank = person.suspended_at is not None
    first, last = ("", "") if blank else (person.first_name, person.last_name)
    country = countries.of(person.country)
    return {
        "id": person.id,
        "about": "" if blank else " ".join(person.note.splitlines()),
        "followers": person.followers or 0,
        "posts": 0,
        "avatar": avatar_url("" if blank else person.avatar),
        "last_active": f"{person.last_active_at:%d %b, %y %I:%M %p}",
        "username": f"@{_acct(person)}",
        "fname": first,
        "lname": last,
        "email": "",
        "verified": str(person.verification),
        "follow_privacy": follow_privacy(person),
        "name": f"{first} {last}".strip() or person.username,
        "url": url(person),
        "website": "" if blank else person.website,
        "following": person.following or 0,
        "country_id": country.number,
        "country_a2c": country.code,
        "country_name": country.name,
    }


def requester_items(page: Page[Key]) -> list[bytes]:
    """Items of follow_requests; `offset_id` is the request."""
    return _items(page, lambda row, _: ({"offset_id": row}, {"pending_req": True}))


def person_items(page: Page[Key], viewer: int | None, ties: Iterable[Relationship]) -> list[bytes]:
    """Items of fetch_followers and fetch_following; `offset_id` is the row of the follow."""
    flags = _flags(viewer, ties)
    return _items(page, lambda row, account: ({"offset_id": row}, flags(account)))


def _flags(viewer: int | None, ties: Iterable[Relationship]) -> Callable[[int], dict[str, bool]]:
    """How the viewer stands to an account; all false for nobody."""
    known = {tie.id: tie for tie in ties}

    def flags(account: int) -> dict[str, bool]:
        tie = known.get(account)
        return {
            "is_following": tie is not None and bool(tie.following),
            "follow_requested": tie is not None and bool(tie.requested),
            "is_user": account == viewer,
        }

    return flags


def _items(page: Page[Key], around: Callable[[int, int], tuple[dict[str, Any], dict[str, Any]]]) -> list[bytes]:
    """Each kept card between what stands before and after it; cards of accounts deleted just now fall out."""
    items = []
    for row, key, middle in zip(page.ids, page.rows, CARDS.of(page.rows), strict=True):
        if middle is not None:
            before, after = around(row, key.account)
            items.append(b",".join((orjson.dumps(before)[:-1], middle, orjson.dumps(after)[1:])))
    return items


def rendered(person: Person) -> bytes:
    """A card without its braces, to be put between other keys."""
    return orjson.dumps(card(person))[1:-1]


CARDS = Fragments(rendered)


# --- one person ---------------------------------------------------------------------------------------


class Ties(TypedDict):
    """How the viewer stands to the owner of a profile."""

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
        "avatar": avatar_url("" if blank else person.avatar),
        "cover": cover,
        "cover_orig": cover,
        "first_name": "" if blank else person.first_name,
        "last_name": "" if blank else person.last_name,
        "user_name": _acct(person),
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
        "last_post": 0,
        "last_ad": 0,
        "language": person.language,
        "following_count": person.following or 0,
        "follower_count": person.followers or 0,
        "wallet": "0.00",
        "ip_address": account.last_address or "",
        "last_active": unix_text(account.last_active_at),
        "member_since": f"{person.created_at:%b %Y}",
        "profile_privacy": person.profile_privacy,
    }
    pictures = {"profile_picture": avatar_url(person.avatar), "cover_picture": header_url(person.header)}
    return {"user": {"user_id": person.id, **user, **pictures}, "id": person.id, **user}


class Auth(TypedDict):
    auth_token: str
    refresh_token: str
    auth_token_expiry: int


def auth(tokens: Tokens) -> Auth:
    return {
        "auth_token": tokens.token,
        "refresh_token": tokens.refresh_token,
        "auth_token_expiry": tokens.expires,
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


# --- parts --------------------------------------------------------------------------------------------


def follow_privacy(person: Person | Account) -> str:
    return "approved" if person.locked or person.domain else "everyone"


def url(person: Person) -> str:
    """Where the person's page is: at home, with them."""
    home = f"https://{person.domain}" if person.domain else settings.BASE_URL
    return f"{home}/@{person.username}"


def flag_url(code: str) -> str:
    return f"{settings.BASE_URL}/mobile_api/flags/{code}.svg"


def unix_text(moment: datetime) -> str:
    """Unix seconds as a text, which is what these clients expect (§1.7)."""
    return str(int(moment.timestamp()))


def _acct(person: Person) -> str:
    return f"{person.username}@{person.domain}" if person.domain else person.username
