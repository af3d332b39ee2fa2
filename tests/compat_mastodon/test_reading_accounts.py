"""Looking at one account, by id and by handle (mastodon.md §3.2)."""

import pytest

from accounts import people
from accounts.models import Account
from tests.compat_mastodon.conftest import Clients, refusal

NOT_FOUND = (404, "Record not found")


def test_an_account_is_for_everybody(mastodon: Clients, alice: Account, bob: Account) -> None:
    path = f"/api/v1/accounts/{alice.pk}"

    assert mastodon().get(path).json()["acct"] == "alice"
    assert mastodon(bob).get(path).json() == mastodon().get(path).json()


@pytest.mark.parametrize("account", ["0", "-1", "4711", "foo", "99999999999999999999", "1%00", "%FF", "1%0A", "１"])
def test_an_unknown_account_is_not_found(mastodon: Clients, db: None, account: str) -> None:
    assert refusal(mastodon().get(f"/api/v1/accounts/{account}")) == NOT_FOUND


def test_a_suspended_account_is_a_blank_card(mastodon: Clients, alice: Account) -> None:
    people.change(alice.pk, note="Hello", fields=[{"name": "a", "value": "b"}], bot=True, locked=True)
    people.suspend(alice.pk)

    card = mastodon().get(f"/api/v1/accounts/{alice.pk}").json()
    assert card["suspended"] is True
    assert (card["display_name"], card["note"], card["fields"]) == ("", "", [])
    assert (card["bot"], card["locked"]) == (False, False)


def test_what_people_write_is_no_markup(mastodon: Clients, alice: Account) -> None:
    note = 'I <b>am</b> "it"\n<script>\n\nhttps://example.org/?a=1&b=2'
    people.change(alice.pk, note=note, fields=[{"name": "<i>", "value": '<a href="x">'}])

    card = mastodon().get(f"/api/v1/accounts/{alice.pk}").json()
    assert card["note"] == (
        "<p>I &lt;b&gt;am&lt;/b&gt; &quot;it&quot;<br>&lt;script&gt;</p>"
        '<p><a href="https://example.org/?a=1&amp;b=2" rel="nofollow">https://example.org/?a=1&amp;b=2</a></p>'
    )
    assert card["fields"][0]["value"] == "&lt;a href=&quot;x&quot;&gt;"


@pytest.mark.parametrize("acct", ["alice", "@alice", "ALICE", " alice ", "alice@testserver", "@Alice@TestServer"])
def test_a_handle_finds_its_account(mastodon: Clients, alice: Account, acct: str) -> None:
    assert mastodon().get("/api/v1/accounts/lookup", {"acct": acct}).json()["id"] == str(alice.pk)


def test_a_handle_of_another_server_finds_its_account(mastodon: Clients, alice: Account) -> None:
    remote = Account.objects.create(username="alice", domain="other.example")

    found = mastodon().get("/api/v1/accounts/lookup", {"acct": "Alice@Other.Example"}).json()
    assert (found["id"], found["acct"]) == (str(remote.pk), "alice@other.example")
    assert found["url"] == "https://other.example/@alice"


@pytest.mark.parametrize(
    "acct", ["", "@", "nobody", "alice@nowhere.example", "alice\0", "a" * 5000, "alice@testserver@x"]
)
def test_a_handle_of_nobody_is_not_found(mastodon: Clients, alice: Account, acct: str) -> None:
    status, _ = refusal(mastodon().get("/api/v1/accounts/lookup", {"acct": acct}))

    assert status == (400 if "\0" in acct else 404)


def test_a_lookup_without_handle_is_not_found(mastodon: Clients, db: None) -> None:
    assert refusal(mastodon().get("/api/v1/accounts/lookup")) == NOT_FOUND
