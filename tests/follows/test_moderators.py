"""The group that may decide requests to follow and to join, suspend members, close reports and change nothing else."""

from django.contrib.auth.models import Group, Permission

from accounts.models import Account
from tests.factories import AccountFactory
from tests.moderation import make_moderators

MAY = {
    *(f"accounts.{action}_invite" for action in ("add", "change", "view")),
    *(f"accounts.{action}_maildomain" for action in ("add", "change", "delete", "view")),
    "accounts.decide_application",
    "accounts.view_application",
    "accounts.suspend_account",
    "accounts.view_account",
    "follows.add_serverrule",
    "follows.change_serverrule",
    "follows.close_report",
    "follows.decide_followrequest",
    "follows.delete_serverrule",
    "follows.limit_account",
    "follows.view_block",
    "follows.view_decision",
    "follows.view_follow",
    "follows.view_followrequest",
    "follows.view_report",
    "follows.view_serverrule",
}


def test_moderators_decide_requests_and_change_nothing_else(moderator: Account) -> None:
    assert moderator.get_all_permissions() == MAY


def test_who_is_made_staff_joins_them(moderator: Account) -> None:
    assert list(AccountFactory(staff=True).groups.all()) == list(moderator.groups.all())
    assert not AccountFactory().groups.exists()


def test_making_the_group_again_changes_nothing(moderator: Account) -> None:
    permissions = Permission.objects.count()
    make_moderators()

    assert Group.objects.filter(name="Moderators").count() == 1
    assert Permission.objects.count() == permissions
    assert Account.objects.get(pk=moderator.pk).get_all_permissions() == MAY
