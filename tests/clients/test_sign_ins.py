"""What each well-known client sends when it signs in and on its screens about people, over a live server.

Each answer must pass the client's own decoder (`decoders`); the calls are those of mastodon.md §3.9.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import requests

from accounts.models import Account
from tests.clients import decoders
from tests.clients.browser import Browser
from tests.clients.decoders import decode
from tests.factories import PASSWORD
from tests.servers import PATIENCE, Live

HOME, VERIFY = "v1/timelines/home", "v1/accounts/verify_credentials"
# What the answer of a path holds; [] around what comes in lists.
ENTITIES: dict[str, Any] = {
    VERIFY: "Account",
    "v1/instance": "InstanceV1",
    "v2/instance": "Instance",
    "v1/lists": ["List"],
    "v1/follow_requests": ["Account"],
    "v1/notifications": ["Notification"],
    "v2/notifications/policy": "Policy",
}
PUSH = {
    "subscription": {
        "endpoint": "https://push.example/1",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    },
    "data": {"alerts": {"follow": True, "follow_request": True}, "policy": "all"},
}


class App(NamedTuple):
    """A client: how it sends, where it is sent back to, what it asks first, and what it insists on."""

    insists: dict[str, str]
    registers: str  # as json, form or multipart
    signs_in: str  # as json, form, or both json and query
    redirect: str
    first: str
    next_page: str = r'<[^>]*[?&]max_id=(\d+)[^>]*>; rel="next"'
    scopes: str = "read write follow push"
    pkce: bool = False
    origin: str | None = None  # of a web client


APPS: dict[str, App] = {
    "Elk": App(
        decoders.ELK, "json", "json", "https://elk.zone/api/server/oauth/https%3A%2F%2Felk.zone",
        f"v2/instance /nodeinfo/2.0 v1/preferences {VERIFY} v1/push/subscription v1/markers?timeline[]=notifications "
        f"v1/notifications?limit=30 v1/custom_emojis {HOME}",
        origin="https://elk.zone",
    ),
    "Phanpy": App(
        decoders.PHANPY, "form", "form", "https://phanpy.social/",
        "/.well-known/oauth-authorization-server v1/preferences v2/instance /.well-known/nodeinfo /nodeinfo/2.0 "
        f"{VERIFY} v1/lists v1/followed_tags v2/filters v1/markers?timeline=notifications "
        "v1/announcements v2/notifications v2/notifications/policy v1/follow_requests?limit=1",
        pkce=True, origin="https://phanpy.social",
    ),
    "Semaphore": App(
        decoders.SEMAPHORE, "json", "form", "https://semaphore.social/settings/instances/add",
        f"v1/instance {VERIFY} v1/custom_emojis v1/lists v1/filters {HOME} v1/follow_requests",
        origin="https://semaphore.social",
    ),
    "pl-fe": App(
        decoders.PL_FE, "json", "json", "https://pl.mkljczk.pl/login/external",
        f"v1/instance v2/instance {VERIFY} v1/custom_emojis v2/filters v1/notifications v1/follow_requests {HOME}",
        origin="https://pl.mkljczk.pl",
    ),
    "Sengi": App(
        decoders.SENGI, "multipart", "json and query", "https://sengi.example/register",
        f"{VERIFY} v1/instance v2/instance v1/lists {HOME}", scopes="read write follow",
    ),
    "Tusky": App(
        decoders.TUSKY, "form", "form", "oauth2redirect://com.keylesspalace.tusky/",
        f"v2/instance v1/instance {VERIFY} v1/announcements v2/filters {HOME} v1/notifications?limit=30 "
        "v1/markers?timeline[]=notifications v2/notifications/policy",
    ),
    "Ice Cubes": App(
        decoders.ICE_CUBES, "json", "json", "icecubesapp://",
        f"v2/instance {VERIFY} v1/preferences v1/instance/peers v1/lists v1/followed_tags v1/follow_requests "
        f"v1/markers?timeline[]=home v2/notifications {HOME}",
        next_page=r"max_id=([0-9]+)",
    ),
    "Mastodon for Android": App(
        decoders.ANDROID, "json", "json", "org.joinmastodon.android-auth://callback",
        f"v2/instance v1/instance {VERIFY} v1/custom_emojis v2/notifications",
        pkce=True,
    ),
    "Mastodon for iOS": App(
        decoders.IOS, "json", "json", "mastodon://joinmastodon.org/oauth",
        f"v1/instance v2/instance {VERIFY} v1/filters {HOME}", next_page=r"max_id=([0-9]+)",
    ),
    "megalodon": App(
        decoders.LIBRARY, "json", "json", "urn:ietf:wg:oauth:2.0:oob",
        f"/.well-known/nodeinfo /nodeinfo/2.0 v1/instance {VERIFY} v1/preferences {HOME}",
    ),
    "toot": App(
        decoders.LIBRARY, "json", "form", "urn:ietf:wg:oauth:2.0:oob",
        f"v1/instance v2/instance {VERIFY} v1/lists v1/followed_tags v1/notifications {HOME}",
    ),
}  # fmt: skip


class Client:
    """One client on one server, signed in by `sign_in`."""

    def __init__(self, app: App, server: str) -> None:
        self.app, self.server, self.http = app, server, requests.Session()
        if app.origin:
            self.http.headers["Origin"] = app.origin

    def sign_in(self, email: str) -> None:
        app = self.app
        wanted = {"client_name": "Story", "redirect_uris": app.redirect, "scopes": app.scopes}
        mine = self.decoded("Application", self.send("POST", "/api/v1/apps", app.registers, wanted))
        keys = {"client_id": mine["client_id"], "client_secret": mine["client_secret"], "redirect_uri": app.redirect}
        verifier = secrets.token_urlsafe(48)
        ask = keys | {"response_type": "code", "scope": app.scopes}
        if app.pkce:
            digest = hashlib.sha256(verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            ask |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        browser = Browser()
        browser.open(f"{self.server}/oauth/authorize?{urlencode(ask)}")
        browser.send("Sign in", username=email, password=PASSWORD)
        browser.send("Authorize")
        grant = keys | {"grant_type": "authorization_code", "code": browser.address("code"), "scope": app.scopes}
        grant |= {"code_verifier": verifier} if app.pkce else {}
        token = self.decoded("Token", self.send("POST", "/oauth/token", app.signs_in, grant))
        assert token["scope"] == app.scopes
        self.http.headers["Authorization"] = f"Bearer {token['access_token']}"

    def decoded(self, entity: str, response: requests.Response) -> Any:
        assert response.ok, response.text
        return decode(self.app.insists, entity, response.json())

    def get(self, path: str) -> requests.Response:
        return self.send("GET", path if path.startswith("/") else f"/api/{path}")

    def change(self, path: str, **values: Any) -> Any:
        return self.decoded("Relationship", self.send("POST", f"/api/v1/{path}", "json", values))

    def send(self, method: str, path: str, kind: str = "", values: Any = None) -> requests.Response:
        url = f"{self.server}{path}"
        if self.app.origin:
            self.preflight(method, url)
        match kind:
            case "json":
                response = self.http.request(method, url, json=values)
            case "json and query":
                response = self.http.request(method, url, json=values, params=values)
            case "multipart":
                response = self.http.request(method, url, files={name: (None, text) for name, text in values.items()})
            case _:
                response = self.http.request(method, url, data=values)
        if self.app.origin:
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Content-Type"].startswith("application/json")
        if not response.ok:
            assert isinstance(response.json()["error"], str)
        return response

    def preflight(self, method: str, url: str) -> None:
        """What a browser asks before it lets a page call another site with a token."""
        wanted = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
        allowed = requests.options(url, headers=wanted | {"Origin": str(self.app.origin)}, timeout=PATIENCE)
        assert allowed.status_code == 200
        assert method in allowed.headers["Access-Control-Allow-Methods"]
        assert "authorization" in allowed.headers["Access-Control-Allow-Headers"].lower()

    def requesters(self) -> Iterator[int]:
        """Who asks to follow me, in pages of two as the client finds them."""
        query = "?limit=2"
        while query:
            response = self.get(f"v1/follow_requests{query}")
            for requester in response.json():
                yield int(decode(self.app.insists, "Account", requester)["id"])
            following = re.search(self.app.next_page, response.headers.get("Link", ""))
            query = f"?limit=2&max_id={following[1]}" if following and len(response.json()) == 2 else ""


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest) -> App:
    return APPS[request.param]


@pytest.fixture
def others(live: Live) -> list[Account]:
    return [live.sign_up("other") for _ in range(3)]


@pytest.fixture
def client(live: Live, app: App, others: list[Account]) -> Client:
    """Signed in to a locked account whom three others have asked."""
    me = live.sign_up("me", locked=True)
    for other in others:
        live.follow(other, me)
    client = Client(app, live.url)
    client.sign_in(me.email)
    return client


def test_it_signs_in_and_gets_all_that_it_asks_first(client: Client) -> None:
    for path in client.app.first.split():
        response = client.get(path)
        if path == "v1/push/subscription":
            assert (response.status_code, response.json()) == (404, {"error": "Not Found"})
            continue
        assert response.status_code == 200, path
        match ENTITIES.get(path.partition("?")[0]):
            case [entity]:
                for member in response.json():
                    decode(client.app.insists, entity, member)
            case str(entity):
                decode(client.app.insists, entity, response.json())
    me = client.get(VERIFY).json()
    assert decode(client.app.insists, "Source", me["source"])["follow_requests_count"] == 3
    assert client.send("POST", "/api/v1/push/subscription", "json", PUSH).ok == ("push" in client.app.scopes)


def test_its_screens_about_people_work(client: Client, others: list[Account]) -> None:
    first, second, third = (other.pk for other in others)
    assert list(client.requesters()) == [third, second, first]
    assert client.change(f"follow_requests/{first}/authorize")["followed_by"] is True
    assert client.change(f"follow_requests/{second}/reject")["requested_by"] is False
    assert client.send("POST", f"/api/v1/follow_requests/{second}/reject").status_code == 404
    assert list(client.requesters()) == [third]

    person = client.decoded("Account", client.get(f"v1/accounts/lookup?acct={others[0].username}"))
    path = f"accounts/{person['id']}"
    assert client.decoded("Account", client.get(f"v1/{path}")) == person
    assert client.change(f"{path}/follow", reblogs=True)["following"] is True
    for name in ("followers", "following"):
        (follower,) = client.get(f"v1/{path}/{name}").json()
        decode(client.app.insists, "Account", follower)
    assert client.get(f"v1/{path}/statuses?exclude_replies=true&pinned=true").json() == []
    assert client.change(f"{path}/mute", notifications=True)["muting"] is True
    assert client.change(f"{path}/unmute")["muting"] is False
    assert client.change(f"{path}/block")["blocking"] is True
    assert client.change(f"{path}/unblock")["blocking"] is False
    ties = client.get("v1/accounts/relationships?" + "&".join(f"id[]={other.pk}" for other in others)).json()
    found = {decode(client.app.insists, "Relationship", each)["id"]: each for each in ties}
    assert [found[str(other.pk)]["requested_by"] for other in others] == [False, False, True]
    found = client.get(f"v2/search?q={others[2].username}&type=accounts&resolve=true").json()["accounts"]
    assert [decode(client.app.insists, "Account", each)["id"] for each in found] == [str(third)]


def test_it_reads_what_it_is_told(client: Client, others: list[Account]) -> None:
    notifications = client.get("v1/notifications").json()
    for each in notifications:
        decode(client.app.insists, "Account", decode(client.app.insists, "Notification", each)["account"])
    assert [(each["type"], each["account"]["id"]) for each in notifications] == [
        ("follow_request", str(other.pk)) for other in reversed(others)
    ]
    grouped = client.get("v2/notifications").json()
    for group in grouped["notification_groups"]:
        decode(client.app.insists, "NotificationGroup", group)
    assert {each["id"] for each in grouped["accounts"]} == {str(other.pk) for other in others}
    position = {"notifications": {"last_read_id": notifications[0]["id"]}}
    marks = client.send("POST", "/api/v1/markers", "json", position).json()
    assert decode(client.app.insists, "Marker", marks["notifications"])["last_read_id"] == notifications[0]["id"]
    assert client.get("v1/notifications/unread_count").json() == {"count": 0}
