"""The requests that I made and that wait still, at both addresses that clients ask."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph
from follows.gate import kept_out
from tests.compat_mastodon.conftest import Clients, ids, refusal
from tests.factories import AccountFactory

PATHS = ["/api/v1/follow_requests/outgoing", "/api/v1/pleroma/outgoing_follow_requests"]


def ask(account: Account, *targets: int) -> None:
    for target in targets:
        graph.follow(account.pk, target, Actor(account.pk, "test"))


@pytest.mark.parametrize("path", PATHS)
def test_they_are_accounts_the_newest_request_first(
    mastodon: Clients, alice: Account, bob: Account, carol: Account, path: str
) -> None:
    locked = AccountFactory(locked=True)
    ask(alice, carol.pk, bob.pk, locked.pk)

    assert ids(mastodon(alice).get(path)) == [locked.pk, carol.pk]
    assert ids(mastodon(bob).get(path)) == []


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_linked_as_those_of_requests_to_me(mastodon: Clients, alice: Account, path: str) -> None:
    targets = [AccountFactory(locked=True).pk for _ in range(5)]
    ask(alice, *targets)
    client, found, there = mastodon(alice), [], f"{path}?limit=2"
    while True:
        page = client.get(there)
        found += ids(page)
        if 'rel="next"' not in page.headers["Link"]:
            break
        there = page.headers["Link"].partition(">")[0].removeprefix("<")

    assert found == targets[::-1]
    assert f"{path}?limit=2&since_id=" in page.headers["Link"]


def test_who_is_kept_out_sees_a_request_that_waits(mastodon: Clients, alice: Account, carol: Account) -> None:
    kept_out.keep_out(carol.pk, alice.pk, Actor(carol.pk, "test"))
    ask(alice, carol.pk)

    assert ids(mastodon(alice).get(PATHS[0])) == [carol.pk]
    assert ids(mastodon(carol).get("/api/v1/follow_requests")) == []


def test_answered_and_withdrawn_requests_are_gone(
    mastodon: Clients, alice: Account, bob: Account, carol: Account
) -> None:
    ask(alice, carol.pk)
    ask(bob, carol.pk)
    graph.accept(carol.pk, alice.pk, Actor(carol.pk, "test"))
    graph.unfollow(bob.pk, carol.pk, Actor(bob.pk, "test"))

    assert ids(mastodon(alice).get(PATHS[0])) == ids(mastodon(bob).get(PATHS[0])) == []


def test_it_needs_a_scope_of_reading_follows(mastodon: Clients, alice: Account) -> None:
    assert mastodon(alice, "read:follows").get(PATHS[1]).status_code == 200
    assert refusal(mastodon(alice, "read:blocks").get(PATHS[1]))[0] == 403
    assert refusal(mastodon().get(PATHS[1]))[0] == 401
