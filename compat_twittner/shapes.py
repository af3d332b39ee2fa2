"""The answers of the Twittner API as JSON Schema (twittner.md §2), for its documentation."""

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "format": "int32"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
FLAG: Schema = {"type": "boolean"}
URL: Schema = {"type": "string", "format": "uri"}
FILE: Schema = {"type": "string", "format": "binary"}
NOTHING: Schema = {"type": "array", "maxItems": 0, "items": {}}


def text(least: int, most: int) -> Schema:
    """So many characters, raw."""
    return {"type": "string", "minLength": least, "maxLength": most}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def an(**properties: Schema) -> Schema:
    """An object that has all of these."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def several(item: Schema) -> Schema:
    return {"type": "array", "items": item}


CARD: Schema = {
    "id": NUMBER,
    "about": TEXT,
    "followers": NUMBER,
    "posts": NUMBER,
    "avatar": URL,
    "last_active": TEXT,
    "username": TEXT,
    "fname": TEXT,
    "lname": TEXT,
    "email": TEXT,
    "verified": one_of("0", "1", "2"),
    "follow_privacy": one_of("everyone", "approved"),
    "name": TEXT,
    "url": URL,
    "website": TEXT,
    "following": NUMBER,
    "country_id": NUMBER,
    "country_a2c": TEXT,
    "country_name": TEXT,
}
FRIEND = an(avatar=URL, fname=TEXT, lname=TEXT, username=TEXT, name=TEXT, url=URL)
TIES: Schema = {
    "is_following": FLAG,
    "follow_requested": FLAG,
    "is_user": FLAG,
    "common_follows": several(FRIEND),
}
PERSON: Schema = {
    "first_name": TEXT,
    "last_name": TEXT,
    "user_name": TEXT,
    "email": TEXT,
    "is_verified": FLAG,
    "website": TEXT,
    "about_you": TEXT,
    "gender": one_of("M", "F", "T", "O"),
    "country": TEXT,
    "post_count": NUMBER,
    "ip_address": TEXT,
    "following_count": NUMBER,
    "follower_count": NUMBER,
    "language": TEXT,
    "last_active": TEXT,
    "member_since": TEXT,
}
AUTH = an(auth_token=text(82, 82), refresh_token=text(74, 74), auth_token_expiry=NUMBER)
USER: Schema = {**PERSON, "last_post": NUMBER, "last_ad": NUMBER, "wallet": TEXT, "profile_privacy": TEXT}
SIGNED_IN = an(id=NUMBER, user=an(user_id=NUMBER, profile_picture=URL, cover_picture=URL, **USER), **USER)
PROFILE = an(
    id=NUMBER,
    avatar=URL,
    cover=URL,
    cover_orig=URL,
    country_flag=URL,
    profile_privacy=TEXT,
    is_blocked_visitor=FLAG,
    is_blocked_profile=FLAG,
    is_following=FLAG,
    follow_requested=FLAG,
    follow_privacy=TEXT,
    can_view_profile=FLAG,
    **PERSON,
)
PRIVACY: Schema = {
    "profile_visibility": one_of("everyone", "followers"),
    "contact_privacy": one_of("everyone", "followed"),
    "follow_privacy": one_of("everyone", "approved"),
}
NOTICE = an(
    id=NUMBER,
    notifier_id=NUMBER,
    recipient_id=NUMBER,
    status=one_of("0", "1"),
    subject=TEXT,
    entry_id=NUMBER,
    json=one_of("[]"),
    time=TEXT,
    username=TEXT,
    avatar=URL,
    verified=TEXT,
    name=TEXT,
    url=URL,
    user_url=URL,
    user_id=NUMBER,
)
VALID: Schema = {"valid": FLAG}
TOTAL = an(total=NUMBER)
