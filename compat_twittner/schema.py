"""This dialect as an OpenAPI document: what each endpoint takes, and what its envelope holds.

The document is for people and for tests that generate requests; the views do not read it.
"""

from typing import Any, NamedTuple, TypeAlias

from drf_spectacular.openapi import AutoSchema

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "format": "int32"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
FLAG: Schema = {"type": "boolean"}
URL: Schema = {"type": "string", "format": "uri"}
FILE: Schema = {"type": "string", "format": "binary"}
NOTHING: Schema = {"type": "array", "maxItems": 0, "items": {}}
ERROR_CODES = [204, 400, 401, 402, 404, 409, 410, 411, 429, 500]


def text(least: int, most: int) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def an(**properties: Schema) -> Schema:
    """An object that has all of these."""
    return {"type": "object", "properties": properties, "required": list(properties)}


class Endpoint(NamedTuple):
    """`takes`: parameters, those with a "!" behind their name required. `extra`: keys beside `data`."""

    tag: str
    summary: str
    takes: Schema = {}
    data: Schema | None = NOTHING
    extra: Schema = {}


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
PAGE: Schema = {"offset": NUMBER, "page_size": {"type": "integer", "minimum": 1, "maximum": 100}}
VALID: Schema = {"valid": FLAG}
TOTAL = an(total=NUMBER)


def several(item: Schema) -> Schema:
    return {"type": "array", "items": item}


FRIEND = an(avatar=URL, fname=TEXT, lname=TEXT, username=TEXT, name=TEXT, url=URL)
TIES: Schema = {
    "is_following": FLAG,
    "follow_requested": FLAG,
    "is_user": FLAG,
    "common_follows": several(FRIEND),
}
_SIGNING = "Authentication"
_PROFILE = "User profile"
_SOCIAL = "Social"
ENDPOINTS = {
    "login": Endpoint(
        _SIGNING,
        "Sign in with e-mail address and password",
        {"email!": text(1, 55), "password!": TEXT, "device_type": one_of("ios", "android")},
        SIGNED_IN,
        {"auth": AUTH},
    ),
    "signup": Endpoint(
        _SIGNING,
        "Make an account",
        {
            "first_name!": text(3, 25),
            "last_name!": text(3, 25),
            "username!": text(3, 25),
            "email!": text(1, 55),
            "password!": text(6, 20),
        },
        extra={"auth": AUTH},
    ),
    "oauth": Endpoint(
        _SIGNING,
        "Sign in with the token of a social network",
        {"access_token!": TEXT, "type!": one_of("facebook", "google"), "device_type": one_of("ios", "android")},
        SIGNED_IN,
        {"auth": AUTH},
    ),
    "resetpassword": Endpoint(_SIGNING, "Be mailed a link to a new password", {"email!": text(8, 55)}),
    "refresh_access_token": Endpoint(_SIGNING, "New tokens for old", {"refresh_token!": text(50, 250)}, AUTH),
    "verify_user": Endpoint(
        _SIGNING,
        "Ask for the badge",
        {"full_name!": text(3, 60), "text_message!": text(1, 1200), "video_message!": FILE},
        None,
    ),
    "logout": Endpoint(_SIGNING, "Sign out of all phones", extra=VALID),
    "profile": Endpoint(_PROFILE, "A profile, by id or name", {"user_id": ID, "username": TEXT}, PROFILE),
    "gen_settings": Endpoint(
        _PROFILE,
        "Change one's profile",
        {
            "first_name!": text(3, 25),
            "last_name!": text(3, 25),
            "about": text(0, 140),
            "email!": text(1, 55),
            "gender!": one_of("M", "F", "O", "T"),
            "website": text(0, 115),
            "country_id!": ID,
            "username!": text(3, 25),
        },
        an(id=NUMBER, **PERSON),
    ),
    "avatar": Endpoint(_PROFILE, "Change one's avatar", {"avatar!": FILE}, an(avatar_url=URL)),
    "cover": Endpoint(_PROFILE, "Change one's cover", {"cover!": FILE}, an(cover_url=URL)),
    "cover_reposition": Endpoint(_PROFILE, "Cut the cover elsewhere", {"cover_position": NUMBER}, an(cover_url=URL)),
    "get_priv_settings": Endpoint(_PROFILE, "One's privacy", data=an(**PRIVACY, search_visibility=FLAG), extra=VALID),
    "set_priv_settings": Endpoint(
        _PROFILE,
        "Change one's privacy",
        {f"{name}!": schema for name, schema in {**PRIVACY, "search_visibility": one_of("Y", "N")}.items()},
        extra=VALID,
    ),
    "change_password": Endpoint(
        _PROFILE, "Change one's password", {"old_password!": TEXT, "new_password!": text(6, 20)}
    ),
    "language": Endpoint(_PROFILE, "Change one's language", {"lang_name!": TEXT}),
    "delete_account": Endpoint(_PROFILE, "Delete one's account", {"password!": TEXT}),
    "follow": Endpoint(_SOCIAL, "Follow or ask to, and the other time not any more", {"user_id!": ID}, an(follow=FLAG)),
    "fetch_followers": Endpoint(
        _SOCIAL, "Who follows somebody", {"user_id!": ID, **PAGE}, several(an(offset_id=NUMBER, **CARD, **TIES))
    ),
    "fetch_following": Endpoint(
        _SOCIAL, "Whom somebody follows", {"user_id!": ID, **PAGE}, several(an(offset_id=NUMBER, **CARD, **TIES))
    ),
    "follow_requests": Endpoint(
        _SOCIAL, "Who asks to follow one", PAGE, several(an(offset_id=NUMBER, **CARD, pending_req=FLAG)), VALID
    ),
    "accept_follow": Endpoint(_SOCIAL, "Accept a request", {"req_id!": ID}, TOTAL),
    "ignore_follow": Endpoint(_SOCIAL, "Turn a request away", {"req_id!": ID}, TOTAL),
    "search_people": Endpoint("Search", "Find people", {"query!": text(1, 32), **PAGE}, several(an(**CARD, **TIES))),
    "get_notifications": Endpoint(
        "Notifications", "What one was told", {"type!": one_of("notifs", "mentions"), **PAGE}, several(NOTICE)
    ),
    "delete_notifs": Endpoint("Notifications", "Delete some of it", {"scope!": TEXT}),
    "save_pnotif_token": Endpoint(
        "Notifications",
        "Where push messages go",
        {"token!": text(50, 250), "type": one_of("ios", "android")},
    ),
    "block_user": Endpoint("Moderation", "Block, and the other time unblock", {"user_id!": ID}),
    "profile_report": Endpoint(
        "Moderation",
        "Report somebody",
        {"user_id!": ID, "reason!": {"type": "integer", "minimum": 1, "maximum": 6}, "comment": TEXT},
    ),
}
_ERROR: Schema = {
    "type": "object",
    "properties": {"code": {"type": "integer", "enum": ERROR_CODES}, "message": TEXT, "data": NOTHING},
    "required": ["code", "message"],
}


