"""The parameters of requests as JSON Schema, for the API documentation. `answers` has the answers.

The schemas allow everything that the views accept: as in Rails, a number may replace a string, any string is a
boolean, and text without a leading number counts as 0 (mastodon.md §0.2).
"""

from typing import Any

from compat_mastodon.oauth import scopes
from compat_mastodon.shapes import Shape, a

STORABLE = r"^[^\u0000]*$"
NAMING = r"^[^\u0000]*[^\s\u0000-\u001f\u007f][^\u0000]*$"  # more than blanks
_SITE = r"https?://[!\"$-.0-9;->A-Z^-~]+"
_WEB = rf"{_SITE}(?:[/?#][!-~\u00a1-\u00ac\u00ae-\u02ff]*)?"
_URI = r"(?!(?:data|javascript|vbscript|https?):)[A-Za-z][A-Za-z0-9+.-]*:[!-\"$-\[\]-~]*"
_REDIRECT = rf"(?:{_SITE}(?:[/?][!-\"$-\[\]-~]*)?|{_URI})"
_REDIRECTS = rf"\s*{_REDIRECT}(?:\s+{_REDIRECT})*\s*"
_SCOPE = f"(?:{'|'.join(sorted(scopes.WORDS, reverse=True))})"


def word(*, null: bool = True, pattern: str = STORABLE, **more: Any) -> Shape:
    """Text, or what may stand for it in JSON."""
    return {"type": ["string", "number", "boolean", *["null"] * null], "pattern": pattern, **more}


def words(item: Shape, *, null: bool = True) -> Shape:
    """A list, or a lone member of it."""
    return {**item, "type": ["array", *item["type"], *["null"] * null], "items": item}


def nested(**properties: Shape) -> Shape:
    return a("object", properties=properties)


TEXT, NUMBER = word(), word(description="A number: the digits that the text begins with, else 0")
FLAG = word(description="A boolean: all but 0, f, F, false, FALSE, off and OFF is true")
IDS = words({"type": ["string", "number", "boolean"], "pattern": STORABLE, "description": "Digits; others name nobody"})
NAMES = words({"type": ["string", "number", "boolean"], "pattern": STORABLE})
LANGUAGES = words({"type": ["string"], "pattern": r"^(?:[a-z]{2,3}(?:-[A-Za-z]{2,4})?)?$"})
ALIKE = {"type": ["string", "array", "object", "null"]}  # a list or an object counts as nothing
LAST_READ = {"type": ["string", "integer"], "pattern": "^0*[0-9]{1,18}$", "minimum": 0, "maximum": 2**63 - 1}
POSITION = a("object", null=True, required=["last_read_id"], properties={"last_read_id": LAST_READ})
RULE = a("string", null=True, enum=["accept", "filter", "drop", "", None])
DOMAIN = word(null=False, pattern=NAMING)
ALERT = nested(policy=a("string", enum=["all", "followed", "follower", "none"]), alerts=nested(follow=FLAG))
PART = a("string", pattern=r"^[^/\u0000]+$", description="An id, of digits; others name nothing")

