"""Every path, with every method, answers every kind of caller as the tables of `access` say; none is missing there."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import people, sessions
from accounts.models import Account, Platform
from compat_mastodon.models import AccessToken
from compat_mastodon.oauth import scopes
from tests.compat_mastodon.conftest import token_for
from tests.trust.access import ADMIN, ADMIN_ITSELF, MASTODON, TWITTNER
from tests.trust.figures import Figure

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DOOR = re.compile(r"api/(latchkey/|v\d/)")
# Answers of the Mastodon door that are about the caller alone.
INVALID = (401, "The access token is invalid")
REVOKED = (401, "The access token was revoked")
DISABLED = (403, "Your login is currently disabled")
OUTSIDE = (403, "This action is outside the authorized scopes")
NO_USER = (422, "This method requires an authenticated user")
NO_CLIENT = (403, "This method requires an client credentials authentication")
NOT_ALLOWED = (403, "This action is not allowed")
NOT_THERE = (404, "Not Found")
OPEN = (0, "admitted")
DENIALS = {INVALID, REVOKED, DISABLED, OUTSIDE, NO_USER, NO_CLIENT}


class Endpoint(NamedTuple):
    caller: str
    scopes: list[str]


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route of the server, as the URL configuration spells it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def listed() -> dict[tuple[str, str], Endpoint]:
    """The table of the Mastodon door: (method, route) -> who may call."""
    return {
        (method, f"api/{line.split()[1]}"): Endpoint(caller, accepted.split())
        for (caller, accepted), lines in MASTODON.items()
        for line in lines.strip().splitlines()
        for method in line.split()[0].split("|")
    }


LISTED = listed()
PATHS = sorted({route for _, route in LISTED})


def test_every_path_of_the_mastodon_door_is_in_the_table() -> None:
    found = [route for route in routes() if DOOR.match(route)]

    assert set(found) == {f"{path}{end}" for path in PATHS for end in ("", "/")}


def test_every_path_of_the_twittner_door_is_in_the_table() -> None:
    found = {route.removeprefix("mobile_api/") for route in routes() if route.startswith("mobile_api/")}

    assert found - {"", "flags/<slug:code>.svg"} == set(" ".join(TWITTNER.values()).split())


# What each caller hears at an endpoint for each kind of callers; OPEN where its scopes are right.
EXPECTED: dict[str, dict[str, tuple[int, str]]] = {
    "member": {"none": INVALID, "unknown": INVALID, "revoked": REVOKED, "app": NO_USER, "person": OPEN},
    "any token": {"none": INVALID, "unknown": INVALID, "revoked": REVOKED, "app": OPEN, "person": OPEN},
    "app": {"none": INVALID, "unknown": INVALID, "revoked": REVOKED, "app": OPEN, "person": NO_CLIENT},
    "somebody": {"none": NO_USER, "unknown": NO_USER, "revoked": REVOKED, "app": NO_USER, "person": OPEN},
    "anybody": {"none": OPEN, "unknown": OPEN, "revoked": REVOKED, "app": OPEN, "person": OPEN},
    "everybody": {"none": OPEN, "unknown": OPEN, "revoked": OPEN, "app": OPEN, "person": OPEN},
    "no token": dict.fromkeys(("none", "unknown", "revoked", "app", "person"), OPEN),
}


def expected(endpoint: Endpoint | None, caller: str) -> tuple[int, str]:
    if endpoint is None:
        return NOT_THERE
    if endpoint.caller == "no token":
        return OPEN
    if caller == "suspended":
        return DISABLED
    if caller == "wrong scope":
        if endpoint.scopes:
            return OUTSIDE
        return NO_CLIENT if endpoint.caller == "app" else OPEN
    heard = EXPECTED[endpoint.caller]["person" if caller == "moderator" else caller]
    return NOT_ALLOWED if caller == "person" and scopes.moderate(endpoint.scopes) else heard


@pytest.mark.long
@pytest.mark.parametrize(
    "caller", ["none", "unknown", "revoked", "app", "wrong scope", "person", "moderator", "suspended"]
)
def test_the_mastodon_door_answers_each_caller_as_the_table_says(
    alice: Account, bob: Account, caller: str, figure: Figure
) -> None:
    if caller == "suspended":
        people.suspend(alice.pk)
    if caller == "moderator":
        Account.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    wrong: dict[str, Any] = {}
    tokens: dict[str, str] = {}
    asked = 0
    for path in PATHS:
        for method in METHODS:
            endpoint = LISTED.get((method, path))
            accepted = endpoint.scopes if endpoint else []
            told = token(caller, alice, accepted, tokens)
            for end in ("", "/"):
                heard = call(method, f"/{with_ids(path, bob)}{end}", told)
                asked += 1
                if endpoint and heard == NOT_THERE:
                    heard = OPEN  # the caller may ask, and there is nothing
                if heard == NOT_ALLOWED and expected(endpoint, caller) != NOT_ALLOWED:
                    heard = OPEN  # the caller may ask, and this is refused
                if heard != expected(endpoint, caller):
                    wrong[f"{method} {path}{end}"] = heard
    figure(f"{asked} calls of the Mastodon API, {len(wrong)} answered otherwise than the table")
    assert wrong == {}


def token(caller: str, account: Account, accepted: list[str], kept: dict[str, str]) -> str | None:
    if caller in {"none", "unknown"}:
        return None if caller == "none" else "unknown"
    granted = accepted[:1] or ["read"]
    if caller == "wrong scope":
        granted = [scope for scope in scopes.WORDS if scope not in accepted]
    words = " ".join(granted)
    if words not in kept:
        kept[words] = token_for(None if caller == "app" else account, words)
        if caller == "revoked":
            AccessToken.objects.update(revoked_at=timezone.now())
    return kept[words]


def with_ids(route: str, other: Account) -> str:
    """The route with somebody else's id where it names an account, and ids of nothing elsewhere."""
    return re.sub(r"<(\w+)>", lambda part: str(other.pk) if part[1] == "account" else "1", route)


