"""The JSON shapes of this dialect (mastodon.md §4): one function each, keys in the reference's order.

A function that takes a `Person`, an `Own` or a model only shapes it. One that takes keys returns the rendered accounts
of `Fragments`, which loads new ones in one query.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings

from accounts import joining, markup
from accounts.moderators import Role
from accounts.pictures import avatar_url, header_url, still_avatar_url
from compat_mastodon.models import Application, PushSubscription
from compat_mastodon.push import webpush
from follows.blocks_and_mutes import Muted
from follows.fragments import Fragments
from follows.models import List, Reason, Report
from follows.queries import Key, Own, OwnKey, Person, own, people
from follows.relationships import Relationship

Entity = dict[str, Any]
DEFAULT_ROLE = {
    "id": "-99",
    "name": "",
    "permissions": "0",
    "color": "",
    "highlighted": False,
    "collection_limit": 0,
}
REPORTS, USERS, DELETION = 0x10, 0x400, 0x80000  # Mastodon's bits of what a role may: those that this API serves
ROLES: dict[Role, dict[str, Any]] = {
    Role.MEMBER: DEFAULT_ROLE,
    Role.MODERATOR: DEFAULT_ROLE | {"id": "1", "name": "Moderator", "permissions": str(REPORTS | USERS)},
    Role.ADMINISTRATOR: DEFAULT_ROLE
    | {"id": "2", "name": "Administrator", "permissions": str(REPORTS | USERS | DELETION)},
}
RELATIONSHIP = b'{"id":"'  # its beginning
NO_FEATURING = {"automatic": [], "manual": [], "current_user": "denied"}  # there are no collections to be put into


def account(person: Person, **attributes: Any) -> Entity:
    """Account (§4.1). A suspended account is a blank card.

    `attributes` are those that a kind of account has besides; lists of other entities follow them (§4).
    """
    base = settings.BASE_URL
    suspended = person.suspended_at is not None
    local = not person.domain
    avatar, header = "" if suspended else person.avatar, header_url("" if suspended else person.header)
    entity: Entity = {
        "id": str(person.id),
        "username": person.username,
        "acct": person.username if local else f"{person.username}@{person.domain}",
        "display_name": "" if suspended else person.display_name,
        "locked": person.locked and not suspended,
        "bot": person.bot and not suspended,
        "discoverable": False if suspended else person.discoverable,
        "indexable": person.indexable and not suspended,
        "group": False,
        "created_at": f"{person.created_at:%Y-%m-%d}T00:00:00.000Z",
        "note": "" if suspended else markup.paragraphs(person.note, person.note_mentions),
        "url": markup.profile_address(person.username, person.domain),
        "uri": f"{base}/ap/users/{person.id}" if local else f"https://{person.domain}/users/{person.username}",
        "avatar": avatar_url(avatar),
        "avatar_static": still_avatar_url(avatar),
        "avatar_description": "" if suspended else person.avatar_description,
        "header": header,
        "header_static": header,
        "header_description": "" if suspended else person.header_description,
        "followers_count": person.followers or 0,
        "following_count": person.following or 0,
        "statuses_count": 0,
        "last_status_at": None,
        "hide_collections": person.hide_collections,
        "show_media": person.show_media is not False,
        "show_media_replies": person.show_media_replies is not False,
        "show_featured": person.show_featured is not False,
    }
    if suspended:
        entity["suspended"] = True
    if person.limited and not suspended:
        entity["limited"] = True
    if local:
        entity["noindex"] = person.noindex
    entity["feature_approval"] = NO_FEATURING
    entity |= attributes
    entity["emojis"] = []
    if local:
        entity["roles"] = []
    fields = [] if suspended else person.fields
    entity["fields"] = [field(item, markup.field(item["value"], person.fields_mentions)) for item in fields]
    return entity


def credential_account(own: Own) -> Entity:
    """CredentialAccount (§4.2): the account as its owner gets it."""
    person = own.person
    source = {
        "privacy": own.source.get("privacy") or ("private" if person.locked else "public"),
        "sensitive": own.source.get("sensitive", False),
        "language": own.source.get("language"),
        "note": person.note,
        "fields": [field(item, item["value"]) for item in person.fields],
        "follow_requests_count": own.waiting,
        "hide_collections": person.hide_collections,
        "discoverable": person.discoverable,
        "indexable": person.indexable,
        "attribution_domains": own.source.get("attribution_domains", []),
        "quote_policy": own.source.get("quote_policy", "public"),
    }
    return account(person, source=source) | {"role": ROLES[own.role]}


def own_account(key: OwnKey) -> bytes:
    """CredentialAccount as JSON."""
    (found,) = OWN.of([key])
    assert found is not None  # noqa: S101  # `own` raises for nobody
    return found


def accounts(keys: Sequence[Key]) -> bytes:
    """A list of Accounts as JSON."""
    return array(fragments(keys))


def array(parts: list[bytes]) -> bytes:
    """A list of rendered parts as JSON, for which each is copied once: a page of accounts has 40 KB."""
    if not parts:
        return b"[]"
    parts[0] = b"[" + parts[0]
    parts[-1] += b"]"
    return b",".join(parts)


def fragments(keys: Sequence[Key]) -> list[bytes]:
    """Accounts as JSON, one by one, without those deleted just now."""
    return list(filter(None, ACCOUNTS.of(keys)))


def rendered(keys: Iterable[Key]) -> dict[Key, orjson.Fragment]:
    """Return accounts as parts of larger answers, fetched together."""
    wanted = list(dict.fromkeys(keys))
    return {
        key: orjson.Fragment(found) for key, found in zip(wanted, ACCOUNTS.of(wanted), strict=True) if found is not None
    }


def muted_accounts(rows: Sequence[Muted]) -> bytes:
    """A list of MutedAccounts (§4.3) as JSON."""
    members = []
    for account, (_, expires_at) in zip(ACCOUNTS.of([row.key for row in rows]), rows, strict=True):
        if account is not None:
            attributes, lists, rest = account.partition(b',"emojis":')  # in a text the quotes would be escaped
            until = orjson.dumps(expires_at and timestamp(expires_at))
            members.append(b"".join((attributes, b',"mute_expires_at":', until, lists, rest)))
    return array(members)


def list_(found: List) -> Entity:
    """List (§3.4)."""
    return {
        "id": str(found.pk),
        "title": found.title,
        "replies_policy": found.replies_policy,
        "exclusive": found.exclusive,
    }


REASONS = {  # by the category of a report
    "spam": Reason.SPAM,
    "legal": Reason.INAPPROPRIATE,
    "violation": Reason.INAPPROPRIATE,
    "other": Reason.OTHER,
}


def report(made: Report, category: str, target: Person) -> Entity:
    """Report, as who made it gets it."""
    return {
        "id": str(made.pk),
        "action_taken": False,
        "action_taken_at": None,
        "category": category,
        "comment": made.comment,
        "forwarded": False,
        "created_at": timestamp(made.created_at),
        "status_ids": [],
        "collection_ids": [],
        "rule_ids": list(map(str, made.rule_ids)) if made.rule_ids else None,
        "target_account": account(target),
    }


def rules() -> list[Entity]:
    """The rules of this server, as clients show them to people who sign up."""
    return [{"id": str(rule.pk), "text": rule.text, "hint": rule.hint, "translations": {}} for rule in joining.rules()]


def preferences(own: Own) -> Entity:
    """Preferences (§3.1): the defaults for new posts, and constants for reading."""
    source = credential_account(own)["source"]
    return {
        "posting:default:visibility": source["privacy"],
        "posting:default:sensitive": source["sensitive"],
        "posting:default:language": source["language"],
        "posting:default:quote_policy": source["quote_policy"],
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }


def field(item: dict[str, str], value: str) -> Entity:
    return {"name": item["name"], "value": value, "verified_at": None}


def relationships(found: Sequence[tuple[Any, ...]]) -> bytes:
    """A list of Relationships (§4.4) as JSON, from tuples in the order of `Relationship`."""
    if not found:
        return b"[]"
    ids, *ways = zip(*found, strict=True)
    parts = [b"}," + RELATIONSHIP] * (3 * len(ids) + 1)
    parts[0], parts[-1] = b"[" + RELATIONSHIP, b"}]"
    parts[1::3] = orjson.dumps(ids)[1:-1].split(b",")
    parts[2::3] = map(_but_id, *ways)
    return b"".join(parts)


def relationship(ties: Relationship) -> bytes:
    """Relationship (§4.4), with all of its 16 keys, as JSON."""
    return relationships([ties])[1:-1]


@lru_cache(2_000)  # most people stand to each other in one of a few ways
def _but_id(*way: Any) -> bytes:
    """What stands between the digits of its id and its last bracket."""
    ties = Relationship(0, *way)
    return orjson.dumps(
        {
            "id": "",
            "following": ties.following,
            "showing_reblogs": ties.show_reblogs,
            "notifying": ties.notify,
            "languages": ties.languages,
            "followed_by": ties.followed_by,
            "blocking": ties.blocking,
            "blocked_by": ties.blocked_by,
            "muting": ties.muting,
            "muting_notifications": ties.muting_notices,
            "muting_expires_at": ties.muting_expires_at and f"{ties.muting_expires_at:%Y-%m-%dT%H:%M:%SZ}",
            "requested": ties.requested,
            "requested_by": ties.requested_by,
            "domain_blocking": ties.domain_blocking,
            "endorsed": ties.endorsed,
            "note": ties.note or "",
        }
    )[len(RELATIONSHIP) : -1]


def application(client: Application) -> Entity:
    """Application (§4.7)."""
    return {
        "id": str(client.pk),
        "name": client.name,
        "website": client.website or None,
        "scopes": client.scopes.split(),
        "redirect_uris": client.redirect_uris.split(),
        "vapid_key": webpush.public_key(),
        "redirect_uri": client.redirect_uris,
    }


def credential_application(client: Application, secret: str) -> Entity:
    """CredentialApplication (§4.7): a client with its secret, which is shown only once."""
    return application(client) | {
        "client_id": client.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }


def push_subscription(subscription: PushSubscription) -> Entity:
    """WebPushSubscription (§3.8); its id is a number."""
    return {
        "id": subscription.pk,
        "endpoint": subscription.endpoint,
        "standard": subscription.standard,
        "alerts": subscription.alerts,
        "server_key": webpush.public_key(),
        "policy": subscription.policy,
    }


def timestamp(moment: datetime) -> str:
    """A moment as clients insist on it: UTC with three digits of fraction (§0.2).

    `isoformat` would take several times as long.
    """
    return f"{orjson.dumps(moment)[1:20].decode()}.{moment.microsecond // 1000:03}Z"


def _rendered(person: Person) -> bytes:
    return orjson.dumps(account(person))


def _rendered_own(own: Own) -> bytes:
    return orjson.dumps(credential_account(own))


ACCOUNTS = Fragments(people, _rendered)
OWN = Fragments(lambda accounts: map(own, accounts), _rendered_own, generation=500)
