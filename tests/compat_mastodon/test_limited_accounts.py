"""Accounts that moderators limit: whoever follows them sees them everywhere, others only when they look for them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts import searching
from accounts.models import Account
from follows import graph
from follows.finding import discovery, search
from follows.finding.discovery import Slice
from follows.gate import servers
from follows.models import Follow, NoticePermission, ServerRuleKind
from follows.notices import policies
from follows.notices.policies import Verdict
from follows.paging import Window
from tests.follows.ledger import by

PART = Slice(40)
NOW = 10**6


def limit_alone(account: Account) -> None:
    servers.limit(account.pk)


def limit_server(account: Account) -> None:
    servers.set_rule(account.domain, ServerRuleKind.LIMITED, "", by(account))


@pytest.fixture(params=["alone", "with its server"])
def limited(request: Any, db: None) -> Callable[[], Account]:
    """Makes an account that wants to be found, and gives it limited."""
    domain = "" if request.param == "alone" else "other.example"
    account = Account.objects.create(
        username="lim", domain=domain, display_name="Limelight", note="cheese", discoverable=True
    )
    searching.index(Account.objects.all(), [account.pk])

    def make() -> Account:
        (limit_server if domain else limit_alone)(account)
        return account

    return make


def ids(keys: Any) -> list[int]:
    return [key.account for key in keys]


def follows(follower: Account, target: Account) -> None:
    Follow.objects.create(follower=follower, target=target, accepted_at=timezone.now())


def found(viewer: Account) -> list[list[int]]:
    """What each list that finds people by chance gives a viewer."""
    lists = [ids(discovery.directory(viewer.pk, PART)), ids(discovery.directory(viewer.pk, PART, newest=True))]
    for text in ("lim", "limelight", "cheese"):
        lists.append(ids(discovery.find(text, viewer.pk, PART)))
        lists.append(ids(search.people_like(text, viewer.pk, Window(40)).rows))
    return lists


def test_only_followers_find_a_limited_account(limited: Any, alice: Account, bob: Account) -> None:
    account = Account.objects.get(username="lim")
    assert all(lists == [account.pk] for lists in found(bob))
    limited()
    follows(alice, account)

    assert not any(found(bob))
    assert all(lists == [account.pk] for lists in found(alice))
    assert ids(discovery.directory(None, PART)) == ids(discovery.find("lim", None, PART)) == []


def test_a_limited_account_is_not_suggested(limited: Any, alice: Account, bob: Account) -> None:
    account = Account.objects.get(username="lim")
    follows(alice, bob)
    follows(bob, account)
    assert ids(discovery.suggestions(alice.pk, PART)) == [account.pk]

    limited()
    assert ids(discovery.suggestions(alice.pk, PART)) == []


def test_moderators_find_limited_accounts(limited: Any, moderator: Account) -> None:
    assert search.for_moderators("lim", moderator.pk, 10) == [limited().pk]


def test_clients_are_told_that_an_account_is_limited(limited: Any, bob: Account, mastodon: Any) -> None:
    api = mastodon(bob)
    account = Account.objects.get(username="lim")
    assert "limited" not in api.get(f"/api/v1/accounts/{account.pk}").json()

    limited()
    assert api.get(f"/api/v1/accounts/{account.pk}").json()["limited"] is True
    servers.unlimit(account.pk)
    if account.domain:
        servers.drop_rule(account.domain)
    assert "limited" not in api.get(f"/api/v1/accounts/{account.pk}").json()


def test_the_notification_policy_keeps_limited_accounts_aside(limited: Any, alice: Account) -> None:
    account = limited()

    assert policies.verdict(alice.pk, account.pk, NOW)[0] is Verdict.FILTER
    policies.change_policy(alice.pk, for_limited_accounts="drop")
    assert policies.verdict(alice.pk, account.pk, NOW)[0] is Verdict.DROP
    policies.change_policy(alice.pk, for_limited_accounts="accept")
    assert policies.verdict(alice.pk, account.pk, NOW)[0] is Verdict.TELL


def test_whom_i_follow_or_let_in_is_heard_though_it_is_limited(limited: Any, alice: Account, bob: Account) -> None:
    account = limited()
    follows(alice, account)
    NoticePermission.objects.create(recipient=bob, actor=account)

    assert policies.verdict(alice.pk, account.pk, NOW)[0] is Verdict.TELL
    assert policies.verdict(bob.pk, account.pk, NOW)[0] is Verdict.TELL


def test_the_request_of_a_limited_account_waits_in_the_queue_though_its_notice_is_kept_aside(
    alice: Account, bob: Account, mastodon: Any
) -> None:
    servers.limit(alice.pk)
    graph.follow(alice.pk, bob.pk, by(alice))

    assert [one["acct"] for one in mastodon(bob).get("/api/v1/follow_requests").json()] == ["alice"]
    assert mastodon(bob).get("/api/v1/notifications").json() == []


def test_an_account_may_be_limited_alone_and_with_its_server(alice: Account) -> None:
    account = Account.objects.create(username="lim", domain="other.example", discoverable=True)
    limit_alone(account)
    limit_server(account)

    assert ids(discovery.directory(alice.pk, PART)) == []