_CURSORS = {"limit": NUMBER, "max_id": NUMBER, "since_id": NUMBER, "min_id": NUMBER}
_CHOICE = {"limit": NUMBER, "types[]": NAMES, "exclude_types[]": NAMES, "include_filtered": FLAG}
_NOTICES = {**_CURSORS, **_CHOICE, "supported_types[]": NAMES}
_PIECE = {"limit": NUMBER, "offset": NUMBER}
_POSITIVE = word(pattern=r"^(?!\s*-\s*[0-9])[^\u0000]*$", minimum=0)
PAGED = (
    *("follow_requests/outgoing", "pleroma/outgoing_follow_requests"),
    *("follow_requests", "blocks", "mutes", "domain_blocks", "endorsements", "notifications/requests"),
    *(f"accounts/<account>/{name}" for name in ("followers", "following", "endorsements")),
    "lists/<pk>/accounts",
)
QUERIES: dict[str, dict[str, Shape]] = {
    **{f"v1/{route}": _CURSORS for route in PAGED},
    "v1/accounts": {"id[]": IDS},
    "v1/accounts/lookup": {"acct": TEXT},
    "v1/accounts/search": {**_PIECE, "q": TEXT, "following": FLAG},
    "v2/search": {"q!": word(null=False, pattern=NAMING), "type": TEXT, "limit": _POSITIVE, "following": FLAG},
    "v1/accounts/relationships": {"id[]": IDS, "with_suspended": FLAG},
    "v1/accounts/familiar_followers": {"id[]": IDS},
    "v1/directory": {**_PIECE, "order": TEXT, "local": FLAG},
    **dict.fromkeys(("v1/suggestions", "v2/suggestions"), _PIECE),
    "v1/domain_blocks/preview": {"domain!": DOMAIN},
    "v1/notifications": {**_NOTICES, "account_id": TEXT},
    "v2/notifications": {
        **_NOTICES,
        "grouped_types[]": NAMES,
        "expand_accounts": a("string", enum=["", "full", "partial_avatars"]),
    },
    **dict.fromkeys(("v1/notifications/unread_count", "v2/notifications/unread_count"), _CHOICE),
    "v2/notifications/<key>/accounts": _CURSORS,
    "v1/markers": {"timeline[]": NAMES},
}
_LIST = {"replies_policy": a("string", null=True, enum=["followed", "list", "none", None]), "exclusive": FLAG}
_PROFILE = {
    "display_name": word(maxLength=40),
    "note": word(maxLength=500),
    **dict.fromkeys(("avatar_description", "header_description"), word(maxLength=150)),
    **dict.fromkeys(("locked", "bot", "discoverable", "hide_collections", "indexable"), FLAG),
    **dict.fromkeys(("show_media", "show_media_replies", "show_featured"), FLAG),
}
_POLICY = dict.fromkeys(("for_not_following", "for_not_followers", "for_new_accounts", "for_bots"), RULE)
# By method and path; of names with a "!" behind them one must be there.
BODIES: dict[str, dict[str, Shape]] = {
    "POST v1/apps": {
        "client_name!": word(null=False, pattern=NAMING, maxLength=60),
        "redirect_uris!": {
            "type": ["string", "array"],
            "pattern": rf"^{_REDIRECTS}$",
            "maxLength": 2000,
            "minItems": 1,
            "items": a("string", pattern=rf"^{_REDIRECTS}$", maxLength=2000),
            "description": "At most 2000 characters together",
        },
        "scopes": ALIKE | {"pattern": f"^ *(?:{_SCOPE}(?: +{_SCOPE})* *)?$"},
        "website": ALIKE | {"pattern": rf"^\s*(?:{_WEB})?\s*$", "maxLength": 2000},
    },
    "POST v1/accounts": {
        "username!": a("string", pattern="^[A-Za-z0-9_]{1,30}$"),
        "email!": a("string", format="email"),
        "password!": a("string", pattern=STORABLE, minLength=8, maxLength=72),
        "agreement!": a("boolean", enum=[True]),
        "reason": word(maxLength=500),
        "invite_code": TEXT,
        "locale": TEXT,
    },
    **dict.fromkeys(("PATCH v1/accounts/update_credentials", "PATCH v1/profile", "PUT v1/profile"), _PROFILE),
    "POST v1/accounts/<account>/follow": {"reblogs": FLAG, "notify": FLAG, "languages": LANGUAGES},
    "POST v1/accounts/<account>/mute": {"notifications": FLAG, "duration": NUMBER},
    "POST v1/accounts/<account>/note": {"comment": TEXT},
    "POST v1/domain_blocks": {"domain!": DOMAIN},
    "DELETE v1/domain_blocks": {"domain": TEXT},
    "POST v1/lists": {"title!": word(null=False, pattern=NAMING, maxLength=256), **_LIST},
    "PUT v1/lists/<pk>": {"title": word(pattern=NAMING, maxLength=256), **_LIST},
    **{f"{method} v1/lists/<pk>/accounts": {"account_ids": NAMES} for method in ("POST", "DELETE")},
    "POST v1/reports": {
        "account_id!": word(null=False),
        "category": a("string", null=True, enum=["spam", "legal", "violation", "other", "", None]),
        "comment": word(maxLength=1000),
        "rule_ids": NAMES,
    },
    "POST v1/markers": {"home": POSITION, "notifications": POSITION},
    **{f"{method} v2/notifications/policy": _POLICY for method in ("PUT", "PATCH")},
    **{
        f"{method} v1/notifications/policy": dict.fromkeys(("filter_not_following", "filter_bots"), FLAG)
        for method in ("PUT", "PATCH")
    },
    **{f"POST v1/notifications/requests/{verb}": {"id": IDS} for verb in ("accept", "dismiss")},
    "POST v1/push/subscription": {
        "subscription!": a(
            "object",
            required=["endpoint", "keys"],
            properties={
                "endpoint": a("string", pattern=r"^https://[a-z0-9]+\.example/[a-z0-9]*$"),
                "keys": a("object", required=["p256dh", "auth"], properties={"p256dh": TEXT, "auth": TEXT}),
                "standard": FLAG,
            },
        ),
        "data": ALERT,
    },
    "PUT v1/push/subscription": {"data": ALERT},
}


def in_a_form(fields: dict[str, Shape], prefix: str = "") -> dict[str, Shape]:
    """The same fields with the names of Rails: `id[]` for a list, `data[policy]` for a part of something."""
    found: dict[str, Shape] = {}
    for name, shape in fields.items():
        key, must = name.rstrip("!"), "!" * name.endswith("!")
        field = f"{prefix}[{key}]" if prefix else key
        kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
        if kinds[0] == "object":
            required = shape.get("required", []) if must else []
            found |= in_a_form({f"{k}{'!' * (k in required)}": v for k, v in shape["properties"].items()}, field)
        elif kinds[0] == "array":
            found[f"{field}[]{must}"] = words(_as_text(shape["items"]), null=False)
        else:
            found[f"{field}{must}"] = _as_text(shape)
    return found


def _as_text(shape: Shape) -> Shape:
    """Forms know neither null nor lists in the place of a word."""
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    text = shape | {"type": [kind for kind in kinds if kind not in {"null", "array", "object"}]}
    return text | ({"enum": [value for value in shape["enum"] if value is not None]} if "enum" in shape else {})
