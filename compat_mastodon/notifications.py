"""Notices as this dialect's notifications: types, how they are chosen, and their JSON (mastodon.md §3.6, §4.5)."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.api import raw
from compat_mastodon.entities import ACCOUNTS, Entity, timestamp
from compat_mastodon.links import inbox_link_header, kept
from compat_mastodon.params import Params, as_id
from follows.gate import settings
from follows.models import Rule
from follows.notices.inbox import Choice, Group, Item
from follows.notices.making import FOLLOWS, Kind
from follows.notices.policies import RULES, Rules
from follows.paging import Page

TYPES = {"follow": FOLLOWS, "follow_request": (Kind.REQUESTED,), "severed_relationships": (Kind.SEVERED,)}
SHOWN = [kind for kinds in TYPES.values() for kind in kinds]
NAMES: dict[int, str] = {kind: name for name, kinds in TYPES.items() for kind in kinds}
ACCEPTED = "follow_request_accepted"  # an own request; only where client and account want it (`wants_accepted`)
KEPT = ("account_id", "exclude_types", "grouped_types", "include_filtered", "limit", "supported_types", "types")
LISTS = {"exclude_types", "grouped_types", "supported_types", "types"}
PARTIAL = ("id", "acct", "locked", "bot", "url", "avatar", "avatar_static", "avatar_description")


def choice(params: Params, account: int | None = None) -> Choice:
    """Read the client's choice of notices: types that it names and does not exclude, of one account if it names one.

    With the calling `account` accepted requests may be among them, which are in lists and nowhere else.
    """
    wanted = params.items("types")
    excluded = params.items("exclude_types")
    kinds = [
        kind
        for name, several in TYPES.items()
        if (not wanted or name in wanted) and name not in excluded
        for kind in several
    ]
    if (not wanted or ACCEPTED in wanted) and ACCEPTED not in excluded and wants_accepted(params, account):
        kinds.append(Kind.ACCEPTED)
    of = params.text("account_id")
    everything = of is not None or params.flag("include_filtered")
    return Choice(kinds, None if of is None else as_id(of) or 0, filtered=None if everything else False)


def wants_accepted(params: Params, account: int | None) -> bool:
    """Return True if the client supports notifications of accepted requests, and the account wants them."""
    return account is not None and "supported_types" in params and settings.tells_accepted(account)


def groups_follows(params: Params) -> bool:
    """Return True if new followers are to be grouped."""
    wanted = params.items("grouped_types")
    return not wanted or "follow" in wanted


def kinds_for(params: Params | None, account: int) -> list[Kind]:
    """The kinds of notices that one notification may be of: for a client that sent `params`, or for any client."""
    told = settings.tells_accepted(account) if params is None else wants_accepted(params, account)
    return [*SHOWN, *([Kind.ACCEPTED] if told else [])]


def notification(notice: Item, account: bytes, supported: Sequence[str] = ()) -> Entity:
    """Notification (§4.5), for a client that knows the `supported` types and those that every client knows."""
    entity: Entity = {
        "id": str(notice.id),
        "type": _type(notice.kind),
        "created_at": timestamp(notice.created_at),
        "group_key": group_key(notice.id, notice.bucket),
    }
    if notice.filtered:
        entity["filtered"] = True
    if fallback := _fallback(notice.kind, account, supported):
        entity |= fallback
    entity["account"] = orjson.Fragment(account)
    if notice.domain:
        entity |= _event(notice.id, notice)
    return entity


def notification_request(notice: Item, account: bytes) -> Entity:
    """NotificationRequest: a sender that the policy keeps aside."""
    at = timestamp(notice.created_at)
    return {
        "id": str(notice.id),
        "created_at": at,
        "updated_at": at,
        "notifications_count": "1",
        "account": orjson.Fragment(account),
        "last_status": None,
    }


def envelope(
    groups: list[Group],
    *,
    grouped: bool = True,
    paged: bool = True,
    partial: bool = False,
    supported: Sequence[str] = (),
) -> HttpResponse:
    """GroupedNotificationsResults (§3.7). Of each group's accounts the newest is always whole."""
    keys = list(dict.fromkeys(actor for group in groups for actor in group.actors))
    rendered = {key.account: account for key, account in zip(keys, ACCOUNTS.of(keys), strict=True) if account}
    whole = {group.actors[0].account for group in groups} if partial else rendered.keys()
    body: Entity = {"accounts": [orjson.Fragment(account) for of, account in rendered.items() if of in whole]}
    if partial:
        others = [orjson.loads(account) for of, account in rendered.items() if of not in whole]
        body["partial_accounts"] = [{name: account[name] for name in PARTIAL} for account in others]
    body["statuses"] = []
    body["notification_groups"] = [
        _group(group, grouped, paged) | _fallback(group.kind, rendered.get(group.actors[0].account), supported)
        for group in groups
    ]
    return raw(orjson.dumps(body))