class EnvelopeSchema(AutoSchema):
    """An operation from the table above; HTTP knows one status, the envelope the others."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        name = path.rsplit("/", 1)[-1]
        endpoint = ENDPOINTS[name]
        operation: dict[str, Any] = {
            "operationId": name,
            "tags": [endpoint.tag],
            "summary": endpoint.summary,
            "responses": {
                "200": {"description": "Always", "content": {"application/json": {"schema": _answer(endpoint)}}}
            },
        }
        if getattr(self.view, "signed_in", True):
            operation["security"] = [{"session": []}]
        takes = [(key.rstrip("!"), key.endswith("!"), schema) for key, schema in endpoint.takes.items()]
        if method == "GET":
            operation["parameters"] = [
                {"name": key, "in": "query", "required": required, "schema": schema} for key, required, schema in takes
            ]
        elif takes:
            form = {
                "type": "object",
                "properties": {key: schema for key, _, schema in takes},
                "required": [key for key, required, _ in takes if required],
            }
            kinds = ["multipart/form-data"]
            if not any(schema is FILE for _, _, schema in takes):
                kinds.append("application/x-www-form-urlencoded")
            operation["requestBody"] = {"content": {kind: {"schema": form} for kind in kinds}}
        return operation


def _answer(endpoint: Endpoint) -> Schema:
    data = {} if endpoint.data is None else {"data": endpoint.data}
    success = an(code={"type": "integer", "enum": [200, 201]}, message=TEXT, **data, **endpoint.extra)
    return {"oneOf": [success, _ERROR]}
