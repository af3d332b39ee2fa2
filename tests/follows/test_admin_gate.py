"""The gate in the admin: limited accounts, rules for servers, what stands beside a request, and undoing."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from follows import graph, relationships
from follows.gate import kept_out, servers
from follows.models import Batch, Decision, Follow, FollowRequest, ServerRule, ServerRuleKind
from tests.factories import AccountFactory
from tests.follows.ledger import Decided, by
from tests.moderation import Desk

ACCOUNTS, LOG, QUEUE, RULES = "accounts_account", "follows_decision", "follows_followrequest", "follows_serverrule"


@pytest.fixture
def desk(moderator: Account) -> Desk:
    return Desk(moderator)


def ask(follower: Account, target: Account, note: str = "") -> int:
    graph.follow(follower.pk, target.pk, by(follower), note=note)
    return FollowRequest.objects.get(follower=follower, target=target).pk


def confirm(desk: Desk, action: str, *rows: int, reason: str) -> list[str]:
    data = {"action": action, "_selected_action": rows, "confirmed": "yes", "reason": reason}
    response = desk.client.post(reverse(f"admin:{ACCOUNTS}_changelist"), data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_a_moderator_limits_an_account_with_a_reason_which_the_log_keeps(desk: Desk, alice: Account) -> None:
    page = desk.client.post(reverse(f"admin:{ACCOUNTS}_changelist"), {"one": f"limit:{alice.pk}"})
    assert 'name="reason"' in page.content.decode()

    assert confirm(desk, "limit", alice.pk, reason="Follow spam") == ["Limited 1 account."]
    alice.refresh_from_db()
    assert alice.limited_at
    assert LogEntry.objects.get().change_message == "Limited: Follow spam"
    assert desk.rows(ACCOUNTS, state="limited") == [alice]

    assert confirm(desk, "unlimit", alice.pk, reason="Sorry") == ["Stopped limiting 1 account."]
    alice.refresh_from_db()
    assert alice.limited_at is None


def test_without_a_reason_nobody_is_limited(desk: Desk, alice: Account) -> None:
    assert confirm(desk, "limit", alice.pk, reason=" ") == ["Nothing was done: give a reason."]
    alice.refresh_from_db()
    assert alice.limited_at is None


def test_moderators_limit_no_moderators_and_helpers_limit_nobody(
    desk: Desk, helper: Account, moderator: Account, alice: Account
) -> None:
    confirm(desk, "limit", helper.pk, moderator.pk, reason="no")
    Desk(helper).client.post(
        reverse(f"admin:{ACCOUNTS}_changelist"),
        {"action": "limit", "_selected_action": [alice.pk], "confirmed": "yes", "reason": "no"},
    )
    assert not Account.objects.filter(limited_at__isnull=False).exists()


def test_a_rule_for_a_server_is_made_changed_and_dropped_with_its_reason(desk: Desk, moderator: Account) -> None:
    add = reverse(f"admin:{RULES}_add")
    desk.client.post(add, {"domain": "Spam.Example.", "rule": ServerRuleKind.REFUSE.value, "reason": "Spam"})
    rule = ServerRule.objects.get()
    assert (rule.domain, rule.rule, rule.reason, rule.created_by) == (
        "spam.example",
        ServerRuleKind.REFUSE,
        "Spam",
        moderator,
    )

    desk.client.post(
        reverse(f"admin:{RULES}_change", args=[rule.pk]), {"rule": ServerRuleKind.LIMITED.value, "reason": "Better now"}
    )
    rule.refresh_from_db()
    assert (rule.rule, rule.reason) == (ServerRuleKind.LIMITED, "Better now")
    desk.client.post(reverse(f"admin:{RULES}_delete", args=[rule.pk]), {"post": "yes"})
    assert not ServerRule.objects.exists()
    said = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert said[:2] == ["refuse: Spam", "limited: Better now"]
    assert len(said) == 3


@pytest.mark.parametrize("domain", ["no domain", "localhost:8000", ""])
def test_a_rule_is_for_another_server_and_has_a_reason(
    desk: Desk, domain: str, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.LOCAL_DOMAIN", "localhost:8000")
    add = reverse(f"admin:{RULES}_add")

    assert desk.client.post(add, {"domain": domain, "rule": 1, "reason": "Spam"}).status_code == 200
    assert desk.client.post(add, {"domain": "spam.example", "rule": 1, "reason": ""}).status_code == 200
    assert not ServerRule.objects.exists()


def test_a_second_rule_for_a_server_is_refused_by_the_form(desk: Desk, moderator: Account) -> None:
    servers.set_rule("spam.example", ServerRuleKind.REFUSE, "Spam", by(moderator))
    add = reverse(f"admin:{RULES}_add")

    assert desk.client.post(add, {"domain": "SPAM.example", "rule": 1, "reason": "Again"}).status_code == 200
    assert ServerRule.objects.get().rule == ServerRuleKind.REFUSE


def test_beside_a_request_stand_why_it_is_one_its_note_and_what_was_decided_before(
    desk: Desk, alice: Account, bob: Account
) -> None:
    servers.limit(alice.pk)
    graph.reject(bob.pk, alice.pk, by(bob), request=ask(alice, bob))
    asked = ask(alice, bob, note="<b>From the choir</b>")

    for page in (desk.open(QUEUE), desk.page(QUEUE, asked)):
        text = page.content.decode()
        assert "the requester is limited by moderators" in text
        assert "&lt;b&gt;From the choir&lt;/b&gt;" in text
        assert "rejected 1" in text


def test_what_waits_aside_is_not_in_the_moderators_queue(desk: Desk, alice: Account, bob: Account) -> None:
    kept_out.keep_out(bob.pk, alice.pk, by(bob))
    ask(alice, bob)

    assert desk.rows(QUEUE) == []


def test_decided_together_is_one_line_that_opens_to_its_items(desk: Desk, carol: Account, bob: Account) -> None:
    Account.objects.filter(pk=bob.pk).update(locked=True)
    requesters = [AccountFactory() for _ in range(3)]
    requests = [ask(requester, carol) for requester in requesters] + [ask(requesters[0], bob)]
    assert desk.act(QUEUE, "reject", *requests) == ["Rejected 4 follow requests."]

    kind = Decision.Kind.REJECTED.value
    assert Batch.objects.count() == 2
    lines = desk.rows(LOG, kind=kind)
    assert [(line.target, line.size) for line in lines] == [(bob, 1), (carol, 3)]
    assert "3 together" in desk.open(LOG, kind=kind).content.decode()
    assert len(desk.rows(LOG, batch__id__exact=lines[1].batch_id)) == 3
    assert [line.follower for line in desk.rows(LOG, kind=kind, follower__id__exact=requesters[0].pk)] == [
        requesters[0]
    ] * 2


def test_the_line_of_a_batch_is_undone_as_one(desk: Desk, carol: Account) -> None:
    requesters = [AccountFactory() for _ in range(3)]
    desk.act(QUEUE, "reject", *[ask(requester, carol) for requester in requesters])
    (line,) = desk.rows(LOG, kind=Decision.Kind.REJECTED.value)

    assert desk.click(LOG, "undo", line.pk) == ["Undid 1 decision."]
    assert FollowRequest.objects.waiting().filter(target=carol).count() == 3
    undone = Decision.objects.filter(kind=Decided.UNDONE)
    assert {row.actor for row in undone} == {Account.objects.get(username="moderator")}


def test_one_decision_of_a_batch_is_undone_alone(desk: Desk, carol: Account) -> None:
    requesters = [AccountFactory() for _ in range(3)]
    desk.act(QUEUE, "approve", *[ask(requester, carol) for requester in requesters])
    batch = Batch.objects.get().pk
    accepted = desk.rows(LOG, batch__id__exact=batch)[-1]

    address = reverse(f"admin:{LOG}_changelist") + f"?batch__id__exact={batch}"
    desk.client.post(address, {"one": f"undo:{accepted.pk}"})
    assert Follow.objects.accepted().filter(target=carol).count() == 2
    assert relationships.one(accepted.follower_id, carol.pk).requested


def test_a_removal_is_undone_in_the_admin(root: Account, alice: Account, bob: Account) -> None:
    desk = Desk(root)
    graph.follow(alice.pk, bob.pk, by(alice))
    desk.act("follows_follow", "remove_follower", Follow.objects.get().pk)
    removed = Decision.objects.get(kind=Decided.REMOVED)

    assert desk.click(LOG, "undo", removed.pk) == ["Undid 1 decision."]
    assert relationships.one(alice.pk, bob.pk).following


def test_what_is_too_late_is_said(desk: Desk, alice: Account, carol: Account) -> None:
    desk.act(QUEUE, "reject", ask(alice, carol))
    Decision.objects.update(created_at=timezone.now() - timedelta(days=2))
    rejected = Decision.objects.get(kind=Decided.REJECTED)

    assert desk.click(LOG, "undo", rejected.pk) == ["1 could not be undone: too late, or something happened since."]
    assert "undo-" not in desk.open(LOG).content.decode()


@pytest.mark.parametrize("name", [RULES, "accounts_maildomain"])
def test_a_search_that_finds_no_server_says_what_to_try(root: Account, name: str) -> None:
    page = Desk(root).open(name, q="nowhere.example").content.decode()

    assert "Nothing here matches “nowhere.example”." in page
    assert "You can try: Part of the name of a server" in page


@pytest.mark.parametrize("sought", ["Bücher.example", "xn--bcher-kva", "BÜCHER.example.", "kva.ex"])
def test_a_rule_is_found_by_any_spelling_of_its_server(root: Account, sought: str) -> None:
    for domain in ("bücher.example", "other.example"):
        servers.set_rule(domain, ServerRuleKind.LIMITED, "Spam", by(root))

    assert [rule.domain for rule in Desk(root).rows(RULES, q=sought)] == ["xn--bcher-kva.example"]
