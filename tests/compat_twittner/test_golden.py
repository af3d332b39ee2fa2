"""Every endpoint's success and each of its errors, to the letter: the cases are `golden/*.json`.

A case says who calls (`as`), what others did or what happened to them `before`, what is sent (`form` or
`query`) and the whole `answer`. `<hex 82>` and its like stand for what nobody can foretell.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts import people
from accounts.models import Account, Identity, Platform, Provider, Session, Verification
from compat_twittner import urls
from follows.models import Follow, Notice
from tests.compat_twittner import files, networks
from tests.compat_twittner.conftest import Twittner

GOLDEN = Path(__file__).parent / "golden"
ENDPOINTS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.glob("*.json"))}
CASES = [(endpoint, case) for endpoint, cases in ENDPOINTS.items() for case in cases]
PATTERNS = {
    "<hex 82>": re.compile(r"[0-9a-f]{82}"),
    "<avatar>": re.compile(r"http://testserver/media/avatars/2026/06/[0-9a-f]{32}_thumbnail_512x512\.jpg"),
    "<cover>": re.compile(r"http://testserver/media/headers/2026/06/[0-9a-f]{32}-\d+_image_cover_600x200\.jpg"),
    "<hex 74>": re.compile(r"[0-9a-f]{74}"),
}


def same(expected: Any, actual: Any) -> bool:
    """Equal in value and in JSON type."""
    if isinstance(expected, str) and expected in PATTERNS:
        return isinstance(actual, str) and bool(PATTERNS[expected].fullmatch(actual))
    if expected == "<id>":
        return type(actual) is int and 0 < actual < 2**31
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(expected == actual)


@pytest.mark.parametrize(("endpoint", "case"), CASES)
def test_the_answer_is_golden(
    twittner: Callable[..., Twittner],
    social_networks: None,
    alice: Account,
    bob: Account,
    carol: Account,
    endpoint: str,
    case: str,
) -> None:
    cast = {"alice": alice, "bob": bob, "carol": carol}
    story = ENDPOINTS[endpoint][case]
    with time_machine.travel("2026-06-21T14:45:30Z", tick=False):
        Account.objects.update(created_at="2020-09-03T10:00:00Z", last_active_at="2026-06-21T14:44:00Z")
        for who, what, form in story.get("before", []):
            if what in HAPPENINGS:
                HAPPENINGS[what](cast[who])
            else:
                twittner(cast[who]).post(what, **filled(form, cast))
        phone = twittner(cast.get(story.get("as")))
        send = phone.post if "form" in story else phone.get
        expected = filled(story["answer"], cast)
        answer = send(endpoint, **filled(story.get("form", story.get("query", {})), cast))

    assert same(expected, answer), answer


def test_every_endpoint_has_golden_answers() -> None:
    assert {str(route.pattern) for route in urls.urlpatterns[:-2]} == set(ENDPOINTS)


def filled(value: Any, cast: dict[str, Account]) -> Any:
    """With ids in place of `{alice}`, of `{alice to bob}` for a follow, and of `{alice's notice}`; and with files."""
    if isinstance(value, dict):
        return {key: filled(inner, cast) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, cast) for inner in value]
    if value in FILES:
        return FILES[value]()
    found = PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return _id(*found.groups(), cast) if found else value


def _id(one: str, other: str | None, notice: str | None, cast: dict[str, Account]) -> int:
    if notice:
        return Notice.objects.get(recipient=cast[one]).pk
    return Follow.objects.get(follower=cast[one], target=cast[other]).pk if other else cast[one].pk


PLACEHOLDER = re.compile(r"\{(\w+)(?: to (\w+)|'s (notice))?\}")
FILES: dict[str, Callable[[], Any]] = {
    "<picture>": files.picture,
    "<film>": files.film,
    "<garbage>": files.garbage,
    "<token of alice>": lambda: networks.token(email="alice@example.org"),
    "<token of bob>": lambda: networks.token(email="bob@example.org"),
    "<token for another application>": lambda: networks.token(email="alice@example.org", app="theirs"),
    "<token that nobody can check>": lambda: networks.token(broken=True),
}
HAPPENINGS: dict[str, Callable[[Account], object]] = {
    "signed in with Google before": lambda account: Identity.objects.create(
        account=account, provider=Provider.GOOGLE, subject="1001"
    ),
    "signed in with Facebook before": lambda account: Identity.objects.create(
        account=account, provider=Provider.FACEBOOK, subject="1001"
    ),
    "is suspended": lambda account: people.suspend(account.pk),
    "is verified": lambda account: people.change(account.pk, verification=Verification.VERIFIED),
    "asked for the badge": lambda account: people.change(account.pk, verification=Verification.REQUESTED),
    "was told an hour ago": lambda account: Notice.objects.update(created_at="2026-06-21T13:40:00Z"),
    "has the refresh token": lambda account: Session.objects.create(
        account=account,
        platform=Platform.IOS,
        token_digest=b"x",
        refresh_digest=hashlib.sha256(b"7" * 74).digest(),
        expires_at="2027-01-01T00:00:00Z",
    ),
}