def listing(request: HttpRequest, page: Page[Item], params: Params, entity: Any, *, always_more: bool) -> HttpResponse:
    """A page of entities that each hold the notice's account."""
    accounts = ACCOUNTS.of([notice.actor for notice in page.rows])
    shown = zip(page.rows, accounts, strict=True)
    response = raw(orjson.dumps([entity(notice, account) for notice, account in shown if account]))
    return linked(response, request, page, params, more=always_more or page.full)


def linked(
    response: HttpResponse, request: HttpRequest, page: Page[Any], params: Params, *, more: bool
) -> HttpResponse:
    """The answer with its Link header, in which what was asked for is kept."""
    if link := inbox_link_header(request, page, kept(params, KEPT, LISTS), more):
        response["Link"] = link
    return response


def group_key(notice: int, bucket: int | None) -> str:
    return f"follow-{bucket}" if bucket else f"ungrouped-{notice}"


def parsed_key(key: str) -> dict[str, int]:
    """Decode a group key: the `bucket` of new followers, or one `notice`; empty for a malformed key."""
    kind, _, number = key.rpartition("-")
    name = {"follow": "bucket", "ungrouped": "notice"}.get(kind)
    found = as_id(number)
    return {name: found} if name and found else {}


def rules(params: Params) -> Rules:
    """The rules of a policy that were sent.

    :raises Invalid: when one is neither accept nor filter nor drop.
    """
    sent = {name: value for name in RULES if (value := params.text(name))}
    if faults := [Fault(name, Problem.INVALID) for name, value in sent.items() if value not in set(Rule)]:
        raise Invalid(faults)
    return sent


def _group(group: Group, grouped: bool, paged: bool) -> Entity:
    entity: Entity = {
        "group_key": group_key(group.newest, group.bucket if grouped else None),
        "notifications_count": group.size,
        "type": _type(group.kind),
        "most_recent_notification_id": group.newest,
    }
    if paged:
        entity["page_min_id"] = str(group.oldest)
        entity["page_max_id"] = str(group.newest)
        entity["latest_page_notification_at"] = timestamp(group.created_at)
    entity["sample_account_ids"] = [str(actor.account) for actor in group.actors]
    return entity | _event(group.newest, group)


def _type(kind: int) -> str:
    return NAMES.get(kind, ACCEPTED)


def _fallback(kind: int, account: bytes | None, supported: Sequence[str]) -> Entity:
    """The text for clients that do not know the type (§4.5)."""
    if kind != Kind.ACCEPTED or ACCEPTED in supported or account is None:
        return {}
    actor = orjson.loads(account)
    name = actor["display_name"] or actor["username"]
    summary = f"{name} accepted your request to follow"
    return {"fallback": {"title": "Follow request accepted", "summary": summary, "description": None}}


def _event(number: int, told: Item | Group) -> Entity:
    """RelationshipSeveranceEvent (§4.5), where ties were cut; it has the notice's id."""
    if not told.domain:
        return {}
    event = {
        "id": str(number),
        "type": "user_domain_block",
        "purged": False,
        "target_name": told.domain,
        "followers_count": told.followers_lost,
        "following_count": told.following_lost,
        "created_at": timestamp(told.created_at),
    }
    return {"event": event}
