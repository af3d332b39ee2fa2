"""Mastodon.py, unmodified from PyPI, through everything else around people: marks, lists, search, signing up."""

from collections.abc import Callable
from secrets import token_hex

import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError

from accounts.models import Account
from tests.clients.test_mastodon_py import client_of
from tests.compat_twittner.files import picture
from tests.servers import Live

__all__ = ["client_of"]
ClientOf = Callable[[Account], Mastodon]


def test_marking_people(live: Live, client_of: ClientOf) -> None:
    me, friend = live.sign_up("me"), live.sign_up("friend")
    mine = client_of(me)

    assert mine.account_mute(friend.pk, notifications=False, duration=60).muting_expires_at
    (muted,) = mine.mutes()
    assert (int(muted.id), muted.mute_expires_at.tzinfo is not None) == (friend.pk, True)
    assert not mine.account_unmute(friend.pk).muting
    assert mine.account_note_set(friend.pk, "met in Ghent").note == "met in Ghent"
    with pytest.raises(MastodonAPIError, match="already following"):
        mine.account_pin(friend.pk)
    mine.account_follow(friend.pk)
    assert mine.account_pin(friend.pk).endorsed
    assert [int(account.id) for account in mine.endorsements()] == [friend.pk]
    assert not mine.account_unpin(friend.pk).endorsed
    assert mine.account_block(friend.pk).blocking
    assert [int(account.id) for account in mine.blocks()] == [friend.pk]
    assert not mine.account_unblock(friend.pk).following
    mine.domain_block("other.example")
    assert list(mine.domain_blocks()) == ["other.example"]
    mine.domain_unblock("other.example")
    assert not mine.domain_blocks()


def test_lists_of_people(live: Live, client_of: ClientOf) -> None:
    me, friend, stranger = (live.sign_up(name) for name in ("me", "friend", "stranger"))
    mine = client_of(me)
    mine.account_follow(friend.pk)

    shelf = mine.list_create("Shelf", replies_policy="followed", exclusive=True)
    assert (shelf.replies_policy, shelf.exclusive) == ("followed", True)
    mine.list_accounts_add(shelf.id, [friend.pk])
    with pytest.raises(MastodonAPIError):
        mine.list_accounts_add(shelf.id, [stranger.pk])
    assert [int(account.id) for account in mine.list_accounts(shelf.id, limit=0)] == [friend.pk]
    assert [int(found.id) for found in mine.account_lists(friend.pk)] == [int(shelf.id)]
    assert mine.list_update(shelf.id, "Board").title == "Board"
    mine.list_accounts_delete(shelf.id, [friend.pk])
    mine.list_delete(shelf.id)
    with pytest.raises(MastodonNotFoundError):
        mine.list(shelf.id)


def test_finding_people(live: Live, client_of: ClientOf) -> None:
    me, friend, star = (live.sign_up(name) for name in ("me", "friend", "star"))
    mine = client_of(me)
    client_of(star).account_update_credentials(discoverable=True)
    mine.account_follow(friend.pk)
    live.follow(friend, star)

    assert [int(account.id) for account in mine.account_search(star.username)] == [star.pk]
    assert int(mine.account_lookup(star.username).id) == star.pk
    assert int(mine.search_v2(star.username).accounts[0].id) == star.pk
    assert [int(suggestion.account.id) for suggestion in mine.suggestions_v2()] == [star.pk]
    assert int(mine.account_familiar_followers(star.pk)[0].accounts[0].id) == friend.pk
    assert star.pk in [int(account.id) for account in mine.directory(order="new")]
    mine.suggestion_delete(star.pk)
    assert not mine.suggestions()


def test_a_profile_with_pictures(live: Live, client_of: ClientOf) -> None:
    mine = client_of(live.sign_up("me"))
    before = mine.me()

    changed = mine.account_update_credentials(
        display_name="Zoë",
        note="Hello",
        avatar=picture().read(),
        avatar_mime_type="image/png",
        header=picture().read(),
        header_mime_type="image/png",
        fields=[("Site", "https://example.org")],
    )
    assert (changed.display_name, changed.source.note, changed.fields[0].name) == ("Zoë", "Hello", "Site")
    assert changed.avatar != before.avatar
    assert changed.header != before.header
    assert mine.account_delete_avatar().avatar == before.avatar
    assert mine.preferences()["posting:default:visibility"] == "public"


def test_signing_up(live: Live) -> None:
    client_id, client_secret = Mastodon.create_app("Sign up", scopes=["read", "write"], api_base_url=live.url)
    client = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=live.url)
    name = f"new_{token_hex(4)}"

    client.create_account(name, "open sesame", f"{name}@example.org", agreement=True, scopes=["read", "write"])
    assert client.me().acct == name
