"""Blocking a whole server: what it cuts, and what it keeps out."""

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import domains, graph, policy, tallies
from follows.models import Decision, DomainBlock, Follow, Notice

SERVER = "other.example"


@pytest.fixture
def zoe(db: None) -> Account:
    return Account.objects.create(username="zoe", domain=SERVER)


def block(account: Account) -> None:
    domains.block(account.pk, SERVER, Actor(account.pk, "test"))


def test_nobody_of_a_blocked_server_may_ask_again(zoe: Account, alice: Account, carol: Account) -> None:
    for account in (alice, carol):
        block(account)
        with pytest.raises(policy.Blocked):
            graph.follow(zoe.pk, account.pk, Actor(zoe.pk, "test"))
        with pytest.raises(policy.Blocked):
            graph.follow(account.pk, zoe.pk, Actor(account.pk, "test"))
    domains.unblock(alice.pk, SERVER)
    assert graph.follow(zoe.pk, alice.pk, Actor(zoe.pk, "test")) is graph.FollowResult.FOLLOWED


def test_people_of_other_servers_still_may(alice: Account, bob: Account, carol: Account) -> None:
    block(alice)
    elsewhere = Account.objects.create(username="zoe", domain="third.example")

    for follower in (elsewhere, bob, carol):
        assert graph.follow(follower.pk, alice.pk, Actor(follower.pk, "test")) is graph.FollowResult.FOLLOWED


@pytest.mark.parametrize("accepted", [False, True])
def test_a_block_ends_follows_and_requests_from_there(zoe: Account, carol: Account, accepted: bool) -> None:
    by = Actor(carol.pk, "test")
    graph.follow(zoe.pk, carol.pk, Actor(zoe.pk, "test"))
    if accepted:
        graph.accept(carol.pk, zoe.pk, by)
    block(carol)

    assert not Follow.objects.exists()
    assert not Notice.objects.filter(recipient=carol, actor=zoe).exists()
    expected = Decision.Kind.REMOVED if accepted else Decision.Kind.REJECTED
    assert Decision.objects.order_by("pk").last().kind == expected
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_blocks_of_people_and_of_servers_add_up(zoe: Account, alice: Account) -> None:
    yan = Account.objects.create(username="yan", domain="third.example")
    block(alice)
    graph.block(alice.pk, zoe.pk, Actor(alice.pk, "test"))
    DomainBlock.objects.create(account=zoe, domain=yan.domain)
    DomainBlock.objects.create(account=yan, domain=zoe.domain)

    for follower, target in ((alice, zoe), (zoe, yan)):
        with pytest.raises(policy.Blocked):
            graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
