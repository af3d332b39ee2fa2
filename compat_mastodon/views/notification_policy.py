"""The notification policy, and the senders that it filters (mastodon.md §3.7)."""

from django.http import HttpRequest, HttpResponse

from compat_mastodon.api import View, answer
from compat_mastodon.entities import ACCOUNTS, Entity
from compat_mastodon.notifications import listing, notification_request, rules
from compat_mastodon.params import as_id
from compat_mastodon.views.notifications import READ, WRITE
from follows.models import Rule
from follows.notices import inbox, policies
from follows.notices.inbox import Choice
from follows.notices.making import FOLLOWS

ENOUGH = 100  # more that is kept aside is not counted
V1_NAMES = {f"filter_{name.removeprefix('for_')}": name for name in policies.RULES if name != "for_limited_accounts"}
KEPT_ASIDE = Choice(FOLLOWS, filtered=True)


class Policy(View):
    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        return _policy(self.me)


class ChangePolicy(View):
    accepts = WRITE

    def patch(self, request: HttpRequest) -> HttpResponse:
        policies.change_policy(self.me, **rules(self.params))
        return _policy(self.me)

    put = patch


class PolicyV1(View):
    """The same in words that know no dropping."""

    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        return _policy_v1(self.me)


class ChangePolicyV1(View):
    accepts = WRITE

    def patch(self, request: HttpRequest) -> HttpResponse:
        flags = {name: flag for ours, name in V1_NAMES.items() if (flag := self.params.flag(ours)) is not None}
        policies.change_policy(self.me, **{name: Rule.FILTER if flag else Rule.ACCEPT for name, flag in flags.items()})
        return _policy_v1(self.me)

    put = patch


class Requests(View):
    """Senders whose notifications the policy keeps aside; not requests to follow."""

    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        page = inbox.notices(self.me, KEPT_ASIDE, self.params.window())
        return listing(request, page, self.params, notification_request, always_more=False)


class OneRequest(View):
    accepts = READ

    def get(self, request: HttpRequest, notice: str) -> HttpResponse:
        found = inbox.notice(self.me, KEPT_ASIDE, as_id(notice))
        (account,) = ACCOUNTS.of([found.actor])
        return answer(notification_request(found, account or b"null"))


class AcceptMany(View):
    accepts = WRITE
    decide = staticmethod(policies.hear)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.decide(self.me, self.params.ids("id"))
        return answer({})


class DismissMany(AcceptMany):
    decide = staticmethod(policies.ignore)


class Accept(View):
    accepts = WRITE
    decide = staticmethod(policies.hear)

    def post(self, request: HttpRequest, notice: str) -> HttpResponse:
        self.decide(self.me, [inbox.notice(self.me, KEPT_ASIDE, as_id(notice)).id])
        return answer({})


class Dismiss(Accept):
    decide = staticmethod(policies.ignore)


class Merged(View):
    """Always true: accepted requests are in the list immediately."""

    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer({"merged": True})


def _policy(account: int) -> HttpResponse:
    return answer(policies.policy(account) | _summary(account))


def _policy_v1(account: int) -> HttpResponse:
    kept = policies.policy(account)
    return answer({ours: kept[name] != Rule.ACCEPT for ours, name in V1_NAMES.items()} | _summary(account))


def _summary(account: int) -> Entity:
    count = policies.kept_aside(account)[:ENOUGH].count()
    return {"summary": {"pending_requests_count": count, "pending_notifications_count": count}}
