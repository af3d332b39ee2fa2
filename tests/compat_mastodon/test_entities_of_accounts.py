"""Accounts to the letter, as everybody, their owner and who muted them gets them (mastodon.md §4.1 to §4.3)."""

from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, marks
from tests.compat_mastodon import reference_people as reference
from tests.compat_mastodon.conftest import Clients
from tests.compat_mastodon.golden_files import check, golden
from tests.factories import AccountFactory

NO_POSTS = {"last_status_at not null"}
NO_PROOFS = {"fields[].verified_at not null"}
NEVER = NO_POSTS | NO_PROOFS
LINKS = ("url", "uri", "avatar", "avatar_static", "header", "header_static")


@pytest.fixture
def shown(mastodon: Clients) -> Any:
    """An account as whoever asks gets it."""
    return lambda account: mastodon().get(f"/api/v1/accounts/{account.pk}").json()


@pytest.fixture
def own(mastodon: Clients) -> Any:
    """An account as its owner gets it."""
    return lambda account: mastodon(account).get("/api/v1/accounts/verify_credentials").json()


def test_account(shown: Any, dora: Account) -> None:
    golden("account", shown(dora), dora=dora.pk)


def test_suspended_account(shown: Any, dora: Account) -> None:
    people.suspend(dora.pk)

    golden("suspended_account", shown(dora), dora=dora.pk)


def test_account_of_another_server(shown: Any, eve: Account) -> None:
    golden("remote_account", shown(eve), eve=eve.pk)


def test_types_and_nulls_of_accounts(shown: Any, dora: Account, eve: Account) -> None:
    """No client's decoder stops, and every address is a whole one."""
    gone = AccountFactory(username="gone")
    people.suspend(gone.pk)
    found = [shown(account) for account in (dora, gone, eve, AccountFactory(username="empty"))]

    check(reference.Account, *found, never=NEVER)
    assert all(entity[key].startswith(("http://", "https://")) for entity in found for key in LINKS)


def test_credential_account(own: Any, dora: Account, alice: Account) -> None:
    graph.follow(alice.pk, dora.pk, Actor(alice.pk, "test"))

    golden("credential_account", own(dora), dora=dora.pk)


def test_types_and_nulls_of_credential_accounts(own: Any, mastodon: Clients, dora: Account, alice: Account) -> None:
    renamed = mastodon(alice).patch("/api/v1/accounts/update_credentials", {"display_name": "Al"}).json()
    never = NEVER | {"source.fields[].verified_at not null", "suspended there", "noindex absent", "roles absent"}

    check(reference.CredentialAccount, own(dora), own(alice), renamed, never=never)


def test_profile(mastodon: Clients, dora: Account, alice: Account) -> None:
    people.change(dora.pk, avatar="avatars/dora.jpg", header="headers/hill.jpg")
    hers, others = (mastodon(account).get("/api/v1/profile").json() for account in (dora, alice))

    golden("profile", hers, dora=dora.pk)
    check(reference.Profile, hers, others, never=NO_PROOFS | {"formatted_fields[].verified_at not null"})


def test_muted_account(mastodon: Clients, dora: Account, eve: Account, alice: Account) -> None:
    marks.mute(alice.pk, eve.pk)
    marks.mute(alice.pk, dora.pk, seconds=3600)
    for_now, for_good = mastodon(alice).get("/api/v1/mutes").json()

    golden("muted_account", for_now, dora=dora.pk)
    check(reference.MutedAccount, for_now, for_good, never=NEVER | {"suspended there"})


def test_preferences(mastodon: Clients, dora: Account, alice: Account) -> None:
    hers, others = (mastodon(account).get("/api/v1/preferences").json() for account in (dora, alice))

    golden("preferences", hers)
    check(reference.Preferences, hers, others)


def test_search(mastodon: Clients, dora: Account) -> None:
    path = "/api/v2/search?q=dora"
    found = mastodon().get(path).json()

    golden("search", found, dora=dora.pk)
    check(reference.Search, found, mastodon().get(f"{path}&type=hashtags").json())


def test_collections_and_annual_reports_of_a_server_without_posts(mastodon: Clients, alice: Account) -> None:
    collections = [mastodon(alice).get(path).json() for path in ("/api/v1/collections",)]
    collections += [
        mastodon(alice).get(f"/api/v1/accounts/{alice.pk}/{name}").json() for name in ("collections", "in_collections")
    ]
    for found in collections:
        golden("collections", found)
    check(reference.Collections, *collections)
    reports = mastodon(alice).get("/api/v1/annual_reports").json()
    golden("annual_reports", reports)
    check(reference.AnnualReports, reports)
