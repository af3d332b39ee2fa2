"""The push subscription of the calling token (mastodon.md §3.8)."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse

from compat_mastodon import entities
from compat_mastodon.api import View, answer
from compat_mastodon.models import Policy
from compat_mastodon.params import BadParam, Params
from compat_mastodon.push import sending, webpush
from compat_mastodon.push.webpush import Target

MAX_ENDPOINT = 2000
ALERTS = (
    *("mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update"),
    *("severed_relationships", "moderation_warning", "annual_report", "admin.sign_up", "admin.report"),
    *("quote", "quoted_update", "added_to_collection", "collection_update"),
)


class Subscription(View):
    accepts = ("push",)

    @property
    def token(self) -> int:
        assert self.access is not None  # noqa: S101  # a token was demanded
        return self.access.client

    def post(self, request: HttpRequest) -> HttpResponse:
        target, alerts, policy = _target(self.params), *_data(self.params)
        if faults := ", ".join(_faults(target, policy)):
            return answer({"error": f"Validation failed: {faults}"}, 422)
        return answer(entities.push_subscription(sending.subscribe(self.token, target, alerts, policy)))

    def get(self, request: HttpRequest) -> HttpResponse:
        subscription = sending.subscription_of(self.token)
        if subscription is None:
            raise Http404
        return answer(entities.push_subscription(subscription))

    def put(self, request: HttpRequest) -> HttpResponse:
        subscription = sending.subscription_of(self.token)
        if subscription is None:
            raise Http404
        alerts, policy = _data(self.params, subscription.alerts, subscription.policy)
        if faults := ", ".join(_policy_faults(policy)):
            return answer({"error": f"Validation failed: {faults}"}, 422)
        sending.change(subscription, alerts, policy)
        return answer(entities.push_subscription(subscription))

    def delete(self, request: HttpRequest) -> HttpResponse:
        sending.unsubscribe(self.token)
        return answer({})


def _target(params: Params) -> Target:
    """:raises BadParam: when a level of the nesting is missing or no mapping."""
    subscription = params.mapping("subscription")
    if subscription is None:
        raise BadParam("subscription")
    keys = subscription.mapping("keys")
    if keys is None:
        raise BadParam("keys")
    return Target(
        subscription.text("endpoint") or "",
        keys.text("p256dh") or "",
        keys.text("auth") or "",
        subscription.flag("standard") or False,
    )


def _data(
    params: Params, kept: dict[str, bool] | None = None, policy: str = Policy.ALL.value
) -> tuple[dict[str, bool], str]:
    """Read the alerts and their policy: clients send the policy inside `data` or beside it.

    Without alerts those that are `kept` stay, without a policy the given one does.
    """
    data = params.mapping("data") or Params({})
    alerts = data.mapping("alerts")
    wanted = {kind: alerts.flag(kind) or False for kind in ALERTS if kind in alerts} if alerts else kept or {}
    return wanted, data.text("policy") or params.text("policy") or policy


def _faults(target: Target, policy: str) -> Iterator[str]:
    if not target.endpoint:
        yield "Endpoint can't be blank"
    elif len(target.endpoint) > MAX_ENDPOINT:
        yield f"Endpoint is too long (maximum is {MAX_ENDPOINT} characters)"
    elif not webpush.is_endpoint(target.endpoint):
        yield "Endpoint is not a valid URL"
    if not target.p256dh:
        yield "Key p256dh can't be blank"
    elif not webpush.is_key(target.p256dh):
        yield "Key p256dh is invalid"
    if not target.auth:
        yield "Key auth can't be blank"
    elif not webpush.is_secret(target.auth):
        yield "Key auth is invalid"
    yield from _policy_faults(policy)


def _policy_faults(policy: str) -> Iterator[str]:
    if policy not in Policy.values:
        yield "Policy is not included in the list"
