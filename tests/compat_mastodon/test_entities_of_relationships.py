"""What there is between people, to the letter (mastodon.md §3.4, §4.4, §4.6)."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph, lists, marks
from tests.compat_mastodon import reference_people as reference
from tests.compat_mastodon.conftest import Clients
from tests.compat_mastodon.golden_files import check, golden

pytestmark = pytest.mark.usefixtures("noon")


def follow(follower: Account, target: Account) -> None:
    """Have it accepted, too."""
    graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    if target.locked:
        graph.accept(target.pk, follower.pk, Actor(target.pk, "test"))


def test_relationship(mastodon: Clients, dora: Account, alice: Account) -> None:
    path = f"/api/v1/accounts/relationships?id={dora.pk}"
    (before,) = mastodon(alice).get(path).json()
    follow(dora, alice)
    graph.follow(alice.pk, dora.pk, Actor(alice.pk, "test"), notify=True, languages=["de"])
    (asked,) = mastodon(alice).get(path).json()
    graph.accept(dora.pk, alice.pk, Actor(dora.pk, "test"))
    marks.mute(alice.pk, dora.pk, notices_too=False, seconds=3600)
    marks.write_note(alice.pk, dora.pk, "met in Ghent")
    marks.endorse(alice.pk, dora.pk)
    (after,) = mastodon(alice).get(path).json()

    golden("no_relationship", before, dora=dora.pk)
    golden("relationship", after, dora=dora.pk)
    check(reference.Relationship, before, asked, after)


def test_familiar_followers(mastodon: Clients, dora: Account, alice: Account, bob: Account) -> None:
    follow(alice, dora)
    follow(dora, bob)
    path = f"/api/v1/accounts/familiar_followers?id[]={bob.pk}&id[]={dora.pk}"
    familiar, strange = sorted(mastodon(alice).get(path).json(), key=lambda entry: -len(entry["accounts"]))

    golden("familiar_followers", familiar, bob=bob.pk, dora=dora.pk)
    check(reference.FamiliarFollowers, familiar, strange)


def test_suggestion(mastodon: Clients, dora: Account, alice: Account, bob: Account) -> None:
    follow(alice, bob)
    follow(bob, dora)
    (suggestion,) = mastodon(alice).get("/api/v2/suggestions").json()

    golden("suggestion", suggestion, dora=dora.pk)
    check(reference.Suggestion, suggestion)


def test_list(mastodon: Clients, alice: Account) -> None:
    shelf = lists.create(alice.pk, "Shelf", replies_policy="followed", exclusive=True)
    (found,) = mastodon(alice).get("/api/v1/lists").json()

    golden("list", found, shelf=shelf.pk)
    check(reference.List, found, mastodon(alice).post("/api/v1/lists", {"title": "Others"}).json())


def test_preview_of_a_domain_block(mastodon: Clients, alice: Account, eve: Account) -> None:
    follow(eve, alice)
    preview = mastodon(alice).get("/api/v1/domain_blocks/preview?domain=other.example").json()

    golden("domain_block_preview", preview)
    check(reference.DomainBlockPreview, preview)
