"""Reports reach the moderators' queue, whichever client sends them."""

from typing import Any

import pytest

from accounts.models import Account
from follows.models import Reason, Report
from tests.compat_mastodon import reference_people as reference
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_mastodon.golden_files import check, golden

PATH = "/api/v1/reports"


def test_a_report_reaches_the_moderators(mastodon: Clients, alice: Account, dora: Account) -> None:
    sent = {"account_id": str(dora.pk), "category": "spam", "comment": "Buys & sells", "forward": True}
    answer = mastodon(alice, "write:reports").post(PATH, sent).json()

    report = Report.objects.get()
    assert (report.reporter, report.target, report.door) == (alice, dora, "mastodon")
    assert (report.reason, report.comment, report.closed_at) == (Reason.SPAM, "Buys & sells", None)
    golden("report", answer, report=report.pk, dora=dora.pk)
    check(reference.Report, answer, never={"action_taken_at not null", "rule_ids not null"})


@pytest.mark.parametrize(
    ("sent", "category", "reason"),
    [
        ({}, "other", Reason.OTHER),
        ({"category": "legal"}, "legal", Reason.INAPPROPRIATE),
        ({"category": "spam", "rule_ids": ["1"]}, "violation", Reason.INAPPROPRIATE),
    ],
)
def test_categories_are_the_moderators_reasons(
    mastodon: Clients, alice: Account, mallory: Account, sent: dict[str, Any], category: str, reason: int
) -> None:
    answer = mastodon(alice).post(PATH, {"account_id": mallory.pk} | sent).json()

    assert (answer["category"], Report.objects.get().reason) == (category, reason)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"account_id": None}, (404, "Record not found")),
        ({"account_id": 4711}, (404, "Record not found")),
        ({"category": "boredom"}, (422, "Validation failed: Category is not included in the list")),
        ({"comment": "x" * 1001}, (422, "Validation failed: Comment is too long (maximum is 1000 characters)")),
    ],
)
def test_what_is_no_report_is_refused(
    mastodon: Clients, alice: Account, mallory: Account, sent: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refusal(mastodon(alice).post(PATH, {"account_id": mallory.pk} | sent)) == expected
    assert not Report.objects.exists()


def test_nobody_reports_themselves(mastodon: Clients, alice: Account) -> None:
    assert refusal(mastodon(alice).post(PATH, {"account_id": alice.pk})) == (403, "This action is not allowed")
