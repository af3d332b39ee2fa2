"""Blocking and reporting (twittner.md §2.6)."""

from django.http import HttpRequest, HttpResponse

from accounts.lookup import NoSuchAccount
from compat_twittner.api import Write, success
from follows import graph, reports
from follows.policy import SelfFollow

NO_SUCH_USER = (400, "User id is missing or invalid")  # written so here, and "User ID" elsewhere


class BlockUser(Write):
    """A toggle."""

    refusals = {NoSuchAccount: NO_SUCH_USER, SelfFollow: NO_SUCH_USER}

    def post(self, request: HttpRequest) -> HttpResponse:
        blocked = graph.toggle_block(self.me, self.params.form.number("user_id"), self.actor)
        return success(f"User profile {'blocked' if blocked else 'unblocked'} successfully")


class ProfileReport(Write):
    refusals = {NoSuchAccount: NO_SUCH_USER, SelfFollow: NO_SUCH_USER}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        reports.report(self.me, form.number("user_id"), form.number("reason"), form.prose("comment"), self.actor)
        return success("Report sent successfully")
