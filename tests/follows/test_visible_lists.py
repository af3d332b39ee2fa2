"""Who may see whom an account follows and who follows it, and whom they see there."""

import pytest

from accounts import people
from accounts.access import Actor
from accounts.lookup import NoSuchAccount
from accounts.models import Account, Audience
from follows import graph, marks, policy, queries, relationships
from follows.paging import Window

ALL = Window(40)


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def sees(viewer: Account | None, owner: Account) -> bool:
    try:
        policy.check_lists_visible(owner.pk, viewer and viewer.pk)
    except policy.Hidden:
        return False
    return True


def followers(owner: Account, viewer: Account | None) -> list[int]:
    return [key.account for key in queries.followers_of(owner.pk, viewer and viewer.pk, ALL).rows]


def followed(owner: Account, viewer: Account | None) -> list[int]:
    return [key.account for key in queries.following_of(owner.pk, viewer and viewer.pk, ALL).rows]


def test_lists_are_for_everybody(alice: Account, bob: Account, carol: Account) -> None:
    for viewer in (None, alice, bob):
        assert sees(viewer, bob)
        assert sees(viewer, carol)  # a locked account's, too


def test_hidden_lists_are_for_their_owner(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    people.change(bob.pk, hide_collections=True)

    assert [sees(viewer, bob) for viewer in (bob, alice, None)] == [True, False, False]


def test_nobody_is_taken_for_the_first_account(db: None) -> None:
    first = Account.objects.create(pk=1, username="first", email="first@example.org")
    people.change(first.pk, hide_collections=True)

    assert [sees(viewer, first) for viewer in (first, None)] == [True, False]


def test_a_profile_for_followers_shows_its_lists_to_those_it_accepted(
    alice: Account, bob: Account, carol: Account
) -> None:
    people.change(carol.pk, profile_privacy=Audience.FOLLOWERS)
    for follower in (alice, bob):
        graph.follow(follower.pk, carol.pk, Actor(follower.pk, "test"))
    graph.accept(carol.pk, alice.pk, by(carol))

    assert [sees(viewer, carol) for viewer in (carol, alice, bob, None)] == [True, True, False, False]


def test_a_block_hides_the_lists_from_both(alice: Account, bob: Account, mallory: Account) -> None:
    graph.block(alice.pk, bob.pk, by(alice))

    assert not sees(bob, alice)
    assert not sees(alice, bob)
    assert sees(mallory, bob)
    graph.unblock(alice.pk, bob.pk, by(alice))
    assert sees(bob, alice)


def test_a_suspended_account_shows_nothing_to_anybody(alice: Account, bob: Account) -> None:
    people.suspend(bob.pk)

    assert [sees(viewer, bob) for viewer in (bob, alice, None)] == [False, False, False]


@pytest.mark.parametrize("account", [None, 0, -1, 2**31 - 1])
def test_nobody_has_no_lists(db: None, account: int | None) -> None:
    with pytest.raises(NoSuchAccount):
        policy.check_lists_visible(account, None)


def test_followers_are_listed_by_when_they_were_accepted(
    alice: Account, bob: Account, mallory: Account, carol: Account
) -> None:
    for follower in (alice, bob, mallory):
        graph.follow(follower.pk, carol.pk, Actor(follower.pk, "test"))
    for follower in (bob, mallory, alice):
        graph.accept(carol.pk, follower.pk, by(carol))

    assert followers(carol, None) == [alice.pk, mallory.pk, bob.pk]
    assert followed(alice, None) == [carol.pk]


def test_requests_are_no_followers(alice: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))

    assert followers(carol, carol) == []
    assert followed(alice, alice) == []


def test_a_viewer_does_not_see_whom_a_block_parts_from_them_but_the_owner_does(
    alice: Account, bob: Account, mallory: Account, carol: Account
) -> None:
    people.change(carol.pk, locked=False)
    for other in (alice, mallory):
        graph.follow(other.pk, carol.pk, Actor(other.pk, "test"))
        graph.follow(carol.pk, other.pk, Actor(carol.pk, "test"))
    graph.block(bob.pk, alice.pk, by(bob))
    graph.block(mallory.pk, bob.pk, by(mallory))

    for listed in (followers, followed):
        assert listed(carol, bob) == []
        assert listed(carol, carol) == listed(carol, None) == [mallory.pk, alice.pk]


def test_a_viewer_does_not_see_whom_they_mute(alice: Account, bob: Account, mallory: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    marks.mute(mallory.pk, alice.pk)

    assert followers(bob, mallory) == []
    assert followers(bob, alice) == followers(bob, bob) == [alice.pk]
    marks.unmute(mallory.pk, alice.pk)
    assert followers(bob, mallory) == [alice.pk]


def test_a_suspended_follower_is_listed_as_a_blank_card(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    people.suspend(alice.pk)

    assert followers(bob, None) == [alice.pk]
    assert queries.person(alice.pk).suspended_at is not None


def test_relationships_tell_both_directions_at_once(
    alice: Account, bob: Account, mallory: Account, carol: Account
) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, alice.pk, Actor(bob.pk, "test"))
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.block(mallory.pk, alice.pk, by(mallory))
    ties = {tie.id: tie for tie in relationships.many(alice.pk, [bob.pk, carol.pk, mallory.pk, alice.pk, bob.pk])}

    assert len(ties) == 4
    assert ties[bob.pk].following
    assert ties[bob.pk].followed_by
    assert ties[carol.pk].requested
    assert not ties[carol.pk].following
    assert relationships.one(carol.pk, alice.pk).requested_by
    assert ties[mallory.pk].blocked_by
    assert not ties[mallory.pk].blocking
    assert not any((ties[alice.pk].following, ties[alice.pk].blocking, ties[alice.pk].requested))


def test_relationships_leave_out_whom_there_is_not(alice: Account, bob: Account) -> None:
    people.suspend(bob.pk)
    ids = [bob.pk, 0, -1, 2**31 - 1, 2**31, 2**63]

    assert [tie.id for tie in relationships.many(alice.pk, ids)] == [bob.pk]
    assert relationships.rows(alice.pk, ids, with_suspended=False) == []
    assert relationships.many(alice.pk, []) == []
