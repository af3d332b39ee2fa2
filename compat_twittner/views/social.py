"""Following, being followed, and the requests in between (twittner.md §2.3)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.lookup import NoSuchAccount
from accounts.replicas.routing import public
from compat_twittner import cards
from compat_twittner.api import Read, Write, listing, success
from compat_twittner.refusals import Failure
from follows import graph, queries
from follows.graph import FollowResult
from follows.paging import Page, Window
from follows.queries import Key

ANSWERS = {
    FollowResult.FOLLOWED: (200, "Subscribed successfully"),
    FollowResult.REQUESTED: (201, "Subscription request sent successfully"),
    FollowResult.UNFOLLOWED: (200, "Subscription canceled successfully"),
    FollowResult.CANCELLED: (200, "Subscription request canceled successfully"),
}


class Follow(Write):
    """A toggle: follow or ask, and the other time unfollow or take back."""

    def post(self, request: HttpRequest) -> HttpResponse:
        result = graph.toggle(self.me, self.params.form.number("user_id"), self.actor)
        code, message = ANSWERS[result]
        return success(message, {"follow": result is FollowResult.FOLLOWED}, code=code)


class _People(Read):
    """A list of the people around one account, for everybody whom it is shown to."""

    signed_in = False
    refusals = {NoSuchAccount: (404, "User with this ID does not exist")}

    message: str
    read: Callable[[int, int | None, Window], Page[Key]]

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = self.params.query.number("user_id")
        if not wanted:
            raise Failure((400, "User ID is missing or invalid"))
        page = public(self.viewer, self.read, wanted, self.viewer, self.params.query.window(), about=wanted)
        return listing(self.message, cards.person_items(page, self.viewer))


class FetchFollowers(_People):
    message = "Followers fetched successfully"
    read = staticmethod(queries.followers_of)


class FetchFollowing(_People):
    message = "Following fetched successfully"
    read = staticmethod(queries.following_of)


class FollowRequests(Read):
    def get(self, request: HttpRequest) -> HttpResponse:
        page = queries.requests_to(self.me, self.params.query.window())
        return listing("Follow requiests fetched successfully", cards.requester_items(page), valid=True)


class AcceptFollow(Write):
    def post(self, request: HttpRequest) -> HttpResponse:
        graph.accept_request(self.me, self.params.form.number("req_id"), self.actor)
        return success("Subscription request successfully accepted", {"total": queries.pending_count(self.me)})


class IgnoreFollow(Write):
    def post(self, request: HttpRequest) -> HttpResponse:
        graph.reject_request(self.me, self.params.form.number("req_id"), self.actor)
        return success("Subscription request successfully deleted", {"total": queries.pending_count(self.me)})
