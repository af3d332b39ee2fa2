"""What I note about people for myself, and whom I show on my profile (mastodon.md §3.3, §3.4)."""

from typing import Any

import pytest

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.models import Endorsement, Note
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.factories import AccountFactory

NOT_FOLLOWED = (422, "Validation failed: You must be already following the person you want to endorse")


def note(client: Any, account: Account, comment: object) -> Any:
    return client.post(f"/api/v1/accounts/{account.pk}/note", {"comment": comment})


def test_a_note_is_seen_by_its_author_alone(mastodon: Clients, alice: Account, bob: Account) -> None:
    assert note(mastodon(alice), bob, "met in Ghent").json()["note"] == "met in Ghent"

    (mine,) = mastodon(alice).get("/api/v1/accounts/relationships", {"id": bob.pk}).json()
    (theirs,) = mastodon(bob).get("/api/v1/accounts/relationships", {"id": alice.pk}).json()
    assert (mine["note"], theirs["note"]) == ("met in Ghent", "")


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_a_blank_note_goes_away(mastodon: Clients, alice: Account, bob: Account, blank: str | None) -> None:
    note(mastodon(alice), bob, "x")

    assert note(mastodon(alice), bob, blank).json()["note"] == ""
    assert not Note.objects.exists()


def test_one_may_note_something_about_oneself(mastodon: Clients, alice: Account) -> None:
    assert note(mastodon(alice), alice, "me").json()["note"] == "me"


def test_a_note_has_2000_characters_at_most(mastodon: Clients, alice: Account, bob: Account) -> None:
    client = mastodon(alice)

    assert note(client, bob, "x" * 2000).status_code == 200
    assert refusal(note(client, bob, "x" * 2001)) == (
        422,
        "Validation failed: Comment is too long (maximum is 2000 characters)",
    )


@pytest.mark.parametrize(("on", "off"), [("endorse", "unendorse"), ("pin", "unpin")])
def test_whom_i_follow_i_can_endorse(mastodon: Clients, alice: Account, bob: Account, on: str, off: str) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    client = mastodon(alice)

    for _ in range(2):
        assert client.post(f"/api/v1/accounts/{bob.pk}/{on}").json()["endorsed"] is True
    assert ids(client.get("/api/v1/endorsements")) == [bob.pk]
    assert ids(mastodon().get(f"/api/v1/accounts/{alice.pk}/endorsements")) == [bob.pk]
    for _ in range(2):
        assert client.post(f"/api/v1/accounts/{bob.pk}/{off}").json()["endorsed"] is False


def test_whom_i_do_not_follow_i_cannot_endorse(mastodon: Clients, alice: Account, bob: Account, carol: Account) -> None:
    client = mastodon(alice)
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    for account in (bob, carol, alice):
        assert refusal(client.post(f"/api/v1/accounts/{account.pk}/endorse")) == NOT_FOLLOWED


@pytest.mark.parametrize("ending", ["unfollow", "remove", "block", "be blocked"])
def test_an_endorsement_ends_with_its_follow(mastodon: Clients, alice: Account, bob: Account, ending: str) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/endorse")
    by = Actor(alice.pk, "test")
    match ending:
        case "unfollow":
            graph.unfollow(alice.pk, bob.pk, by)
        case "remove":
            graph.remove_follower(bob.pk, alice.pk, by)
        case "block":
            graph.block(alice.pk, bob.pk, by)
        case _:
            graph.block(bob.pk, alice.pk, by)

    assert not Endorsement.objects.exists()


def test_endorsements_page_by_account(mastodon: Clients, alice: Account) -> None:
    others = [AccountFactory().pk for _ in range(4)]
    client = mastodon(alice)
    for other in (others[2], others[0], others[3], others[1]):
        graph.follow(alice.pk, other, Actor(alice.pk, "test"))
        client.post(f"/api/v1/accounts/{other}/endorse")

    page = client.get("/api/v1/endorsements", {"limit": 2, "max_id": others[3]})
    assert ids(page) == [others[2], others[1]]
    assert f"max_id={others[1]}" in page.headers["Link"]
    everything = client.get("/api/v1/endorsements", {"limit": 0})
    assert ids(everything) == others[::-1]
    assert "Link" not in everything.headers


def test_endorsements_of_others_are_public(mastodon: Clients, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/endorse")
    path = f"/api/v1/accounts/{alice.pk}/endorsements"
    stranger = mastodon(AccountFactory())
    assert ids(stranger.get(path)) == ids(mastodon().get(path)) == [bob.pk]

    people.suspend(alice.pk)
    assert ids(stranger.get(path)) == []
    assert refusal(mastodon().get("/api/v1/accounts/4711/endorsements")) == (404, "Record not found")
