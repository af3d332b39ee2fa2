"""The ways to the graph as drivers with the same verbs: the domain itself, and a client of each dialect.

A verb takes the accounts' ids and says whether it was done; False is a refusal. `ties` is how one
account sees itself stand to others.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.test import Client

from accounts import people, sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from accounts.refused import Refused
from follows import graph, queries, relationships
from follows.notices import inbox
from follows.notices.inbox import Choice
from follows.notices.making import Kind
from follows.paging import Window
from tests.compat_mastodon.conftest import Mastodon as MastodonClient
from tests.compat_mastodon.conftest import token_for

Tie = tuple[int, str, int]  # who does what to whom

NO_REQUEST = 2**31 - 1
NEWS = {Kind.REQUESTED: "asks", Kind.FOLLOWED: "follows", Kind.JOINED: "follows", Kind.ACCEPTED: "accepts"}


class Domain:
    """The functions behind both doors. A dialect without a word for a verb inherits it from here."""

    name = "domain"
    both_ways = True  # whether one sees what others do to oneself, too
    news = {"asks", "follows", "accepts"}  # what there are notifications of

    def follow(self, me: int, other: int) -> bool:
        return done(graph.follow, me, other, self.actor(me))

    def unfollow(self, me: int, other: int) -> bool:
        return done(graph.unfollow, me, other, by=self.actor(me))

    def accept(self, me: int, other: int) -> bool:
        return done(graph.accept, me, other, self.actor(me))

    def reject(self, me: int, other: int) -> bool:
        return done(graph.reject, me, other, self.actor(me))

    def remove(self, me: int, other: int) -> bool:
        return done(graph.remove_follower, me, other, self.actor(me))

    def block(self, me: int, other: int) -> bool:
        return done(graph.block, me, other, self.actor(me))

    def unblock(self, me: int, other: int) -> bool:
        return done(graph.unblock, me, other, self.actor(me))

    def lock(self, me: int) -> bool:
        return done(graph.change_profile, me, self.actor(me), locked=True)

    def unlock(self, me: int) -> bool:
        return done(graph.change_profile, me, self.actor(me), locked=False)

    def open_quietly(self, me: int) -> bool:
        """Opens without a word to those who wait."""
        return done(people.change, me, locked=False)

    def ties(self, me: int, others: Iterable[int]) -> set[Tie]:
        ties: set[Tie] = set()
        for found in relationships.many(me, others):
            ties |= doing(me, found.id, found.following, found.requested, found.blocking)
            ties |= doing(found.id, me, found.followed_by, found.requested_by, found.blocked_by)
        return ties

    def requesters(self, me: int) -> list[int]:
        return [key.account for key in queries.requests_to(me, Window(40)).rows]

    def followers(self, me: int) -> list[int]:
        return [key.account for key in queries.followers_of(me, me, Window(40)).rows]

    def following(self, me: int) -> list[int]:
        return [key.account for key in queries.following_of(me, me, Window(40)).rows]

    def counts(self, me: int) -> tuple[int, int]:
        """Followers and following."""
        person = queries.person(me)
        return person.followers or 0, person.following or 0

    def told(self, me: int) -> set[tuple[str, int]]:
        """What there is among one's notifications: who did what."""
        found = inbox.notices(me, Choice(tuple(NEWS)), Window(40))
        return {(NEWS[Kind(notice.kind)], notice.actor.account) for notice in found.rows}

    def actor(self, me: int) -> Actor:
        return Actor(me, self.name)


class Mastodon(Domain):
    """A Mastodon client per account."""

    name = "mastodon"
    news = {"asks", "follows"}

    def __init__(self) -> None:
        self._clients: dict[int, MastodonClient] = {}

    def follow(self, me: int, other: int) -> bool:
        return self._post(me, f"accounts/{other}/follow")

    def unfollow(self, me: int, other: int) -> bool:
        return self._post(me, f"accounts/{other}/unfollow")

    def accept(self, me: int, other: int) -> bool:
        return self._post(me, f"follow_requests/{other}/authorize")

    def reject(self, me: int, other: int) -> bool:
        return self._post(me, f"follow_requests/{other}/reject")

    def remove(self, me: int, other: int) -> bool:
        return self._post(me, f"accounts/{other}/remove_from_followers")

    def lock(self, me: int, locked: bool = True) -> bool:
        response = self._client(me).patch("/api/v1/accounts/update_credentials", {"locked": locked})
        return bool(response.status_code == 200)

    def unlock(self, me: int) -> bool:
        return self.lock(me, locked=False)

    def ties(self, me: int, others: Iterable[int]) -> set[Tie]:
        ties: set[Tie] = set()
        for entity in self._get(me, "accounts/relationships?" + "&".join(f"id[]={other}" for other in others)):
            other = int(entity["id"])
            ties |= doing(me, other, entity["following"], entity["requested"], entity["blocking"])
            ties |= doing(other, me, entity["followed_by"], entity["requested_by"], entity["blocked_by"])
        return ties

    def requesters(self, me: int) -> list[int]:
        return [int(entity["id"]) for entity in self._get(me, "follow_requests")]

    def followers(self, me: int) -> list[int]:
        return [int(entity["id"]) for entity in self._get(me, f"accounts/{me}/followers")]

    def following(self, me: int) -> list[int]:
        return [int(entity["id"]) for entity in self._get(me, f"accounts/{me}/following")]

    def counts(self, me: int) -> tuple[int, int]:
        entity = self._get(me, "accounts/verify_credentials")
        return entity["followers_count"], entity["following_count"]

    def told(self, me: int) -> set[tuple[str, int]]:
        words = {"follow_request": "asks", "follow": "follows"}
        return {(words[entity["type"]], int(entity["account"]["id"])) for entity in self._get(me, "notifications")}

    def _client(self, me: int) -> MastodonClient:
        if me not in self._clients:
            self._clients[me] = MastodonClient(token_for(Account.objects.get(pk=me)))
        return self._clients[me]

    def _post(self, me: int, path: str) -> bool:
        response = self._client(me).post(f"/api/v1/{path}")
        assert response.status_code in {200, 403, 404}, response.content
        return bool(response.status_code == 200)

    def _get(self, me: int, path: str) -> Any:
        response = self._client(me).get(f"/api/v1/{path}")
        assert response.status_code == 200, response.content
        return response.json()


