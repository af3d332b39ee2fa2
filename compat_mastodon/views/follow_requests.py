"""Requests to follow me (mastodon.md §2). The id in a path is the requester's account."""

from django.http import HttpRequest, HttpResponse

from accounts.lookup import NoSuchAccount
from compat_mastodon import entities
from compat_mastodon.api import View, raw
from compat_mastodon.params import as_id
from follows import graph, queries, relationships


class FollowRequests(View):
    accepts = ("follow", "read", "read:follows")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.accounts(request, queries.requests_to(self.me, self.params.window()))


class Outgoing(View):
    """The requests of mine that wait; no key says more about them than that they do."""

    accepts = ("follow", "read", "read:follows")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.accounts(request, queries.requests_of(self.me, self.params.window()))


class Authorize(View):
    accepts = ("follow", "write", "write:follows")
    decide = staticmethod(graph.accept)

    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        requester = as_id(account)
        if requester is None:
            raise NoSuchAccount
        self.decide(self.me, requester, self.actor)
        return raw(entities.relationship(relationships.one(self.me, requester)))


class Reject(Authorize):
    decide = staticmethod(graph.reject)
