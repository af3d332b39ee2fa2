"""The profile as its owner sees and changes it, with the bounds of each value (mastodon.md §3.1, §4.9)."""

import base64
import re
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import orjson
from django.core.exceptions import RequestDataTooBig
from django.core.files.base import File
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from accounts.domains import NotADomain, canonical
from accounts.images import BadImage
from accounts.profile import READ, TEXTS, Pictures, fields, picture, texts
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.entities import Entity, credential_account
from compat_mastodon.params import Params
from follows.queries import Own

MAX_SITES = 10
FLAGS = (
    *("locked", "bot", "discoverable", "hide_collections", "indexable"),
    *("show_media", "show_media_replies", "show_featured"),
)
DEFAULTS = {
    "privacy": {"public", "unlisted", "private"},
    "quote_policy": {"public", "followers", "nobody"},
}
MAX_JSON, MAX_VALUES = 24_000_000, 10_000  # bytes: two such files as data URIs; values in the whole
URL_SAFE = str.maketrans("-_", "+/")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
AROUND_SITE = re.compile(r"^(?:https?://)?(?:\*\.)?|/$", re.IGNORECASE)
PROFILE = (
    *("id", "display_name", "note", "formatted_note", "fields", "formatted_fields"),
    *("avatar", "avatar_static", "avatar_description"),
    *("header", "header_static", "header_description", "locked", "bot", "hide_collections", "discoverable"),
    *("indexable", "show_media", "show_media_replies", "show_featured", "attribution_domains", "featured_tags"),
)


class JSONWithPictures(BaseParser):
    """JSON that may be much longer than elsewhere, but of few values, which are what fills the memory."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(MAX_JSON + 1)
        if len(body) > MAX_JSON or body.count(b",") > MAX_VALUES:
            raise RequestDataTooBig
        try:
            return orjson.loads(body)
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None


def profile(own: Own) -> Entity:
    """Profile: what may be changed, as it was written and as it is shown; a picture that was never given is null."""
    shown = credential_account(own)
    missing = [name for name in READ if not getattr(own.person, name)]
    unset = {f"{name}{kind}": None for name in missing for kind in ("", "_static")}
    formatted = {f"formatted_{name}": shown[name] for name in ("note", "fields")}
    values = shown | shown["source"] | formatted | unset | {"featured_tags": []}
    return {key: values[key] for key in PROFILE}


def columns(params: Params, source: dict[str, Any]) -> dict[str, Any]:
    """Return the columns to set. `source` has the current defaults for posts; missing values stay.

    :raises Invalid: when a value breaks its bound; all faults at once.
    """
    faults: list[Fault] = []
    changed: dict[str, Any] = {name: flag for name in FLAGS if (flag := params.flag(name)) is not None}
    changed |= texts({name: text for name in TEXTS if (text := params.text(name)) is not None}, faults)
    if (rows := params.mappings("fields_attributes")) is not None:
        sent = [{name: row.text(name) or "" for name in ("name", "value")} for row in rows]
        changed["fields"] = fields(sent, faults)
    if (defaults := params.mapping("source")) is not None:
        changed["source"] = source | _defaults(defaults, faults)
    if "attribution_domains" in params:
        sites = _sites(params.items("attribution_domains"), faults)
        changed["source"] = changed.get("source", source) | {"attribution_domains": sites}
    if faults:
        raise Invalid(faults)
    return changed


def pictures(account: int, params: Params) -> Pictures:
    """Return the uploaded pictures, files or data URIs; a blank one counts as missing.

    :raises Invalid: when a value is not a picture; it has all faults.
    :raises limits.TooMany: when the account has reached its limit of uploads.
    """
    read: Pictures = {}
    faults = []
    for name in READ:
        try:
            if value := params.raw(name):
                read[name] = picture(account, name, _file(value))
        except BadImage as bad:
            faults.append(Fault(name, Problem.INVALID, reason=str(bad)))
    if faults:
        raise Invalid(faults)
    return read


def _file(value: Any) -> File[Any]:
    """:raises BadImage: when it is no file and no data URI."""
    if isinstance(value, str):
        value = File(BytesIO(_bytes_of(value)), "data")
    if not isinstance(value, File):
        raise BadImage("is neither a file nor a data URI")
    return value


def _bytes_of(uri: str) -> bytes:
    """Decode a data URI in base64: with any parameters, in either alphabet, with line breaks, percent-encoded.

    :raises BadImage: when it is none, or no base64.
    """
    head, _, encoded = uri.strip().rpartition(",")  # a quoted parameter may hold a comma, base64 none
    scheme, *parameters = head.lower().split(";")
    if not scheme.startswith("data:") or not parameters or parameters[-1].strip() != "base64":
        raise BadImage("is neither a file nor a data URI in base64")
    encoded = "".join(unquote(encoded).split()).translate(URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise BadImage("is no data URI in base64") from None


def _sites(sent: list[str], faults: list[Fault]) -> list[str]:
    """The servers that are named, each once, whether by name, by address or with all below them."""
    sites: list[str] = []
    try:
        sites = list(dict.fromkeys(canonical(site) for text in sent if (site := AROUND_SITE.sub("", text.strip()))))
    except NotADomain:
        faults.append(Fault("attribution_domains", Problem.INVALID))
    if len(sites) > MAX_SITES:
        faults.append(Fault("attribution_domains", Problem.TOO_LONG, MAX_SITES))
    return sites


def _defaults(sent: Params, faults: list[Fault]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, options in DEFAULTS.items():
        if value := sent.text(name):
            values[name] = value
            if value not in options:
                faults.append(Fault(name, Problem.INVALID))
    if (sensitive := sent.flag("sensitive")) is not None:
        values["sensitive"] = sensitive
    if (language := sent.text("language")) is not None:
        values["language"] = language or None
        if language and not LANGUAGE.fullmatch(language):
            faults.append(Fault("language", Problem.INVALID))
    return values