def call(method: str, path: str, token: str | None) -> tuple[int, str]:
    """What is heard of the caller: a denial, that there is no such method, or OPEN for every other answer."""
    client = Client(headers={"Authorization": f"Bearer {token}"} if token else {}, raise_request_exception=False)
    answer = client.generic(method, path, b"" if method == "GET" else b"{}", content_type="application/json")
    assert answer.status_code < 500, (method, path, answer.content)
    if answer.status_code < 400:
        return OPEN
    heard = (answer.status_code, answer.json()["error"])
    return heard if heard in DENIALS | {NOT_ALLOWED, NOT_THERE} else OPEN


@pytest.mark.parametrize("kind", TWITTNER)
def test_the_twittner_door_answers_each_caller_as_the_table_says(
    alice: Account, bob: Account, mallory: Account, kind: str, figure: Figure
) -> None:
    gone, closed = (sessions.open_session(account.pk, Platform.IOS).token for account in (bob, mallory))
    people.suspend(bob.pk)
    caller = sessions.resolve(closed)
    assert caller
    sessions.close(caller.session)
    strangers = {"none": None, "unknown": "x" * 40, "suspended": gone, "signed out": closed, "app": token_for(alice)}
    wrong: dict[str, Any] = {}
    asked = 0
    for endpoint in TWITTNER[kind].split():
        for method in METHODS:
            for caller, session in strangers.items():
                asked += 1
                heard = phone(method, endpoint, session)
                if (heard == (401, "Unauthorized Access")) != (kind == "member"):
                    wrong[f"{method} {endpoint} {caller}"] = heard
            asked += 1
            mine = sessions.open_session(alice.pk, Platform.IOS).token
            heard = phone(method, endpoint, mine)
            if (heard == (400, "You are already logged in")) != (kind == "guest") or heard[0] == 401:
                wrong[f"{method} {endpoint} member"] = heard
    figure(f"{asked} calls of the Twittner API, {len(wrong)} answered otherwise than the table")
    assert wrong == {}


def phone(method: str, endpoint: str, session: str | None) -> tuple[int, str]:
    """Code and message of the answer. For each method, the query has the session; a form has it, too."""
    query = f"?session_id={session}" if session else ""
    client, kind = Client(), "application/x-www-form-urlencoded"
    answer = client.generic(method, f"/mobile_api/{endpoint}{query}", query[1:], content_type=kind)
    assert answer.status_code == 200
    body = answer.json()
    assert body["code"] != 500, (method, endpoint, body)
    return body["code"], body["message"]


# --- the admin --------------------------------------------------------------------------------------

SCREEN = re.compile(r"admin/(?P<model>\w+/\w+)/(?:<[\w:]+>/)?(?P<view>\w*)/?")


def screens() -> dict[str, tuple[str, str]]:
    """The routes of the admin's models: which model, and which view. An id alone leads to the view `change`."""
    found = {route: SCREEN.fullmatch(route) for route in routes() if route.startswith("admin/")}
    return {
        route: (match["model"], match["view"] or "changelist")
        for route, match in found.items()
        if match and not route.endswith(">/") and route.removeprefix("admin/") not in ADMIN_ITSELF
    }


def test_every_address_of_the_admin_is_in_the_table() -> None:
    found = screens()
    shortcuts = {f"admin/{model}/<path:object_id>/" for model in ADMIN}
    others = {route.removeprefix("admin/") for route in routes() if route.startswith("admin/")} - {
        route.removeprefix("admin/") for route in (*found, *shortcuts)
    }

    assert {model for model, _ in found.values()} == set(ADMIN)
    assert others == set(ADMIN_ITSELF)


@pytest.mark.parametrize("role", ["nobody", "member", "helper", "moderator", "root"])
def test_the_admin_opens_its_screens_for_each_role_as_the_table_says(
    request: pytest.FixtureRequest, role: str, alice: Account, figure: Figure
) -> None:
    client = Client(raise_request_exception=False)
    if role != "nobody":
        client.force_login(alice if role == "member" else request.getfixturevalue(role))
    wrong = {}
    opened = screens()
    for route, (model, view) in opened.items():
        may = view in ADMIN[model].get(role, "").split()
        path = "/" + re.sub(r"<[^>]*>", str(alice.pk), route)
        for answer in (client.get(path), *(() if may else (client.post(path),))):
            if outside(answer, role) == may and not unknown(answer, view):
                wrong[path] = answer.status_code
    for route, status in ADMIN_ITSELF.items():
        path = f"/admin/{route.replace('^', '')}" if "(" not in route else "/admin/nothing/"
        answer = client.get(re.sub(r"<[^>]*>", "0", path))
        if role in {"nobody", "member"}:
            if answer.status_code != 302:
                wrong[path] = answer.status_code
        elif answer.status_code != status:
            wrong[path] = answer.status_code
    figure(f"{len(opened) + len(ADMIN_ITSELF)} calls of the admin, {len(wrong)} answered otherwise than the table")
    assert wrong == {}


def outside(answer: Any, role: str) -> bool:
    """Whether the answer keeps the caller out: to the page of signing in, or with a refusal."""
    if role in {"nobody", "member"}:
        return bool(answer.status_code == 302 and answer.headers["Location"].startswith("/admin/login/"))
    return bool(answer.status_code == 403)


def unknown(answer: Any, view: str) -> bool:
    """The history of what does not exist is not refused, but there is none."""
    return bool(view == "history" and answer.status_code == 302 and answer.headers["Location"] == "/admin/")
