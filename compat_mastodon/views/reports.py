"""Reporting an account to the moderators, who have one queue for both APIs."""

from django.http import HttpRequest, HttpResponse

from accounts import joining
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon import entities
from compat_mastodon.api import Denied, View, answer
from compat_mastodon.params import Params, as_id
from follows import queries, reports
from follows.policy import SelfFollow
from follows.reports import NoSuchReason

MAX_COMMENT = 1000  # characters


class Reports(View):
    accepts = ("write", "write:reports")

    def post(self, request: HttpRequest) -> HttpResponse:
        target = queries.person(as_id(self.params.text("account_id") or ""))
        category, comment = _category(self.params), _comment(self.params)
        try:
            made = reports.report(
                self.me, target.id, entities.REASONS[category], comment, self.actor, _rules(self.params)
            )
        except SelfFollow:
            raise Denied(403, "This action is not allowed") from None
        return answer(entities.report(made, category, target))


def _category(params: Params) -> str:
    """:raises NoSuchReason: when it is none; who names a rule means a violation."""
    category = "violation" if params.items("rule_ids") else params.text("category") or "other"
    if category not in entities.REASONS:
        raise NoSuchReason
    return category


def _rules(params: Params) -> list[int]:
    """The rules that the report names, as far as this server has them."""
    named = params.items("rule_ids")
    return [rule.pk for rule in joining.rules() if str(rule.pk) in named] if named else []


def _comment(params: Params) -> str:
    """:raises Invalid: when it is too long."""
    comment = params.text("comment") or ""
    if len(comment) > MAX_COMMENT:
        raise Invalid([Fault("comment", Problem.TOO_LONG, MAX_COMMENT)])
    return comment
