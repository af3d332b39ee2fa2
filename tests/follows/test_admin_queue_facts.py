"""What a moderator sees beside a request and on a person's page, and how the queue is put in order."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import bounded_lists, people
from accounts.access import Actor
from accounts.models import Account
from follows import graph, reports
from follows.models import Decision, Follow, FollowRequest, Reason, Report
from tests.factories import AccountFactory
from tests.moderation import Desk

QUEUE = "follows_followrequest"


@pytest.fixture
def desk(moderator: Account) -> Desk:
    return Desk(moderator)


def ask(follower: Account, target: Account) -> FollowRequest:
    graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))
    return FollowRequest.objects.get(follower=follower, target=target)


def cell(page: str, name: str) -> str:
    """The text of the first cell of a column."""
    (content, *_) = re.findall(rf'<td class="field-{name}[^>]*>(.*?)</td>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", content).split())


def test_beside_a_request_stands_what_is_known_of_the_requester(
    desk: Desk, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    friend = AccountFactory(username="friend")
    for target in (friend, bob):
        graph.follow(carol.pk, target.pk, Actor(carol.pk, "test"))
    graph.follow(friend.pk, mallory.pk, Actor(friend.pk, "test"))  # followed by carol, and follows mallory
    graph.follow(alice.pk, mallory.pk, Actor(alice.pk, "test"))  # carol does not follow alice
    people.change(bob.pk, locked=True)
    for owner in (carol, carol, bob):
        asked = ask(mallory, owner)
        graph.reject(owner.pk, mallory.pk, Actor(owner.pk, "test"), request=asked.pk)
    for reporter in (alice, bob):
        report = reports.report(reporter.pk, mallory.pk, Reason.SPAM, "", Actor(reporter.pk, "test"))
    reports.close(report.pk, Actor(None, "test"))
    people.change(mallory.pk, created_at=timezone.now() - timedelta(days=60), avatar="avatars/m.jpg")
    ask(mallory, carol)

    page = desk.open(QUEUE).content.decode()
    assert "avatars/m.jpg" in page
    assert 'href="/@mallory"' in page
    assert cell(page, "account_age") == "1 month"
    assert cell(page, "friends_in_common") == "1"
    assert cell(page, "rejected_before") == "3 2 by carol"
    assert cell(page, "open_reports") == "1"
    assert 'aria-label="Approve mallory for carol">Approve</button>' in page


def test_the_facts_cost_the_same_for_a_long_page(
    desk: Desk, carol: Account, django_assert_max_num_queries: Any
) -> None:
    ask(AccountFactory(), carol)
    desk.open(QUEUE)
    with django_assert_max_num_queries(100) as few:
        desk.open(QUEUE)
    for _ in range(12):
        ask(AccountFactory(), AccountFactory(locked=True))
    with django_assert_max_num_queries(len(few)):
        desk.open(QUEUE)


def test_the_longest_waiting_are_one_click_away(desk: Desk, carol: Account) -> None:
    asked = [ask(AccountFactory(), carol) for _ in range(3)]
    for days, request in zip((2, 9, 5), asked, strict=True):
        Follow.objects.filter(pk=request.pk).update(created_at=timezone.now() - timedelta(days=days))
    page = desk.open(QUEUE).content.decode()
    (header,) = re.findall(r'<th scope="col" class="[^"]*column-created_at[^"]*">(.*?)</th>', page, re.DOTALL)
    (order,) = re.findall(r'<div class="text"><a href="\?o=([^"]+)">', header)

    assert [row.pk for row in desk.rows(QUEUE, o=order)] == [asked[1].pk, asked[2].pk, asked[0].pk]


def test_the_other_columns_sort_as_long_as_the_list_is_short(
    desk: Desk, carol: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("zoe", "adam", "mia"):
        ask(AccountFactory(username=name), carol)

    assert [row.follower.username for row in desk.rows(QUEUE, o="1")] == ["adam", "mia", "zoe"]
    monkeypatch.setattr(bounded_lists, "COUNTED", 2)
    page = desk.open(QUEUE, o="1")
    assert page.context["cl"].result_list[0].follower.username == "mia"
    assert "column-created_at" in page.content.decode()
    assert re.findall(r'class="sortable [^"]*column-(\w+)', page.content.decode()) == ["created_at"]


@pytest.mark.parametrize("across", [False, True])
def test_more_than_twenty_at_once_are_asked_for_with_their_number_and_a_sample(
    desk: Desk, carol: Account, across: bool
) -> None:
    asked = [ask(AccountFactory(), carol) for _ in range(25)]
    chosen = [request.pk for request in asked[:21]]
    sent = {"action": "reject", "_selected_action": chosen, "index": 0, "select_across": int(across)}
    page = desk.client.post("/admin/follows/followrequest/", sent)
    text = page.content.decode()

    assert FollowRequest.objects.pending().count() == 25
    assert f"{25 if across else 21} follow requests" in text
    assert f"<li>{asked[0].follower.username} for carol</li>" in text
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    ask(AccountFactory(), carol)  # nobody confirmed this one
    desk.client.post("/admin/follows/followrequest/", data)
    assert FollowRequest.objects.pending().count() == (1 if across else 5)
    assert Decision.objects.filter(kind=Decision.Kind.REJECTED).count() == (25 if across else 21)


def test_twenty_at_once_are_taken_without_a_question(desk: Desk, carol: Account) -> None:
    chosen = [ask(AccountFactory(), carol).pk for _ in range(20)]
    assert desk.act(QUEUE, "approve", *chosen) == ["Approved 20 follow requests."]


def test_after_a_decision_the_next_row_goes_on(desk: Desk, carol: Account) -> None:
    first, second, third = (ask(AccountFactory(), carol).pk for _ in range(3))  # shown: third, second, first

    def decide(row: int) -> str:
        return desk.client.post("/admin/follows/followrequest/?q=carol", {"one": f"approve:{row}"}).url

    assert decide(third) == f"/admin/follows/followrequest/?q=carol#approve-{second}"
    assert decide(first).endswith(f"#approve-{second}")
    assert "#" not in decide(second)


def test_a_person_leads_to_what_they_asked_for_were_refused_and_reported_for(
    desk: Desk, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    asked = ask(mallory, carol)
    ask(alice, carol)
    refused = AccountFactory(locked=True)
    ask(mallory, refused)
    graph.reject(refused.pk, mallory.pk, Actor(refused.pk, "test"))
    reports.report(bob.pk, mallory.pk, Reason.FRAUD, "", Actor(bob.pk, "test"))
    reports.report(mallory.pk, bob.pk, Reason.SPAM, "", Actor(mallory.pk, "test"))
    page = desk.page("accounts_account", mallory.pk).content.decode().replace("&amp;", "&")

    shown = {}
    for address in re.findall(r'href="(/admin/follows/[^"]+__id__exact[^"]+)"', page):
        answer = desk.client.get(address)
        assert "mallory" in answer.context["title"]
        shown[address.split("/")[3]] = list(answer.context["cl"].result_list)
    assert [row.pk for row in shown["followrequest"]] == [asked.pk]
    assert [(row.kind, row.target) for row in shown["decision"]] == [(Decision.Kind.REJECTED, refused)]
    assert [row.target for row in shown["report"]] == [mallory]
    assert 'href="/@mallory"' in page


def test_a_closed_report_cannot_be_closed_again(desk: Desk, alice: Account, bob: Account) -> None:
    reports.report(alice.pk, bob.pk, Reason.SPAM, "", Actor(alice.pk, "test"))
    report = Report.objects.get()
    assert 'aria-label="Close the report about bob from alice"' in desk.open("follows_report").content.decode()
    reports.close(report.pk, Actor(None, "test"))

    closed = desk.open("follows_report").content.decode()
    assert "Close the report" not in closed
    assert 'aria-label="Open again the report about bob from alice"' in closed


def test_an_empty_search_says_what_to_try(desk: Desk, alice: Account, carol: Account) -> None:
    ask(alice, carol)
    text = desk.open(QUEUE, q="nobody at all").content.decode()

    assert "Nothing here matches “nobody at all”." in text
    assert "You can try: Words of a name or bio" in text
    assert "Nothing here matches" not in desk.open(QUEUE, q="carol").content.decode()


def test_times_have_their_zone_and_logging_out_leads_to_our_own_page(
    desk: Desk, alice: Account, carol: Account
) -> None:
    request = ask(alice, carol)
    moment = f"{request.created_at:%H:%M} UTC"

    assert moment in desk.open(QUEUE).content.decode()
    assert f"{alice.created_at:%H:%M} UTC" in desk.page("accounts_account", alice.pk).content.decode()
    assert desk.client.post("/admin/logout/").url == "/auth/sign_in"


@pytest.mark.parametrize("value", ["0", "x", "99999999999999999999", "\0", "-1"])
def test_nobody_has_an_id_that_is_none(desk: Desk, alice: Account, carol: Account, value: str) -> None:
    ask(alice, carol)
    assert desk.open(QUEUE, follower__id__exact=value).status_code in {200, 302}