class Twittner(Domain):
    """A Twittner phone per account. It names requests by the ids that its owner saw in the queue."""

    name = "twittner"
    both_ways = False

    def __init__(self) -> None:
        self._http = Client()
        self._phones: dict[int, str] = {}
        self._seen: dict[tuple[int, int], int] = {}

    def follow(self, me: int, other: int) -> bool:
        return self._post(me, "follow", user_id=other)

    def unfollow(self, me: int, other: int) -> bool:
        """The follow button toggles; it is pressed only where it shows that one follows or has asked."""
        return not self._does(me, other) & {"follows", "asks"} or self._post(me, "follow", user_id=other)

    def accept(self, me: int, other: int) -> bool:
        return self._post(me, "accept_follow", req_id=self._request(me, other))

    def reject(self, me: int, other: int) -> bool:
        return self._post(me, "ignore_follow", req_id=self._request(me, other))

    def block(self, me: int, other: int) -> bool:
        """A toggle as well, pressed only where it shows that one does not block."""
        return "blocks" in self._does(me, other) or self._post(me, "block_user", user_id=other)

    def unblock(self, me: int, other: int) -> bool:
        return "blocks" not in self._does(me, other) or self._post(me, "block_user", user_id=other)

    def lock(self, me: int, follow_privacy: str = "approved") -> bool:
        settings = self._get(me, "get_priv_settings")["data"] | {
            "search_visibility": "Y",
            "follow_privacy": follow_privacy,
        }
        return self._post(me, "set_priv_settings", **settings)

    def unlock(self, me: int) -> bool:
        return self.lock(me, "everyone")

    def ties(self, me: int, others: Iterable[int]) -> set[Tie]:
        ties: set[Tie] = set()
        for other in others:
            user = self._get(me, "profile", user_id=other)["data"]["user"]
            ties |= doing(me, other, user["is_following"], user["follow_requested"], user["is_blocked_profile"])
        return ties

    def _does(self, me: int, other: int) -> set[str]:
        return {word for _, word, _ in self.ties(me, [other])}

    def requesters(self, me: int) -> list[int]:
        items = self._get(me, "follow_requests")["data"]
        self._seen |= {(me, item["id"]): item["offset_id"] for item in items}
        return [item["id"] for item in items]

    def followers(self, me: int) -> list[int]:
        return [item["id"] for item in self._get(me, "fetch_followers", user_id=me)["data"]]

    def following(self, me: int) -> list[int]:
        return [item["id"] for item in self._get(me, "fetch_following", user_id=me)["data"]]

    def counts(self, me: int) -> tuple[int, int]:
        profile = self._get(me, "profile", user_id=me)["data"]
        return profile["follower_count"], profile["following_count"]

    def _request(self, me: int, other: int) -> int:
        """The request of `other` as I saw it last, or else one that is not mine to answer."""
        self.requesters(me)
        foreign = (request for (_, requester), request in self._seen.items() if requester == other)
        return self._seen.get((me, other)) or next(foreign, NO_REQUEST)

    def _token(self, me: int) -> str:
        if me not in self._phones:
            self._phones[me] = sessions.open_session(me, Platform.ANDROID).token
        return self._phones[me]

    def _post(self, me: int, endpoint: str, **form: Any) -> bool:
        body = {"session_id": self._token(me)} | form
        answer = self._http.post(f"/mobile_api/{endpoint}", body).json()
        assert answer["code"] in {200, 201, 400}, answer
        return bool(answer["code"] != 400)

    def _get(self, me: int, endpoint: str, **query: Any) -> Any:
        answer = self._http.get(f"/mobile_api/{endpoint}", {"session_id": self._token(me)} | query).json()
        assert answer["code"] in {200, 204}, answer
        return answer


def done(act: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    try:
        act(*args, **kwargs)
    except Refused:
        return False
    return True


def doing(one: int, other: int, follows: bool, asks: bool, blocks: bool) -> set[Tie]:
    flags = {"follows": follows, "asks": asks, "blocks": blocks}
    return {(one, word, other) for word, flag in flags.items() if flag}
