"""This dialect as an OpenAPI document: what each endpoint takes, and what its envelope holds.

The document is for people and for tests that generate requests; the views do not read it.
"""

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
POSITION: Schema = {"type": "string", "pattern": r"^\s*(?:-?[0-9]{1,99}(?:\.[0-9]{0,99})?)?\s*$"}
# What is no number counts as not sent.
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
        "Make an account",
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
    "resetpassword": Endpoint(_SIGNING, "Be mailed a link to a new password", {"email!": EMAIL}, fails=(411,)),
    "refresh_access_token": Endpoint(_SIGNING, "New tokens for old", {"refresh_token!": text(50, 250)}, AUTH),
    "verify_user": Endpoint(
        _SIGNING,
        "Ask for the badge",
        {"full_name!": written(3, 60), "text_message!": written(2, 1200), "video_message!": FILE},
        None,
    ),
    "logout": Endpoint(_SIGNING, "Sign out of all phones", extra=VALID),
    "profile": Endpoint(_PROFILE, "A profile, by id or name", {"user_id": ID, "username": TEXT}, PROFILE, fails=(404,)),
    "gen_settings": Endpoint(
        _PROFILE,
        "Change one's profile",
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
    "avatar": Endpoint(_PROFILE, "Change one's avatar", {"avatar!": FILE}, an(avatar_url=URL)),
    "cover": Endpoint(_PROFILE, "Change one's cover", {"cover!": FILE}, an(cover_url=URL)),
    "cover_reposition": Endpoint(_PROFILE, "Cut the cover elsewhere", {"cover_position": POSITION}, an(cover_url=URL)),
    "get_priv_settings": Endpoint(_PROFILE, "One's privacy", data=an(**PRIVACY, search_visibility=FLAG), extra=VALID),
    "set_priv_settings": Endpoint(
        _PROFILE,
        "Change one's privacy",
        {f"{name}!": schema for name, schema in {**PRIVACY, "search_visibility": one_of("Y", "N")}.items()},
        extra=VALID,
    ),
    "change_password": Endpoint(
        _PROFILE, "Change one's password", {"old_password!": TEXT, "new_password!": PASSWORD}, fails=(402, 429)
    ),
    "language": Endpoint(_PROFILE, "Change one's language", {"lang_name!": one_of(*ages.WORDS)}),
    "delete_account": Endpoint(_PROFILE, "Delete one's account", {"password!": TEXT}, fails=(429,)),
    "follow": Endpoint(
        _SOCIAL,
        "Follow or ask to, and the other time not any more",
        {"user_id!": ID},
        an(follow=FLAG),
        succeeds=(200, 201),
    ),
    "fetch_followers": Endpoint(_SOCIAL, "Who follows somebody", {"user_id!": ID, **PAGE}, _PEOPLE, fails=(204, 404)),
    "fetch_following": Endpoint(_SOCIAL, "Whom somebody follows", {"user_id!": ID, **PAGE}, _PEOPLE, fails=(204, 404)),
    "follow_requests": Endpoint(
        _SOCIAL, "Who asks to follow one", PAGE, several(an(offset_id=NUMBER, **CARD, pending_req=FLAG)), VALID, (204,)
    ),
    "accept_follow": Endpoint(_SOCIAL, "Accept a request", {"req_id!": ID}, TOTAL),
    "ignore_follow": Endpoint(_SOCIAL, "Turn a request away", {"req_id!": ID}, TOTAL),
    "search_people": Endpoint(
        "Search", "Find people", {"query!": QUERY, **PAGE}, several(an(**CARD, **TIES)), fails=(204,)
    ),
    "get_notifications": Endpoint(
        "Notifications",
        "What one was told",
        {"type!": one_of("notifs", "mentions"), **PAGE},
        several(NOTICE),
        fails=(404,),
    ),
    "delete_notifs": Endpoint("Notifications", "Delete some of it", {"scope!": SCOPE}),
    "save_pnotif_token": Endpoint(
        "Notifications", "Where push messages go", {"token!": written(50, 250), "type": DEVICE}
    ),
    "block_user": Endpoint("Moderation", "Block, and the other time unblock", {"user_id!": ID}),
    "profile_report": Endpoint(
        "Moderation",
        "Report somebody",
        {"user_id!": ID, "reason!": {"type": "integer", "minimum": 1, "maximum": 6}, "comment": TEXT},
    ),
}


class EnvelopeSchema(AutoSchema):
    """An operation from the table above; HTTP knows one status, the envelope the others."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        name = path.rsplit("/", 1)[-1]
        endpoint, signed_in = ENDPOINTS[name], getattr(self.view, "signed_in", True)
        answer = _answer(endpoint, [401] if signed_in else [])
        operation: dict[str, Any] = {
            "operationId": name,
            "tags": [endpoint.tag],
            "summary": endpoint.summary,
            "responses": {"200": {"description": "Always", "content": {"application/json": {"schema": answer}}}},
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


def _answer(endpoint: Endpoint, denied: list[int]) -> Schema:
    """Any endpoint may get what it cannot read (400), and have an accident (500)."""
    data = {} if endpoint.data is None else {"data": endpoint.data}
    success = an(code=_codes(endpoint.succeeds), message=TEXT, **data, **endpoint.extra)
    error = an(code=_codes((400, 500, *denied, *endpoint.fails)), message=TEXT)
    error["properties"]["data"] = NOTHING
    return {"oneOf": [success, error]}


def _codes(codes: tuple[int, ...]) -> Schema:
    return {"type": "integer", "enum": sorted(codes)}
