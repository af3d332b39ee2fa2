"""What is measured: each scene is a request, how many times bare it may cost, and how its answer is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client

from accounts import sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from compat_mastodon.oauth import tokens
from follows import graph, queries
from follows.fragments import GENERATION
from follows.models import Follow
from follows.paging import Window
from tests.benchmarks.counted import ALL
from tests.factories import AccountFactory

SCOPES = "read write follow push"
REDIRECT = "urn:ietf:wg:oauth:2.0:oob"
PAGE = 40
CHIEF = ("verify_credentials", "requests", "followers", "relationships", "Twittner requests")  # what clients ask most
SEARCH, DECISION = 300, 12  # bare pages that a search and an answer to a request may take
FOLLOWERS = 1_000  # of the popular account
FRIENDS = 200  # whom the owner follows, too
WALKED = 2 * GENERATION + 1_000  # accounts, more than the fragments of a process hold


@dataclass
class Cast:
    """Who takes part: the locked owner with a queue, somebody with followers, and their credentials."""

    owner: int
    popular: int
    crowd: list[int]
    token: str
    session: str
    deep: int  # the id of a request 5,000 places down the queue, or the last one
    last: int  # the id of the request above the last page
    oldest: int  # who has waited longest


@dataclass
class Scene:
    """`requests` are whole HTTP requests: one for a read, which is repeated, many for writes."""

    name: str
    requests: list[str]
    check: Callable[[Any], bool]
    ceiling: float | None = None  # of CPU, in bare pages
    latency: float | None = None  # until the answer with one client, in bare pages of CPU

    @property
    def target(self) -> str:
        return self.requests[0].split(" ")[1]

    @property
    def is_read(self) -> bool:
        return self.requests[0].startswith("GET")


def cast_of(owner: int, followers: int = FOLLOWERS) -> Cast:
    """Find the cast in a seeded graph, sign the owner in through both doors, let somebody be popular."""
    account = Account.objects.get(pk=owner)
    token = token_of(account)
    crowd = list(Account.objects.exclude(pk=owner).order_by("pk").values_list("pk", flat=True)[:followers])
    popular = AccountFactory(username="popular").pk
    for follower in crowd:
        graph.follow(follower, popular, Actor(follower, "test"))
    queue = queries.requests_to(owner, Window(5_000)).ids
    waiting = Follow.objects.pending().filter(target=owner).order_by("pk").values_list("pk", "follower_id")
    oldest = list(waiting[: PAGE + 1])
    session = sessions.open_session(owner, Platform.ANDROID).token
    return Cast(owner, popular, crowd[:PAGE], token, session, queue[-1], oldest[-1][0], oldest[0][1])


def befriend(cast: Cast) -> None:
    """Let the owner follow some accounts that the newest requesters follow, so that they have friends in common."""
    requesters = [key.account for key in queries.requests_to(cast.owner, Window(FRIENDS)).rows]
    followed = Follow.objects.accepted().filter(follower__in=requesters).exclude(target=cast.owner)
    for account in set(followed.values_list("target", flat=True)[:FRIENDS]):
        graph.follow(cast.owner, account, Actor(cast.owner, "test"))


def reads(cast: Cast) -> list[Scene]:
    """The pages that every client asks for on every screen, with the cost they may have."""
    me = f"Authorization: Bearer {cast.token}"
    ids = "&".join(f"id[]={account}" for account in cast.crowd)
    requests = f"/api/v1/follow_requests?limit={PAGE}"
    followers = f"/api/v1/accounts/{cast.popular}/followers?limit={PAGE}"
    people, named = "/mobile_api/search_people?query", Account.objects.get(pk=cast.crowd[0]).username
    ends = lambda answer: _forty(answer) and answer[-1]["id"] == str(cast.oldest)  # noqa: E731
    twittner = f"/mobile_api/follow_requests?page_size={PAGE}&session_id={cast.session}"
    friends = f"/api/latchkey/v1/requests?sort=friends&limit={PAGE}"
    return [
        Scene("requests", [get(requests, me)], _forty, 3.2),
        Scene("requests 5,000 deep", [get(f"{requests}&max_id={cast.deep + PAGE}", me)], _forty, 3.2),
        Scene("requests, last page", [get(f"{requests}&max_id={cast.last}", me)], ends, 3.2),
        Scene("followers", [get(followers, me)], _forty, 3.5),
        Scene("relationships", [get(f"/api/v1/accounts/relationships?{ids}", me)], _forty, 3.5),
        Scene("verify_credentials", [get("/api/v1/accounts/verify_credentials", me)], lambda own: "source" in own, 2.8),
        Scene("Twittner requests", [get(twittner)], lambda envelope: len(envelope["data"]) == PAGE, 3.2),
        Scene("queue by friends in common", [get(friends, me)], _forty, latency=SEARCH),
        Scene("people by name", [get(f"{people}={named}")], lambda found: found["code"] == 200, latency=SEARCH),
        Scene("search by name", [get(f"/api/v2/search?q={named}", me)], _some, latency=SEARCH),
        Scene("search by two letters", [get("/api/v2/search?q=an", me)], _some, latency=SEARCH),
        Scene("people by two letters", [get(f"{people}=q!")], lambda found: found["code"] == 204, latency=SEARCH),
    ]


def counted(cast: Cast) -> dict[str, list[str]]:
    """The requests whose instructions are counted, by name; writes have as many as are sent."""
    asked, told = (
        f"Authorization: Bearer {token}" for token in (cast.token, token_of(Account.objects.get(pk=cast.popular)))
    )
    session = sessions.open_session(cast.popular, Platform.ANDROID).token
    inbox = "/mobile_api/get_notifications"
    pages = {scene.name: scene.requests for scene in reads(cast) if scene.ceiling}
    return {
        "bare": [get("/bare/2000")],
        **pages,
        "notifications": [get(f"/api/v1/notifications?limit={PAGE}", told)],
        "notifications, grouped": [get(f"/api/v2/notifications?limit={PAGE}", told)],
        "Twittner notifications": [get(f"{inbox}?page_size={PAGE}&type=notifs&session_id={session}")],
        "instance": [get("/api/v2/instance")],
        "lookup": [get("/api/v1/accounts/lookup?acct=popular", asked)],
        "account": [get(f"/api/v1/accounts/{cast.popular}", asked)],
        "page of requests": [get("/requests", signed_in(cast.owner))],
        **{scene.name: scene.requests for scene in writes(cast, ALL)},
    }


def writes(cast: Cast, count: int) -> list[Scene]:
    """Accepting through each door, `count` different requests each."""
    me = f"Authorization: Bearer {cast.token}"
    queue = queries.requests_to(cast.owner, Window(2 * count))
    authorize = [post(f"/api/v1/follow_requests/{key.account}/authorize", me) for key in queue.rows[:count]]
    accept = [
        post("/mobile_api/accept_follow", form=f"session_id={cast.session}&req_id={n}") for n in queue.ids[count:]
    ]
    return [
        Scene("authorize", authorize, lambda ties: ties["followed_by"], ceiling=DECISION),
        Scene("Twittner accept", accept, lambda envelope: envelope["code"] == 200, ceiling=DECISION),
    ]


def mixed(cast: Cast, pairs: list[tuple[Account, Account]]) -> list[list[str]]:
    """For each pair a round of 25 requests, 20 of them reads, that ends as it began, through both doors.

    The second of a pair is locked: the first asks and withdraws, is accepted, leaves, asks and is rejected.
    """
    clients = []
    for requester, locked in pairs:
        me, owner = (f"Authorization: Bearer {token_of(account)}" for account in (requester, locked))
        session = sessions.open_session(requester.pk, Platform.ANDROID).token
        ids = "&".join(f"id[]={account}" for account in cast.crowd)
        pages = [
            get(f"/api/v1/follow_requests?limit={PAGE}", owner),
            get(f"/api/v1/accounts/{cast.popular}/followers?limit={PAGE}", me),
            get(f"/api/v1/accounts/relationships?{ids}", me),
            get(f"/mobile_api/fetch_followers?user_id={cast.popular}&page_size={PAGE}&session_id={session}"),
        ]
        turns = [
            post("/mobile_api/follow", form=f"session_id={session}&user_id={locked.pk}"),
            post(f"/api/v1/follow_requests/{requester.pk}/authorize", owner),
            post(f"/api/v1/accounts/{locked.pk}/unfollow", me),
            post(f"/api/v1/accounts/{locked.pk}/follow", me),
            post(f"/api/v1/follow_requests/{requester.pk}/reject", owner),
        ]
        clients.append([request for turn in turns for request in (turn, *pages)])
    return clients


def walk(cast: Cast) -> list[str]:
    """Pages of more accounts than the fragments of either door hold: a request for each page of `PAGE`.

    Through Mastodon these are all who asked the owner, whether they still wait or follow by now.
    """
    me = f"Authorization: Bearer {cast.token}"
    edges = Follow.objects.filter(target=cast.owner)
    pages = []
    for name, kind in (("follow_requests", edges.pending()), (f"accounts/{cast.owner}/followers", edges.accepted())):
        rows = list(kind.order_by("-pk").values_list("pk", flat=True)[:WALKED])
        pages += [get(f"/api/v1/{name}?limit={PAGE}&max_id={row + 1}", me) for row in rows[::PAGE]]
    people = list(Account.objects.order_by("-pk").values_list("pk", flat=True)[:WALKED])
    search = f"/mobile_api/search_people?query=%20&page_size={PAGE}"
    return pages + [get(f"{search}&offset={account + 1}") for account in people[::PAGE]]


def token_of(account: Account) -> str:
    """A Mastodon token, by way of the flow that issues it."""
    application, _ = tokens.register(name="Benchmark", redirect_uris=[REDIRECT], scope=SCOPES, website="")
    code = tokens.issue_code(application, account, REDIRECT, SCOPES, "")
    return tokens.exchange(code, application, REDIRECT, "")[1]


def _some(answer: Any) -> bool:
    return bool(answer["accounts"])


def _forty(answer: Any) -> bool:
    return len(answer) == PAGE


def signed_in(account: int) -> str:
    """The header of a browser in which this account has signed in."""
    browser = Client()
    browser.force_login(Account.objects.get(pk=account))
    return f"Cookie: {settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def get(target: str, *headers: str) -> str:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""])


def post(target: str, *headers: str, form: str = "") -> str:
    kind = "Content-Type: application/x-www-form-urlencoded"
    length = f"Content-Length: {len(form)}"
    return "\r\n".join([f"POST {target} HTTP/1.1", "Host: 127.0.0.1", kind, length, *headers, "", form])
