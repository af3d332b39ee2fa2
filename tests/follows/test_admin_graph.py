"""The rest of the graph in the admin: looked at by many, changed only through the rules."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.access import Actor
from accounts.models import Account
from follows import graph, opening, queries, relationships
from follows.models import Block, Decision, Follow, Notice, Tally
from tests.factories import AccountFactory
from tests.follows.ledger import answers
from tests.moderation import Desk

LISTS = ["follows_follow", "follows_block", "follows_decision", "follows_notice", "follows_followrequest"]


@pytest.fixture
def desk(root: Account) -> Desk:
    return Desk(root)


def befall(carol: Account) -> None:
    """One more row in every list."""
    follower, requester, foe = (AccountFactory() for _ in range(3))
    graph.follow(follower.pk, carol.pk, Actor(follower.pk, "test"))
    graph.accept(carol.pk, follower.pk, Actor(carol.pk, "test"))
    graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    graph.block(foe.pk, carol.pk, Actor(foe.pk, "test"))


def test_removing_a_follower_keeps_the_tallies_right(desk: Desk, root: Account, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    follow = Follow.objects.get()

    assert desk.act("follows_follow", "remove_follower", follow.pk) == ["Removed 1 follow."]
    assert not relationships.one(alice.pk, bob.pk).following
    assert Tally.objects.get(pk=alice.pk).following == Tally.objects.get(pk=bob.pk).followers == 0
    decision = answers().get()
    assert (decision.kind, decision.actor, decision.door) == (Decision.Kind.REMOVED, root, "admin")


def test_a_follow_that_ended_meanwhile_has_gone(desk: Desk, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    follow = Follow.objects.get()
    graph.unfollow(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert desk.click("follows_follow", "remove_follower", follow.pk) == ["1 had gone meanwhile."]


def test_lifting_a_block_leaves_a_decision(desk: Desk, root: Account, alice: Account, bob: Account) -> None:
    graph.block(alice.pk, bob.pk, Actor(alice.pk, "test"))

    assert desk.act("follows_block", "unblock", Block.objects.get().pk) == ["Lifted 1 block."]
    assert not relationships.one(alice.pk, bob.pk).blocking
    decision = Decision.objects.get(kind=Decision.Kind.UNBLOCKED)
    assert (decision.target, decision.actor, decision.door) == (alice, root, "admin")


def test_moderators_look_at_follows_blocks_and_decisions_without_changing_them(
    moderator: Account, carol: Account
) -> None:
    befall(carol)
    desk = Desk(moderator)

    for name in ("follows_follow", "follows_block", "follows_decision"):
        page = desk.open(name)
        assert len(page.context["cl"].result_list) > 0
        assert bool(page.context["action_form"]) == (name == "follows_decision")  # which they may undo
    assert desk.act("follows_follow", "remove_follower", Follow.objects.accepted().get().pk) == []
    assert desk.act("follows_block", "unblock", Block.objects.get().pk) == []
    assert (Follow.objects.accepted().count(), Block.objects.count()) == (1, 1)
    assert desk.open("follows_notice").status_code == 403


@pytest.mark.parametrize("model", [Follow, Block, Decision, Notice])
def test_nothing_is_added_changed_or_deleted_by_form(desk: Desk, model: Any, carol: Account) -> None:
    befall(carol)
    name = model._meta.model_name
    row, count = model.objects.order_by("-pk").first(), model.objects.count()
    if model is Follow:
        row = Follow.objects.accepted().get()

    for address in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        answer = desk.client.post(f"/admin/follows/{name}/{address}", {"post": "yes", "kind": "2", "seen": "on"})
        assert answer.status_code == 403
    assert desk.act(f"follows_{name}", "delete_selected", row.pk) in ([], ["No action selected."])
    assert desk.page(f"follows_{name}", row.pk).status_code == 200
    assert model.objects.count() == count


def test_the_log_is_read_by_kind_and_by_person(desk: Desk, carol: Account) -> None:
    befall(carol)
    blocked = Decision.Kind.BLOCKED

    assert [row.kind for row in desk.rows("follows_decision", kind=blocked.value)] == [blocked]
    assert len(desk.rows("follows_decision", q="carol")) == answers().count() + 2
    assert "Blocked (1)" in desk.filters("follows_decision")["kind"]


def test_an_account_shows_its_tally_and_leads_to_its_requests(moderator: Account, carol: Account) -> None:
    befall(carol)
    desk = Desk(moderator)

    assert '<a href="/admin/follows/followrequest/?q=carol@testserver">1</a>' in desk.page(
        "accounts_account", carol.pk
    ).content.decode().replace("&#64;", "@").replace("%40", "@")
    assert len(desk.rows("follows_followrequest", q="carol@testserver")) == 1


@pytest.mark.parametrize("name", [*LISTS, "accounts_account", "accounts_session"])
def test_a_longer_list_needs_no_more_queries(
    desk: Desk, name: str, carol: Account, django_assert_max_num_queries: Any
) -> None:
    befall(carol)
    desk.open(name)  # the first one of all fills the cache of content types
    with django_assert_max_num_queries(100) as few:
        desk.open(name)
    for _ in range(5):
        befall(carol)
    with django_assert_max_num_queries(len(few)):
        assert desk.open(name).status_code == 200


def test_unlocking_an_account_accepts_who_waits_in_the_moderators_name(
    desk: Desk, root: Account, alice: Account, bob: Account, carol: Account
) -> None:
    for requester in (alice, bob):
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))
    desk.save("accounts_account", carol.pk, locked="")

    assert queries.pending_count(carol.pk) == 0
    decided = Decision.objects.filter(kind=Decision.Kind.ACCEPTED, target=carol, actor=root, door="admin")
    assert list(decided.order_by("pk").values_list("follower", flat=True)) == [alice.pk, bob.pk]
    assert Tally.objects.get(pk=carol.pk).followers == 2


def test_a_long_queue_is_accepted_behind_the_page(
    desk: Desk,
    carol: Account,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 1)
    for _ in range(opening.AT_ONCE + 2):
        graph.follow(AccountFactory().pk, carol.pk, Actor(AccountFactory().pk, "test"))
    with django_capture_on_commit_callbacks() as behind:
        desk.save("accounts_account", carol.pk, locked="")

    assert queries.pending_count(carol.pk) == 2
    assert len(behind) == 1
    assert opening.finish(carol.pk) == 2
    assert Decision.objects.filter(door="admin").count() == opening.AT_ONCE + 2
