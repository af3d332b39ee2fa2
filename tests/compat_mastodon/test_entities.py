"""The entities to the letter: their keys in order, types, and what may be null (mastodon.md §4)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts import people
from accounts.models import Account
from follows import graph, lists, marks
from tests.compat_mastodon.conftest import Clients

GOLDEN = Path(__file__).parent / "golden"
NOON = "2026-08-21T12:00:00.250Z"
TEXT, FLAG, COUNT = {str}, {bool}, {int}
ACCOUNT: dict[str, set[type]] = {
    "id": TEXT,
    "username": TEXT,
    "acct": TEXT,
    "display_name": TEXT,
    "locked": FLAG,
    "bot": FLAG,
    "discoverable": {bool, type(None)},
    "indexable": FLAG,
    "group": FLAG,
    "created_at": TEXT,
    "note": TEXT,
    "url": TEXT,
    "uri": TEXT,
    "avatar": TEXT,
    "avatar_static": TEXT,
    "avatar_description": TEXT,
    "header": TEXT,
    "header_static": TEXT,
    "header_description": TEXT,
    "followers_count": COUNT,
    "following_count": COUNT,
    "statuses_count": COUNT,
    "last_status_at": {str, type(None)},
    "hide_collections": {bool, type(None)},
    "show_media": FLAG,
    "show_media_replies": FLAG,
    "show_featured": FLAG,
    "feature_approval": {dict},
    "emojis": {list},
    "fields": {list},
}
OPTIONAL = {"suspended": FLAG, "noindex": FLAG, "roles": {list}}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def dora(db: None) -> Account:
    """An account with something in every field."""
    account = people.sign_up(username="dora", email="dora@example.org", password="x", display_name="Dora Dean")
    people.change(
        account.pk,
        note="Hello\nworld",
        fields=[{"name": "Site", "value": "https://example.org"}],
        locked=True,
        discoverable=True,
        hide_collections=False,
        avatar_description="Dora on a hill",
        header_description="A hill without her",
        source={"privacy": "unlisted", "sensitive": True, "language": "de"},
    )
    return account


def golden(name: str, value: Any, **ids: int) -> None:
    """The value is what the file says, in the same order; `ids` stand in the file by their names."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    for word, number in ids.items():
        text = text.replace(f'"{number}"', f'"{word}"').replace(f"/users/{number}", f"/users/{word}")
    assert text + "\n" == (GOLDEN / f"{name}.json").read_text()


def test_account(mastodon: Clients, dora: Account) -> None:
    golden("account", mastodon().get(f"/api/v1/accounts/{dora.pk}").json(), dora=dora.pk)


def test_credential_account(mastodon: Clients, dora: Account, alice: Account) -> None:
    graph.follow(alice.pk, dora.pk)

    me = mastodon(dora).get("/api/v1/accounts/verify_credentials").json()
    golden("credential_account", me, dora=dora.pk)


def test_suspended_account(mastodon: Clients, dora: Account) -> None:
    people.suspend(dora.pk)

    golden("suspended_account", mastodon().get(f"/api/v1/accounts/{dora.pk}").json(), dora=dora.pk)


def test_account_of_another_server(mastodon: Clients, db: None) -> None:
    eve = Account.objects.create(username="eve", domain="other.example")

    golden("remote_account", mastodon().get(f"/api/v1/accounts/{eve.pk}").json(), eve=eve.pk)


def test_relationship(mastodon: Clients, dora: Account, alice: Account) -> None:
    path = f"/api/v1/accounts/relationships?id={dora.pk}"
    golden("no_relationship", mastodon(alice).get(path).json()[0], dora=dora.pk)
    graph.follow(dora.pk, alice.pk)
    graph.follow(alice.pk, dora.pk, notify=True, languages=["de"])
    graph.accept(dora.pk, graph.Actor(dora.pk, "test"), requester=alice.pk)
    marks.mute(alice.pk, dora.pk, notices_too=False, seconds=3600)
    marks.write_note(alice.pk, dora.pk, "met in Ghent")
    marks.endorse(alice.pk, dora.pk)

    golden("relationship", mastodon(alice).get(path).json()[0], dora=dora.pk)


def test_the_rest(mastodon: Clients, dora: Account, alice: Account) -> None:
    shelf = lists.create(alice.pk, "Shelf", replies_policy="followed", exclusive=True)

    golden("list", mastodon(alice).get("/api/v1/lists").json()[0], shelf=shelf.pk)
    golden("preferences", mastodon(dora).get("/api/v1/preferences").json())


@pytest.mark.parametrize("kind", ["full", "empty", "suspended", "remote"])
def test_types_and_nulls_of_every_kind_of_account(mastodon: Clients, dora: Account, kind: str) -> None:
    """No client's decoder stops: every key is there, with a type that the reference allows."""
    pk = dora.pk
    match kind:
        case "empty":
            pk = people.sign_up(username="empty", email="e@example.org", password="x").pk
        case "suspended":
            people.suspend(pk)
        case "remote":
            pk = Account.objects.create(username="eve", domain="other.example").pk

    entity = mastodon().get(f"/api/v1/accounts/{pk}").json()
    assert entity.keys() >= ACCOUNT.keys()
    assert entity.keys() - ACCOUNT.keys() <= OPTIONAL.keys()
    wrong = {key for key, value in entity.items() if type(value) not in (ACCOUNT | OPTIONAL)[key]}
    assert not wrong
    for key in ("url", "uri", "avatar", "avatar_static", "header", "header_static"):
        assert entity[key].startswith(("http://", "https://")), key
