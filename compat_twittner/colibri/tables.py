"""The tables of ColibriSM that are imported, with the columns that count, and what their values mean.

Facts about the tables are those of versions 1.0.7 to 1.4.3. Old dumps lack columns that came later, and a column that
is missing has the value that ColibriSM gave it then.
"""

import hashlib
import html
import json
import re
from datetime import timedelta
from typing import NamedTuple

from accounts import validation
from accounts.lookup import MAX_ID
from accounts.models import Platform

USERS, CONNECTIONS, BLOCKS, NOTIFICATIONS = "cl_users", "cl_connections", "cl_blocks", "cl_notifications"
REPORTS, VERIFICATIONS, SESSIONS, CONFIGS = "cl_profile_reports", "cl_verifications", "cl_sessions", "cl_configs"

COLUMNS: dict[str, dict[str, str]] = {  # table -> column -> what it is where the table lacks it
    CONFIGS: {"name": "", "value": ""},
    USERS: {
        "id": "",
        "username": "",
        "fname": "",
        "lname": "",
        "about": "",
        "gender": "M",
        "email": "",
        "password": "",
        "joined": "",
        "last_active": "",
        "language": "",
        "avatar": "",
        "cover": "",
        "active": "1",
        "verified": "0",
        "admin": "0",
        "website": "",
        "country_id": "1",
        "profile_privacy": "everyone",
        "follow_privacy": "everyone",
        "contact_privacy": "everyone",
        "index_privacy": "Y",
        "pnotif_token": "",
        "refresh_token": "",
    },
    CONNECTIONS: {"id": "", "follower_id": "", "following_id": "", "status": "active", "time": ""},
    BLOCKS: {"id": "", "user_id": "", "profile_id": "", "time": ""},
    NOTIFICATIONS: {"id": "", "notifier_id": "", "recipient_id": "", "status": "0", "subject": "", "time": ""},
    REPORTS: {"id": "", "user_id": "", "profile_id": "", "reason": "", "comment": "", "seen": "0", "time": ""},
    VERIFICATIONS: {"id": "", "user_id": "", "full_name": "", "text_message": "", "video_message": "", "time": ""},
    SESSIONS: {"id": "", "session_id": "", "user_id": "", "platform": "web", "time": "", "lifespan": ""},
}
NEEDED = {"id", "username", "follower_id", "following_id", "notifier_id", "recipient_id", "subject", "session_id"}

EARLIEST = 1_000_000_000  # 2001; "0" and "25" are the defaults of the columns for times
YEAR = int(timedelta(days=365).total_seconds())
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
PLATFORMS = {"mobile_android": Platform.ANDROID, "mobile_ios": Platform.IOS}
NO_TOKEN = {"", "0"}


class Device(NamedTuple):
    """The address of a phone for push messages."""

    token: str
    platform: Platform


def number(text: str | None) -> int:
    """The id that a value is; 0 for what is none."""
    if text and text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text) if int(text) <= MAX_ID else 0
    return 0


def moment(text: str | None, now: int) -> int | None:
    """The Unix seconds that a value is; None for zero, garbage and the future."""
    if text and text.isascii() and text.isdigit() and len(text) <= 12 and EARLIEST <= int(text) <= now:
        return int(text)
    return None


def lifespan(text: str | None, began: int) -> int:
    """The Unix seconds when a session ends: a year after it began, where the value says nothing."""
    if text and text.isascii() and text.isdigit() and len(text) <= 12 and int(text) >= EARLIEST:
        return min(int(text), MAX_ID)
    return began + YEAR


def text(value: str | None) -> str:
    """A text that people wrote: the script stored it with HTML entities, which are taken back once."""
    return validation.clean_text(ENTITY.sub(lambda entity: html.unescape(entity[0]), value or ""))


def line(value: str | None) -> str:
    """As `text`, in one line."""
    return " ".join(text(value).split())


def digest(token: str | None) -> bytes | None:
    """The SHA-256 of a token, which is all that is kept of it; None for none."""
    if not token or token in NO_TOKEN:
        return None
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def device(value: str | None) -> Device | None:
    """The phone in the JSON of `pnotif_token`; None for none."""
    try:
        told = json.loads(value or "{}")
        token, kind = told["token"], told["type"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(token, str) or not 0 < len(token) <= 250 or validation.CONTROL.search(token):
        return None
    return Device(token, Platform.IOS if kind == "ios" else Platform.ANDROID)
