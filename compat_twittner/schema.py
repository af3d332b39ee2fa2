"""The OpenAPI description of the Twittner API: the parameters of each endpoint, and its answers.

People read it, and tests generate requests from it. The views do not use it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from drf_spectacular.openapi import AutoSchema

from compat_twittner import ages, countries
from compat_twittner.shapes import (
    AUTH,
    CARD,
    FILE,
    FLAG,
    ID,
    NOTHING,
    NOTICE,
    NUMBER,
    PERSON,
    PRIVACY,
    PROFILE,
    SIGNED_IN,
    TEXT,
    TIES,
    TOTAL,
    URL,
    VALID,
    Schema,
    an,
    one_of,
    several,
    text,
)


class Endpoint(NamedTuple):
    """`takes`: parameters, those with a "!" behind their name required. `extra`: keys beside `data`.

    `fails`: the codes of its errors, besides those that all have; `succeeds`: those of its successes.
    """

    tag: str
    summary: str
    takes: Schema = {}
    data: Schema | None = NOTHING
    extra: Schema = {}
    fails: tuple[int, ...] = ()
    succeeds: tuple[int, ...] = (200,)


def written(least: int, most: int) -> Schema:
    """So many characters (two at least) that are no control characters, between blanks, which are cut off."""
    control, blank = r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]", r"[\s\u0000-\u001f\u007f]"
    inner, outer = f"(?:{control}*{control.replace('[', '[^', 1)})", blank.replace("[", "[^", 1)
    middle = f"{inner}{{{least - 2},{most - 2}}}{control}*"
    return {"type": "string", "pattern": f"^{blank}*{outer}{middle}{outer}{blank}*$"}


NAME, USERNAME = written(3, 25), {"type": "string", "pattern": r"^\s*[A-Za-z0-9_]{3,25}\s*$"}
_LOCAL = r"[-!#$%&'*+/=?^_`{}|~0-9A-Za-z]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL: Schema = {
    "type": "string",
    "pattern": rf"^{_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)+[A-Za-z]{{2,20}}$",
    "maxLength": 55,
}
PASSWORD = text(6, 20)
DEVICE = one_of("ios", "android", "")
SCOPE: Schema = {"type": "string", "pattern": r"^\s*(?:[1-9][0-9]{0,8}|\[[1-9][0-9]{0,8}(?:, ?[1-9][0-9]{0,8})*\])\s*$"}
QUERY: Schema = {"type": "string", "pattern": r"^(?!0$)[\s\S]{1,32}$"}
WEBSITE: Schema = {
    "type": "string",
    "pattern": r"^\s*(?:https?://(?:[a-z0-9]{1,20}\.){1,3}[a-z]{2,6}(?:/[!-~]{0,20})?)?\s*$",
}
_BLANKS = r"[\s\u0000-\u001f\u007f]*"
POSITION: Schema = {"type": "string", "pattern": rf"^{_BLANKS}(?:-?[0-9]{{1,99}}(?:\.[0-9]{{0,99}})?)?{_BLANKS}$"}
# A value that is not a number counts as missing.
_ROWS: Schema = {"type": ["integer", "string"]}
PAGE: Schema = {"offset": _ROWS, "page_size": _ROWS}

_SIGNING = "Authentication"
_PROFILE = "User profile"
_SOCIAL = "Social"
_PEOPLE = several(an(offset_id=NUMBER, **CARD, **TIES))
ENDPOINTS = {
    "login": Endpoint(
        _SIGNING,
        "Sign in with e-mail address and password",
        {"email!": TEXT, "password!": TEXT, "device_type": DEVICE},
        SIGNED_IN,
        {"auth": AUTH},
        fails=(402, 429),
    ),
    "signup": Endpoint(
        _SIGNING,
        "Sign up",
        {"first_name!": NAME, "last_name!": NAME, "username!": USERNAME, "email!": EMAIL, "password!": PASSWORD},
        extra={"auth": AUTH},
        fails=(409, 410),
    ),
    "oauth": Endpoint(
        _SIGNING,
        "Sign in with the token of a social network",
        {"access_token!": TEXT, "type!": one_of("facebook", "google"), "device_type": TEXT},
        SIGNED_IN,
        {"auth": AUTH},
        fails=(402,),
    ),
    "resetpassword": Endpoint(
        _SIGNING, "Send a link to choose a new password by e-mail", {"email!": EMAIL}, fails=(411,)
    ),
    "refresh_access_token": Endpoint(
        _SIGNING, "Exchange a refresh token for new tokens", {"refresh_token!": text(50, 250)}, AUTH
    ),
    "verify_user": Endpoint(
        _SIGNING,
        "Ask for the verified badge",
        {"full_name!": written(3, 60), "text_message!": written(2, 1200), "video_message!": FILE},
        None,
    ),
    "logout": Endpoint(_SIGNING, "Sign out of all devices", extra=VALID),
    "profile": Endpoint(
        _PROFILE, "Show a profile, by id or user name", {"user_id": ID, "username": TEXT}, PROFILE, fails=(404,)
    ),
    "gen_settings": Endpoint(
        _PROFILE,
        "Change your profile",
        {
            "first_name!": NAME,
            "last_name!": NAME,
            "about": text(0, 140),
            "email!": EMAIL,
            "gender!": one_of("M", "F", "O", "T"),
            "website": WEBSITE,
            "country_id!": {"type": "integer", "enum": sorted(countries.BY_NUMBER)},
            "username!": USERNAME,
        },
        an(id=NUMBER, **PERSON),
    ),
    "avatar": Endpoint(_PROFILE, "Change your avatar", {"avatar!": FILE}, an(avatar_url=URL)),
    "cover": Endpoint(_PROFILE, "Change your cover picture", {"cover!": FILE}, an(cover_url=URL)),
    "cover_reposition": Endpoint(
        _PROFILE, "Move your cover picture up or down", {"cover_position": POSITION}, an(cover_url=URL)
    ),
    "get_priv_settings": Endpoint(
        _PROFILE, "Show your privacy settings", data=an(**PRIVACY, search_visibility=FLAG), extra=VALID
    ),
    "set_priv_settings": Endpoint(
        _PROFILE,
        "Change your privacy settings",
        {f"{name}!": schema for name, schema in {**PRIVACY, "search_visibility": one_of("Y", "N")}.items()},
        extra=VALID,
    ),
    "change_password": Endpoint(
        _PROFILE, "Change your password", {"old_password!": TEXT, "new_password!": PASSWORD}, fails=(402, 429)
    ),
    "language": Endpoint(_PROFILE, "Change your language", {"lang_name!": one_of(*ages.WORDS)}),
    "delete_account": Endpoint(_PROFILE, "Delete your account", {"password!": TEXT}, fails=(429,)),
    "follow": Endpoint(
        _SOCIAL,
        "Follow an account or send a follow request; call it again to undo",
        {"user_id!": ID},
        an(follow=FLAG),
        succeeds=(200, 201),
    ),
    "fetch_followers": Endpoint(
        _SOCIAL, "List the followers of an account", {"user_id!": ID, **PAGE}, _PEOPLE, fails=(204, 404)
    ),
    "fetch_following": Endpoint(
        _SOCIAL, "List the accounts that an account follows", {"user_id!": ID, **PAGE}, _PEOPLE, fails=(204, 404)
    ),
    "follow_requests": Endpoint(
        _SOCIAL,
        "List the follow requests that you received",
        PAGE,
        several(an(offset_id=NUMBER, **CARD, pending_req=FLAG)),
        VALID,
        (204,),
    ),
    "accept_follow": Endpoint(_SOCIAL, "Approve a follow request", {"req_id!": ID}, TOTAL),
    "ignore_follow": Endpoint(_SOCIAL, "Reject a follow request", {"req_id!": ID}, TOTAL),
    "search_people": Endpoint(
        "Search", "Search for accounts", {"query!": QUERY, **PAGE}, several(an(**CARD, **TIES)), fails=(204,)
    ),
    "get_notifications": Endpoint(
        "Notifications",
        "List your notifications",
        {"type!": one_of("notifs", "mentions"), **PAGE},
        several(NOTICE),
        fails=(404,),
    ),
    "delete_notifs": Endpoint("Notifications", "Delete notifications", {"scope!": SCOPE}),
    "save_pnotif_token": Endpoint(
        "Notifications", "Register a device for push messages", {"token!": written(50, 250), "type": DEVICE}
    ),
    "block_user": Endpoint("Moderation", "Block an account; call it again to unblock", {"user_id!": ID}),
    "profile_report": Endpoint(
        "Moderation",
        "Report an account to the moderators",
        {"user_id!": ID, "reason!": {"type": "integer", "minimum": 1, "maximum": 6}, "comment": TEXT},
    ),
}


class EnvelopeSchema(AutoSchema):
    """One operation. The HTTP status is always 200; the envelope has the code."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        name = path.rsplit("/", 1)[-1]
        endpoint, signed_in = ENDPOINTS[name], getattr(self.view, "signed_in", True)
        answer = _answer(endpoint, signed_in)
        operation: dict[str, Any] = {
            "operationId": name,
            "tags": [endpoint.tag],
            "summary": endpoint.summary,
            "description": _in_words(endpoint, signed_in),
            "responses": {
                "200": {
                    "description": "Success or an error: see `code`",
                    "content": {"application/json": {"schema": answer}},
                }
            },
        }
        if signed_in:
            operation["security"] = [{"session": []}]
        takes = [(key.rstrip("!"), key.endswith("!"), schema) for key, schema in endpoint.takes.items()]
        if method == "GET":
            operation["parameters"] = [
                {"name": key, "in": "query", "required": required, "schema": schema} for key, required, schema in takes
            ]
        elif takes:
            form: Schema = {
                "type": "object",
                "properties": {key: schema for key, _, schema in takes},
                "required": [key for key, required, _ in takes if required],
            }
            kinds = ["multipart/form-data"]
            if not any(schema is FILE for _, _, schema in takes):
                kinds.append("application/x-www-form-urlencoded")
            content = {kind: {"schema": form} for kind in kinds}
            operation["requestBody"] = {"required": bool(form["required"]), "content": content}
        return operation


