"""Lists of people that you follow (mastodon.md §3.4). Lists of others are not found."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.lookup import NoSuchAccount
from compat_mastodon import entities
from compat_mastodon.api import View, answer
from compat_mastodon.params import Params, as_id
from follows import blocks_and_mutes, lists, queries

READ, WRITE = ("read", "read:lists"), ("write", "write:lists")


class Lists(View):
    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer([entities.list_(found) for found in lists.of(self.me)])


class Create(View):
    accepts = WRITE

    def post(self, request: HttpRequest) -> HttpResponse:
        return answer(entities.list_(lists.create(self.me, **{"title": ""} | columns(self.params))))


class List(View):
    accepts = READ

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        return answer(entities.list_(lists.one(self.me, as_id(pk))))


class Change(View):
    accepts = WRITE

    def put(self, request: HttpRequest, pk: str) -> HttpResponse:
        return answer(entities.list_(lists.change(self.me, as_id(pk), **columns(self.params))))


class Delete(View):
    accepts = WRITE

    def delete(self, request: HttpRequest, pk: str) -> HttpResponse:
        lists.delete(self.me, as_id(pk))
        return answer({})


class Members(View):
    accepts = READ

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        found = lists.one(self.me, as_id(pk))
        return self.accounts(request, blocks_and_mutes.members_of(found.pk, self.params.window(all_at_once=True)))


class AddMembers(View):
    accepts = WRITE

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        members = [as_id(item) for item in self.params.items("account_ids")]
        if None in members:
            raise NoSuchAccount
        lists.add(self.me, as_id(pk), [member for member in members if member])
        return answer({})


class RemoveMembers(View):
    accepts = WRITE

    def delete(self, request: HttpRequest, pk: str) -> HttpResponse:
        lists.remove(self.me, as_id(pk), self.params.ids("account_ids"))
        return answer({})


class ListsHolding(View):
    """My lists on which an account is."""

    accepts = READ

    def get(self, request: HttpRequest, account: str) -> HttpResponse:
        person = queries.person(as_id(account))
        found = [] if person.suspended_at else lists.of(self.me, holding=person.id)
        return answer([entities.list_(each) for each in found])


def columns(params: Params) -> dict[str, Any]:
    """Return the sent values of a list. Other values stay unchanged."""
    found: dict[str, Any] = {
        name: text for name in ("title", "replies_policy") if (text := params.text(name)) is not None
    }
    if (exclusive := params.flag("exclusive")) is not None:
        found["exclusive"] = exclusive
    return found
