"""The known clients of this dialect, as strict as they are (twittner.md §6, §8).

`App` behaves like the vendor's Flutter app: multipart forms, models that throw on a wrong JSON type.
`Library` behaves like the Java library: urlencoded forms, Gson, `java.net.URL`, 32-bit integers;
`FirstLibrary` like its first revision. None looks at anything but what the originals read.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from tests.servers import PATIENCE

INT32 = range(-(2**31), 2**31)
Check = Callable[[Any], bool]


class Crash(Exception):
    """What the person sees as a spinner that never stops, or an app that closes."""


class Failure(Exception):
    """What the person sees as an error message."""

    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


def number(value: Any) -> bool:
    return type(value) is int and value in INT32


def text(value: Any) -> bool:
    return isinstance(value, str)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def address(value: Any) -> bool:
    return text(value) and urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname)


def amount(value: Any) -> bool:
    return text(value) and re.fullmatch(r"\d+\.\d\d", value) is not None


def nothing(value: Any) -> bool:
    return bool(value == "[]")


def token(value: Any) -> bool:
    return text(value) and 50 <= len(value) <= 250


def read(value: Any, shape: dict[str, Check]) -> dict[str, Any]:
    """The keys of a model; all must be there and of their type."""
    if not isinstance(value, dict):
        raise Crash(f"an object was expected, not {value!r}")
    for name, fits in shape.items():
        if not (name in value and fits(value[name])):
            raise Crash(f"{name} must be a {fits.__name__}, not {value.get(name)!r}")
    return {name: value[name] for name in shape}


PERSON: dict[str, Check] = {
    "id": number,
    "about": text,
    "followers": number,
    "posts": number,
    "avatar": address,
    "last_active": text,
    "username": text,
    "fname": text,
    "lname": text,
    "email": text,
    "verified": text,
    "name": text,
    "url": address,
    "follow_privacy": text,
}
TIES: dict[str, Check] = {"is_following": flag, "follow_requested": flag, "is_user": flag}
PROFILE: dict[str, Check] = {
    "id": number,
    "avatar": address,
    "cover": address,
    "country_flag": address,
    "first_name": text,
    "last_name": text,
    "user_name": text,
    "email": text,
    "is_verified": flag,
    "website": text,
    "about_you": text,
    "gender": text,
    "country": text,
    "post_count": number,
    "following_count": number,
    "follower_count": number,
    "language": text,
    "member_since": text,
    "is_blocked_visitor": flag,
    "can_view_profile": flag,
}
NOTICE: dict[str, Check] = {
    "id": number,
    "notifier_id": number,
    "recipient_id": number,
    "status": text,
    "subject": text,
    "entry_id": number,
    "json": nothing,
    "time": text,
    "username": text,
    "avatar": address,
    "verified": text,
    "name": text,
    "url": address,
    "user_url": address,
    "user_id": number,
}
AUTH: dict[str, Check] = {"auth_token": token, "refresh_token": token, "auth_token_expiry": number}
USER: dict[str, Check] = {
    "user_id": number,
    "first_name": text,
    "last_name": text,
    "user_name": text,
    "profile_picture": address,
    "cover_picture": address,
    "email": text,
    "is_verified": flag,
    "website": text,
    "about_you": text,
    "gender": text,
    "country": text,
    "post_count": number,
    "last_post": number,
    "last_ad": number,
    "language": text,
    "following_count": number,
    "follower_count": number,
    "wallet": amount,
    "ip_address": text,
    "last_active": text,
    "member_since": text,
    "profile_privacy": text,
}
PRIVACY: dict[str, Check] = {
    "profile_visibility": text,
    "contact_privacy": text,
    "follow_privacy": text,
    "search_visibility": flag,
}


def fits(value: Any) -> bool:
    """Whether every number in there is one of 32 bits, and nothing is null."""
    if isinstance(value, dict | list):
        return all(map(fits, value.values() if isinstance(value, dict) else value))
    return number(value) or text(value) or flag(value)


class Client:
    """What both share: the base address, the session, the envelope."""

    def __init__(self, server: str) -> None:
        self.base = f"{server}/mobile_api/"
        self.token = ""
        self.id = 0

    extras: ClassVar[dict[str, str]] = {}  # what a login sends besides

    def get(self, endpoint: str, **query: Any) -> Any:
        return self._opened(requests.get(self.base + endpoint, query | self._session(), timeout=PATIENCE))

    def post(self, endpoint: str, **form: Any) -> Any:
        raise NotImplementedError

    def login(self, email: str, password: str) -> dict[str, Any]:
        answer = self.post("login", email=email, password=password, **self.extras)
        self.token = read(answer.get("auth"), AUTH)["auth_token"]
        user = read(answer["data"].get("user"), USER)
        self.id = user["user_id"]
        return user

    def people(self, endpoint: str, more: dict[str, Check], **query: Any) -> list[dict[str, Any]]:
        """A whole list, page by page, until the end or a page of fewer than asked for."""
        found: list[dict[str, Any]] = []
        cursor = "offset_id" if "offset_id" in more else "id"
        while True:
            try:
                answer = self.get(endpoint, page_size=2, offset=found[-1][cursor] if found else 0, **query)
            except Failure as failure:
                if failure.message == "No data found":
                    return found
                raise
            if not isinstance(answer["data"], list):
                raise Crash("a list was expected")
            page = [read(item, PERSON | more) for item in answer["data"]]
            found += page
            if len(page) < 2:
                return found

    def _session(self) -> dict[str, str]:
        return {"session_id": self.token} if self.token else {}

    def _opened(self, response: requests.Response) -> Any:
        if response.status_code != 200 or response.history or not response.content:
            raise Crash(f"HTTP {response.status_code}")
        if not response.headers.get("Content-Type", "").startswith("application/json"):
            raise Crash("no JSON")
        answer = response.json()
        if not number(answer.get("code")) or not text(answer.get("message")) or not fits(answer):
            raise Crash(f"no envelope: {answer!r}")
        if answer["code"] != 200:
            if answer["code"] > 201 and not isinstance(answer.get("data", []), list):
                raise Crash("an error with data")
            raise Failure(answer["code"], answer["message"])
        return answer


class App(Client):
    """Every POST is multipart, with or without files; the token always goes as a header, too."""

    def get(self, endpoint: str, **query: Any) -> Any:
        query |= self._session()
        return self._opened(requests.get(self.base + endpoint, query, headers=self._session(), timeout=PATIENCE))

    def post(self, endpoint: str, **form: Any) -> Any:
        parts = {
            name: value if isinstance(value, tuple) else (None, str(value))
            for name, value in (form | self._session()).items()
        }
        headers = self._session()
        return self._opened(requests.post(self.base + endpoint, files=parts, headers=headers, timeout=PATIENCE))

    def set_privacy(self, **settings: str) -> None:
        """The app sends all four, and always an open account unless told otherwise."""
        form = {"profile_visibility": "everyone", "contact_privacy": "everyone", "search_visibility": "Y"}
        self.post("set_priv_settings", **form | {"follow_privacy": "everyone"} | settings)


class Library(Client):
    """Every POST is urlencoded, and the login names its platform."""

    extras: ClassVar = {"device_type": "android"}

    def post(self, endpoint: str, **form: Any) -> Any:
        return self._opened(requests.post(self.base + endpoint, form | self._session(), timeout=PATIENCE))

    def follow(self, account: int) -> bool:
        """201, a request, is no success to it."""
        try:
            return bool(read(self.post("follow", user_id=account)["data"], {"follow": flag})["follow"])
        except Failure as failure:
            if failure.code == 201:
                return False
            raise


class FirstLibrary(Library):
    """It POSTs what is read, too."""

    def get(self, endpoint: str, **query: Any) -> Any:
        return self.post(endpoint, **query)