def _in_words(endpoint: Endpoint, signed_in: bool) -> str:
    """The scope, the errors and the paging of an operation, for people."""
    scope = "a session (`session_id`). There are no other scopes" if signed_in else "none. You need no session"
    paragraphs = [f"**Scope:** {scope}."]
    if PAGE.items() <= endpoint.takes.items():
        row = "`offset_id`" if _has_offset_id(endpoint) else "`id`"
        paragraphs.append(
            f"**Paging:** `page_size` rows per page. Send the {row} of the last row as `offset` for the next page."
        )
    codes = ", ".join(str(code) for code in _error_codes(endpoint, signed_in))
    paragraphs.append(f"**Errors:** HTTP status 200, and one of the codes {codes} in the body.")
    return "\n\n".join(paragraphs)


def _has_offset_id(endpoint: Endpoint) -> bool:
    return "offset_id" in (endpoint.data or {}).get("items", {}).get("properties", {})


def _error_codes(endpoint: Endpoint, signed_in: bool) -> list[int]:
    """Any endpoint can fail to read the request (400), or fail itself (500)."""
    return sorted({400, 500, *([401] if signed_in else []), *endpoint.fails})


def _answer(endpoint: Endpoint, signed_in: bool) -> Schema:
    data = {} if endpoint.data is None else {"data": endpoint.data}
    success = an(code=_codes(endpoint.succeeds), message=TEXT, **data, **endpoint.extra)
    error = an(code=_codes(_error_codes(endpoint, signed_in)), message=TEXT)
    error["properties"]["data"] = NOTHING
    return {"oneOf": [success, error]}


def _codes(codes: Iterable[int]) -> Schema:
    return {"type": "integer", "enum": sorted(codes)}
