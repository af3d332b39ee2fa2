"""Reports in Mastodon's moderation API: the same queue as in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from accounts import people
from accounts.access import Actor
from accounts.models import Account, Rule
from follows import reports
from follows.models import Reason, Report
from tests.compat_mastodon import reference_moderation as reference
from tests.compat_mastodon.conftest import Clients, Mastodon, refusal, token_for
from tests.compat_mastodon.golden_files import check, golden
from tests.factories import AccountFactory
from tests.moderation import Desk

PATH = "/api/v1/admin/reports"
NOT_ALLOWED, UNKNOWN = (403, "This action is not allowed"), (404, "Record not found")
Desks = Callable[[Account], Mastodon]


@pytest.fixture
def desk(db: None) -> Desks:
    return lambda account: Mastodon(token_for(account, "admin:read:reports admin:write:reports"))


@pytest.fixture
def report(alice: Account, mallory: Account) -> Report:
    """From alice, about mallory."""
    return reports.report(alice.pk, mallory.pk, Reason.FRAUD, "Sells nothing", Actor(alice.pk, "test"))


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [int(row["id"]) for row in answer.json()]


def test_the_lists(desk: Desks, moderator: Account, alice: Account, bob: Account, report: Report) -> None:
    other = reports.report(bob.pk, alice.pk, Reason.OTHER, "", Actor(bob.pk, "test"))
    closed = reports.report(alice.pk, bob.pk, Reason.SPAM, "", Actor(alice.pk, "test"))
    reports.close(closed.pk, Actor(moderator.pk, "admin"))
    get = desk(moderator).get

    assert ids(get(PATH)) == ids(get(PATH, {"unresolved": "true"})) == [other.pk, report.pk]
    assert ids(get(PATH, {"resolved": "true"})) == [closed.pk]
    assert ids(get(PATH, {"resolved": "1", "unresolved": "1"})) == [closed.pk, other.pk, report.pk]
    assert ids(get(PATH, {"account_id": alice.pk})) == [report.pk]
    assert ids(get(PATH, {"target_account_id": alice.pk})) == [other.pk]
    for odd in ("0", "9" * 30, "nobody"):
        assert ids(get(PATH, {"account_id": odd})) == ids(get(PATH, {"target_account_id": odd})) == []
    page = get(PATH, {"limit": 1, "resolved": "0"})
    assert ids(page) == [other.pk]
    older = f"http://testserver{PATH}?limit=1&max_id={other.pk}&resolved=0"
    assert page["Link"].split(", ")[0] == f'<{older}>; rel="next"'
    assert ids(get(older)) == [report.pk]


def test_a_moderator_takes_a_report_over_and_closes_it(desk: Desks, moderator: Account, report: Report) -> None:
    client, path = desk(moderator), f"{PATH}/{report.pk}"

    shown = client.post(f"{path}/assign_to_self").json()
    assert (shown["assigned_account"]["username"], shown["action_taken"]) == ("moderator", False)
    shown = client.post(f"{path}/resolve").json()
    assert (shown["action_taken"], shown["action_taken_by_account"]["username"]) == (True, "moderator")
    assert shown["updated_at"] == shown["action_taken_at"]
    assert client.post(f"{path}/resolve").json() == shown  # once more changes nothing
    shown = client.post(f"{path}/reopen").json()
    assert (shown["action_taken"], shown["action_taken_at"], shown["action_taken_by_account"]) == (False, None, None)
    assert shown["assigned_account"]["username"] == "moderator"
    assert client.post(f"{path}/unassign").json()["assigned_account"] is None
    assert client.post(f"{path}/reopen").json()["action_taken"] is False
    report.refresh_from_db()
    assert (report.closed_at, report.closed_by, report.assigned_to) == (None, None, None)


def test_the_admin_knows_what_was_done(desk: Desks, moderator: Account, report: Report) -> None:
    desk(moderator).post(f"{PATH}/{report.pk}/assign_to_self")
    page = Desk(moderator).open("follows_report").content.decode()
    assert "assigned to" in page.lower()

    assert Desk(moderator).act("follows_report", "close", report.pk) == ["Closed 1 report."]
    assert desk(moderator).get(f"{PATH}/{report.pk}").json()["action_taken_by_account"]["username"] == "moderator"
    assert Desk(moderator).click("follows_report", "reopen", report.pk) == ["Opened 1 report."]
    assert desk(moderator).get(f"{PATH}/{report.pk}").json()["action_taken"] is False


def test_category_and_rules_are_changed(desk: Desks, moderator: Account, report: Report) -> None:
    rules = [Rule.objects.create(text=text) for text in ("Be kind.", "No ads.")]
    client, path = desk(moderator), f"{PATH}/{report.pk}"

    assert client.get(path).json()["category"] == "spam"
    assert client.put(path, {"category": "spam"}).json()["category"] == "spam"
    report.refresh_from_db()
    assert report.reason == Reason.FRAUD  # which says more than the category
    shown = client.put(path, {"category": "violation", "rule_ids": [str(rules[1].pk)]}).json()
    assert (shown["category"], [rule["text"] for rule in shown["rules"]]) == ("violation", ["No ads."])
    assert client.put(path, {"category": "other"}).json()["rules"] == shown["rules"]
    assert client.patch(path, {"rule_ids": []}).json()["rules"] == []
    for wrong in ("legal", "boredom"):
        text = "Validation failed: Category is not included in the list"
        assert refusal(client.put(path, {"category": wrong})) == (422, text)
    for unknown in ("4711", "9" * 40, "one"):
        text = "Validation failed: Rule ids does not reference valid rules"
        assert refusal(client.put(path, {"category": "spam", "rule_ids": [unknown]})) == (422, text)
    assert client.get(path).json()["category"] == "other"


def test_a_reporter_names_rules(
    mastodon: Clients, desk: Desks, moderator: Account, alice: Account, bob: Account
) -> None:
    rule = Rule.objects.create(text="Be kind.")
    sent = {"account_id": bob.pk, "rule_ids": [str(rule.pk), "4711"]}
    made = mastodon(alice).post("/api/v1/reports", sent).json()

    assert (made["category"], made["rule_ids"]) == ("violation", [str(rule.pk)])
    (shown,) = desk(moderator).get(PATH).json()
    assert [rule["text"] for rule in shown["rules"]] == ["Be kind."]
    rule.delete()
    assert desk(moderator).get(PATH).json()[0]["rules"] == []


def test_a_new_report_of_the_same_two_begins_anew(desk: Desks, moderator: Account, report: Report) -> None:
    client, path = desk(moderator), f"{PATH}/{report.pk}"
    client.post(f"{path}/assign_to_self")
    client.post(f"{path}/resolve")
    reports.report(report.reporter_id, report.target_id, Reason.SPAM, "Again", Actor(report.reporter_id, "test"))

    shown = client.get(path).json()
    assert (shown["action_taken"], shown["assigned_account"], shown["comment"]) == (False, None, "Again")


@pytest.mark.parametrize("pk", ["0", "4711", "2147483648", "9" * 40, "one", "%00"])
def test_unknown_reports(desk: Desks, root: Account, pk: str) -> None:
    client = desk(root)
    answers = [client.post(f"{PATH}/{pk}/{verb}") for verb in ("assign_to_self", "unassign", "resolve", "reopen")]
    for answer in (*answers, client.get(f"{PATH}/{pk}"), client.put(f"{PATH}/{pk}", {"category": "spam"})):
        assert refusal(answer) == UNKNOWN


def test_each_permission(desk: Desks, helper: Account, report: Report) -> None:
    def may(*codenames: str) -> None:
        helper.user_permissions.set(Permission.objects.filter(codename__in=codenames))

    client = desk(helper)
    writes = [
        *(
            lambda verb=verb: client.post(f"{PATH}/{report.pk}/{verb}")
            for verb in ("assign_to_self", "resolve", "reopen")
        ),
        lambda: client.put(f"{PATH}/{report.pk}", {"category": "other"}),
    ]
    for permissions in ((), ("close_report",), ("view_account", "change_account")):
        may(*permissions)
        assert refusal(client.get(PATH)) == NOT_ALLOWED
        assert {refusal(write()) for write in writes} == {NOT_ALLOWED}
    may("view_report")
    assert ids(client.get(PATH)) == [report.pk]
    assert {refusal(write()) for write in writes} == {NOT_ALLOWED}
    may("view_report", "close_report")
    assert {write().status_code for write in writes} == {200}


def test_a_moderator_sees_no_addresses_in_reports(
    desk: Desks, moderator: Account, root: Account, report: Report
) -> None:
    Account.objects.update(last_address="2001:db8::7")
    listed = desk(moderator).get(PATH)
    assert b"@example.org" not in listed.content
    assert b"2001:db8" not in listed.content
    assert desk(root).get(PATH).json()[0]["account"]["email"] == "alice@example.org"


def test_a_report_to_the_letter(noon: None, desk: Desks, dora: Account) -> None:
    rule = Rule.objects.create(text="Be kind.", hint="To newcomers, too.")
    chief, fay = (people.sign_up(username=name, email=f"{name}@example.org", password="x") for name in ("chief", "fay"))
    Account.objects.filter(pk=chief.pk).update(is_staff=True, is_superuser=True)
    made = reports.report(dora.pk, fay.pk, Reason.SPAM, "Buys & sells", Actor(dora.pk, "test"), [rule.pk])
    client = desk(chief)
    client.post(f"{PATH}/{made.pk}/assign_to_self")
    answer = client.post(f"{PATH}/{made.pk}/resolve").json()

    ids = {"dora": dora.pk, "fay": fay.pk, "chief": chief.pk}
    golden("admin_report", answer, report=made.pk, rule=rule.pk, **ids)
    still_open = reports.report(fay.pk, dora.pk, Reason.OTHER, "", Actor(fay.pk, "test"))
    shown = client.get(f"{PATH}/{still_open.pk}").json()
    never = {
        f"{who}.{what}"
        for who in ("account", "target_account", "assigned_account", "action_taken_by_account")
        for what in (
            *("domain not null", "ip not null", "locale not null", "invite_request not null"),
            "invited_by_account_id there",
        )
    }
    check(reference.AdminReport, answer, shown, never=never)


def test_a_page_of_reports_takes_few_queries(
    desk: Desks, root: Account, mallory: Account, django_assert_max_num_queries: Any
) -> None:
    client = desk(root)
    for number in range(12):
        reporter = AccountFactory(username=f"reporter{number}")
        reports.report(reporter.pk, mallory.pk, Reason.SPAM, "", Actor(reporter.pk, "test"))
    with django_assert_max_num_queries(8):
        assert len(client.get(PATH).json()) == 12
