"""Mastodon.py, unmodified from PyPI, against a real server: from registering an app to answering requests."""

from collections.abc import Callable

import pytest
from mastodon import Mastodon, MastodonNotFoundError

from accounts.models import Account
from tests.clients.browser import Browser
from tests.factories import PASSWORD
from tests.servers import Live

SCOPES = ["read", "write", "follow", "push"]


@pytest.fixture
def client_of(live: Live) -> Callable[[Account], Mastodon]:
    """Registers an app and signs in with it, through the pages that the person sees."""

    def sign_in(person: Account) -> Mastodon:
        client_id, client_secret = Mastodon.create_app("Story", scopes=SCOPES, api_base_url=live.url)
        client = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=live.url)

        browser = Browser()
        browser.open(client.auth_request_url(scopes=SCOPES, allow_http=True))
        browser.send("Sign in", username=person.email, password=PASSWORD)
        assert "Story" in browser.page.text
        browser.send("Authorize")

        client.log_in(code=browser.address("code"), scopes=SCOPES, allow_http=True)
        return client

    return sign_in


def test_the_owner_of_a_locked_account_answers_her_requests(
    live: Live, client_of: Callable[[Account], Mastodon]
) -> None:
    carol, requesters = live.sign_up("carol"), [live.sign_up("requester") for _ in range(7)]
    hers = client_of(carol)
    assert hers.me().acct == carol.username
    assert hers.account_update_credentials(locked=True).locked

    theirs = [client_of(requester) for requester in requesters[:2]]
    for client in theirs:
        asked = client.account_follow(carol.pk)
        assert (asked.requested, asked.following) == (True, False)
    for requester in requesters[2:]:
        live.follow(requester, carol)
    assert hers.me().source.follow_requests_count == 7

    # Seven requests in pages of two, newest first, by the Link header alone.
    page, pages = hers.follow_requests(limit=2), []
    while page:
        pages.append([int(account.id) for account in page])
        page = hers.fetch_next(page)
    newest_first = [requester.pk for requester in reversed(requesters)]
    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:6], newest_first[6:]]

    accepted, rejected = requesters[0], requesters[1]
    assert hers.follow_request_authorize(accepted.pk).followed_by
    assert not hers.follow_request_reject(rejected.pk).followed_by
    with pytest.raises(MastodonNotFoundError):
        hers.follow_request_authorize(accepted.pk)
    assert len(hers.follow_requests()) == 5
    assert [int(account.id) for account in hers.account_followers(carol.pk)] == [accepted.pk]
    assert [client.account_relationships(carol.pk)[0].following for client in theirs] == [True, False]
    assert [client.account_relationships(carol.pk)[0].requested for client in theirs] == [False, False]


def test_people_follow_and_unfollow(live: Live, client_of: Callable[[Account], Mastodon]) -> None:
    alice, bob = live.sign_up("alice"), live.sign_up("bob")
    client = client_of(alice)

    assert int(client.account_lookup(bob.username).id) == bob.pk
    followed = client.account_follow(bob.pk, reblogs=False, notify=True)
    assert (followed.following, followed.showing_reblogs, followed.notifying) == (True, False, True)
    assert [int(account.id) for account in client.account_following(alice.pk)] == [bob.pk]
    assert client.account(bob.pk).followers_count == 1

    assert not client.account_unfollow(bob.pk).following
    assert client.account_following(alice.pk) == []
    assert client.account(bob.pk).followers_count == 0


def test_unlocking_lets_everybody_in(live: Live, client_of: Callable[[Account], Mastodon]) -> None:
    carol, alice = live.sign_up("carol", locked=True), live.sign_up("alice")
    client = client_of(carol)
    live.follow(alice, carol)
    assert not client.account_relationships(alice.pk)[0].followed_by

    client.account_update_credentials(locked=False)

    assert client.follow_requests() == []
    assert client.account_relationships(alice.pk)[0].followed_by


def test_a_token_that_is_revoked_is_dead(live: Live, client_of: Callable[[Account], Mastodon]) -> None:
    client = client_of(live.sign_up("alice"))
    token = client.access_token
    client.revoke_access_token(allow_http=True)

    with pytest.raises(Exception, match="revoked"):
        Mastodon(access_token=token, api_base_url=live.url).me()
