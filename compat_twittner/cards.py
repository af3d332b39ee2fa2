"""People in lists (twittner.md §2.3): a card that is rendered once, between what only this viewer sees."""

from collections.abc import Callable, Sequence
from typing import TypedDict

import orjson

from accounts.pictures import still_avatar_url
from accounts.replicas.routing import public
from compat_twittner import countries
from compat_twittner.entities import acct, follow_privacy, full_name, notification, notifier, url
from follows import relationships
from follows.finding import discovery
from follows.fragments import Fragments
from follows.notices.inbox import Item
from follows.paging import Page
from follows.queries import Key, Person, people


class Card(TypedDict):
    """The part of a list item that is the same for all viewers: the documented keys, then those of version 1.3."""

    id: int
    about: str
    followers: int
    posts: int
    avatar: str
    last_active: str
    username: str
    fname: str
    lname: str
    email: str
    verified: str
    follow_privacy: str
    name: str
    url: str
    website: str
    following: int
    country_id: int
    country_a2c: str
    country_name: str


def card(person: Person) -> Card:
    """Return a person in a list; a suspended one is blank. It never has an e-mail address."""
    blank = person.suspended_at is not None
    first, last = ("", "") if blank else (person.first_name, person.last_name)
    country = countries.of(person.country)
    return {
        "id": person.id,
        "about": "" if blank else " ".join(person.note.splitlines()),
        "followers": person.followers or 0,
        "posts": 0,
        "avatar": still_avatar_url("" if blank else person.avatar),
        "last_active": f"{person.last_active_at:%d %b, %y %I:%M %p}",
        "username": f"@{acct(person)}",
        "fname": first,
        "lname": last,
        "email": "",
        "verified": str(person.verification),
        "follow_privacy": follow_privacy(person),
        "name": full_name(person),
        "url": url(person),
        "website": "" if blank else person.website,
        "following": person.following or 0,
        "country_id": country.number,
        "country_a2c": country.code,
        "country_name": country.name,
    }


def rendered(person: Person) -> bytes:
    """A card without its braces, to be put between other keys."""
    return orjson.dumps(card(person))[1:-1]


def _rendered_notifier(actor: Person) -> bytes:
    """The end of a notification, to be put behind what else it has."""
    return b"," + orjson.dumps(notifier(actor))[1:]


CARDS = Fragments(people, rendered)
NOTIFIERS = Fragments(people, _rendered_notifier, generation=1_000)
Around = Callable[[int, int], tuple[bytes, bytes]]  # row id, account id -> JSON before and after the card


def requester_items(page: Page[Key]) -> list[bytes]:
    """Items of follow_requests; `offset_id` is the request."""
    return [
        b'{"offset_id":%d,%b,"pending_req":true}' % (row, card_)
        for row, card_ in zip(page.ids, CARDS.of(page.rows), strict=True)
        if card_ is not None
    ]


def person_items(page: Page[Key], viewer: int | None) -> list[bytes]:
    """Items of fetch_followers and fetch_following; `offset_id` is the row of the follow."""
    seen = _seen_by(viewer, page)
    return _items(page, lambda row, account: (_cursor(row), b"," + orjson.dumps(seen(account))[1:]))


def found_items(page: Page[Key], viewer: int | None) -> list[bytes]:
    """Items of search_people, which page by the account's own id."""
    seen = _seen_by(viewer, page)
    return _items(page, lambda _, account: (b"{", b"," + orjson.dumps(seen(account))[1:]))


def notification_items(told: Sequence[Item], recipient: int) -> list[bytes]:
    """Items of get_notifications, without those of accounts deleted just now. One query."""
    actors = [item.actor for item in told]
    found = {person.id: person for person in people([recipient, *NOTIFIERS.missing(actors)])}
    if recipient not in found:
        return []
    language = found[recipient].language
    notifiers = NOTIFIERS.of(actors, lambda ids: [found[account] for account in ids if account in found])
    return [
        orjson.dumps(notification(item, recipient, language))[:-1] + actor
        for item, actor in zip(told, notifiers, strict=True)
        if actor is not None
    ]


def _cursor(row: int) -> bytes:
    return b'{"offset_id":%d,' % row


def _items(page: Page[Key], around: Around) -> list[bytes]:
    """Each card between what stands before and after it; cards of accounts deleted just now fall out."""
    items = []
    for row, key, card_ in zip(page.ids, page.rows, CARDS.of(page.rows), strict=True):
        if card_ is not None:
            before, after = around(row, key.account)
            items.append(before + card_ + after)
    return items


class Friend(TypedDict):
    """An account that the viewer follows, and that follows the person of the card."""

    avatar: str
    fname: str
    lname: str
    username: str
    name: str
    url: str


class Seen(TypedDict):
    """The relationship of the viewer to an account. All false without a viewer."""

    is_following: bool
    follow_requested: bool
    is_user: bool
    common_follows: list[Friend]


def _seen_by(viewer: int | None, page: Page[Key]) -> Callable[[int], Seen]:
    """Return the part of each list item that depends on the viewer. Two queries, none for an empty page."""
    accounts = [key.account for key in page.rows]
    ties = {tie.id: tie for tie in relationships.many(viewer, accounts)} if viewer else {}
    friends = public(viewer, discovery.friends_in_common, viewer, accounts) if viewer else {}

    def seen(account: int) -> Seen:
        tie = ties.get(account)
        return {
            "is_following": tie is not None and bool(tie.following),
            "follow_requested": tie is not None and bool(tie.requested),
            "is_user": account == viewer,
            "common_follows": [_friend(person) for person in friends.get(account, ())],
        }

    return seen


def _friend(person: Person) -> Friend:
    return {
        "avatar": still_avatar_url(person.avatar),
        "fname": person.first_name,
        "lname": person.last_name,
        "username": f"@{acct(person)}",
        "name": full_name(person),
        "url": url(person),
    }
