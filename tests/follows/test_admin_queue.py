"""Moderators decide pending requests: what the queue shows, and what approving and rejecting does."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts import changelists
from accounts.access import Actor
from accounts.models import Account
from follows import graph, relationships
from follows.models import Decision, Follow, FollowRequest, Tally
from tests.factories import AccountFactory
from tests.follows.ledger import answers
from tests.moderation import Desk

QUEUE = "follows_followrequest"


@pytest.fixture
def desk(moderator: Account) -> Desk:
    return Desk(moderator)


def ask(follower: Account, target: Account) -> int:
    """The id of a new request."""
    graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    return FollowRequest.objects.get(follower=follower, target=target).pk


def test_the_queue_says_who_wants_to_follow_whom_and_since_when(desk: Desk, alice: Account, carol: Account) -> None:
    asked = ask(alice, carol)
    Follow.objects.filter(pk=asked).update(created_at=timezone.now() - timedelta(days=3))

    page = desk.open(QUEUE).content.decode()
    assert ">alice</a>" in page
    assert ">carol</a>" in page
    assert "3\xa0days" in page


def test_the_newest_request_comes_first_and_accepted_ones_are_gone(
    desk: Desk, alice: Account, bob: Account, mallory: Account, carol: Account
) -> None:
    for follower in (alice, bob, mallory):
        ask(follower, carol)
    graph.accept(carol.pk, bob.pk, Actor(carol.pk, "test"))

    assert [request.follower for request in desk.rows(QUEUE)] == [mallory, alice]


def test_approving_lets_them_follow_and_leaves_a_decision_in_the_moderators_name(
    desk: Desk, moderator: Account, alice: Account, bob: Account, carol: Account
) -> None:
    chosen = [ask(alice, carol), ask(bob, carol)]

    assert desk.act(QUEUE, "approve", *chosen) == ["Approved 2 follow requests."]
    assert relationships.one(alice.pk, carol.pk).following
    assert relationships.one(bob.pk, carol.pk).following
    decisions = answers().order_by("pk").values_list("kind", "follower", "target", "actor", "door")
    assert list(decisions) == [
        (Decision.Kind.ACCEPTED, alice.pk, carol.pk, moderator.pk, "admin"),
        (Decision.Kind.ACCEPTED, bob.pk, carol.pk, moderator.pk, "admin"),
    ]
    tally = Tally.objects.get(pk=carol.pk)
    assert (tally.followers, tally.requests) == (2, 0)


def test_rejecting_turns_them_away_and_leaves_a_decision(
    desk: Desk, moderator: Account, alice: Account, carol: Account
) -> None:
    assert desk.act(QUEUE, "reject", ask(alice, carol)) == ["Rejected 1 follow request."]
    assert not relationships.one(alice.pk, carol.pk).requested
    decision = answers().get()
    assert (decision.kind, decision.actor, decision.door) == (Decision.Kind.REJECTED, moderator, "admin")


def test_what_was_answered_or_taken_back_meanwhile_is_told_apart(
    desk: Desk, alice: Account, bob: Account, mallory: Account, carol: Account
) -> None:
    chosen = [ask(alice, carol), ask(bob, carol), ask(mallory, carol)]
    graph.accept(carol.pk, alice.pk, Actor(carol.pk, "test"))
    graph.unfollow(bob.pk, carol.pk, Actor(bob.pk, "test"))

    assert desk.act(QUEUE, "approve", *chosen) == ["Approved 1 follow request.", "2 had gone meanwhile."]
    assert Decision.objects.filter(door="admin").count() == 1


def test_deciding_twice_is_no_error(desk: Desk, alice: Account, carol: Account) -> None:
    asked = ask(alice, carol)
    desk.act(QUEUE, "approve", asked)

    assert desk.act(QUEUE, "reject", asked) == ["1 had gone meanwhile."]
    assert relationships.one(alice.pk, carol.pk).following


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_a_rows_own_button_decides_that_row_alone(
    desk: Desk, action: str, alice: Account, bob: Account, carol: Account
) -> None:
    asked, other = ask(alice, carol), ask(bob, carol)

    assert f'value="{action}:{asked}"' in desk.open(QUEUE).content.decode()
    assert desk.click(QUEUE, action, asked) == [f"{action.capitalize().rstrip('e')}ed 1 follow request."]
    assert [request.pk for request in desk.rows(QUEUE)] == [other]


def test_followers_join_in_the_order_in_which_they_asked(desk: Desk, carol: Account) -> None:
    chosen = [ask(AccountFactory(), carol) for _ in range(3)]
    asked = list(Follow.objects.order_by("pk").values_list("follower_id", flat=True))

    desk.act(QUEUE, "approve", *reversed(chosen))
    assert list(Follow.objects.accepted().order_by("pk").values_list("follower_id", flat=True)) == asked


def test_all_requests_of_a_filter_can_be_decided_some_at_a_time(
    desk: Desk, carol: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelists, "AT_ONCE", 2)
    for _ in range(3):
        ask(AccountFactory(), carol)
    first = desk.rows(QUEUE)[0].pk

    told = desk.act(QUEUE, "approve", first, across=True)
    assert told == ["Approved 2 follow requests.", "One click changes at most 2; there may be more."]
    assert desk.act(QUEUE, "approve", first, across=True) == ["Approved 1 follow request."]


def test_who_may_only_look_gets_no_actions(helper: Account, alice: Account, carol: Account) -> None:
    helper.user_permissions.add(Permission.objects.get(codename="view_followrequest"))
    desk, asked = Desk(helper), ask(alice, carol)

    page = desk.open(QUEUE).content.decode()
    assert ">alice</a>" in page
    assert "approve" not in page
    assert desk.act(QUEUE, "approve", asked) == []
    assert desk.click(QUEUE, "approve", asked) == []
    assert relationships.one(alice.pk, carol.pk).requested


def test_staff_without_any_permission_cannot_open_the_queue(helper: Account) -> None:
    assert Desk(helper).open(QUEUE).status_code == 403


def test_a_member_who_is_no_moderator_is_sent_to_sign_in(alice: Account) -> None:
    assert Desk(alice).open(QUEUE).status_code == 302


@pytest.mark.parametrize("view", ["change", "delete"])
def test_nobody_changes_a_request_by_form(root: Account, view: str, alice: Account, carol: Account) -> None:
    desk, asked = Desk(root), ask(alice, carol)

    address = f"/admin/follows/followrequest/{asked}/{view}/"
    assert desk.client.post(address, {"accepted_at": "2020-01-01", "post": "yes"}).status_code == 403
    assert desk.client.post("/admin/follows/followrequest/add/", {}).status_code == 403
    assert "delete_selected" not in desk.open(QUEUE).content.decode()
    assert desk.page(QUEUE, asked).status_code == 200
    assert relationships.one(alice.pk, carol.pk).requested


@pytest.mark.parametrize("row", ["abc", "0", "-1", "99999999999999999999", "1.5", "\0", "", "²"])
def test_an_id_that_is_none_changes_nothing(desk: Desk, row: str, alice: Account, carol: Account) -> None:
    asked = ask(alice, carol)

    assert desk.act(QUEUE, "approve", row) == [
        "Items must be selected in order to perform actions on them. No items have been changed."
    ]
    assert desk.act(QUEUE, "approve", row, asked) == ["Approved 1 follow request."]


def test_an_unknown_id_has_gone(desk: Desk) -> None:
    assert desk.act(QUEUE, "approve", 2**31 - 1) == ["1 had gone meanwhile."]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "\U0010ffff" * 300},
        {"p": "99999999999999999999"},
        {"p": "abc"},
        {"o": "99.abc"},
        {"waiting": "nonsense"},
        {"requester": "\0"},
        {"id__in": "99999999999999999999"},
        {"follower__password__startswith": "a"},
        {"e": "1"},
    ],
)
def test_what_nobody_would_ask_for_is_refused_or_ignored(desk: Desk, query: dict[str, str]) -> None:
    assert desk.open(QUEUE, **query).status_code in {200, 302, 400}


def test_the_first_page_shows_the_queue_before_everything_else(desk: Desk, alice: Account, carol: Account) -> None:
    ask(alice, carol)
    page = desk.client.get("/admin/")

    text = page.content.decode()
    assert "1 follow request waiting for a decision" in text
    assert "Latchkey" in text
    assert page.context["app_list"][0]["models"][0]["object_name"] == "FollowRequest"


def test_who_may_not_see_the_queue_is_not_told_its_length(helper: Account, alice: Account, carol: Account) -> None:
    ask(alice, carol)
    assert "waiting for a decision" not in Desk(helper).client.get("/admin/").content.decode()
