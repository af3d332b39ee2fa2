"""Finding people: by ids, by search, in the directory, by suggestion, by friends (mastodon.md §3.2, §3.4)."""

import orjson
from django.http import HttpRequest, HttpResponse

from accounts.replicas.routing import public
from compat_mastodon import entities
from compat_mastodon.addresses import handle_at
from compat_mastodon.api import Caller, Denied, View, answer, raw
from compat_mastodon.params import BadPaging, TooManyIds, as_id
from follows import marks, queries
from follows.finding import discovery
from follows.queries import Key

MOST_IDS = 40
DEPRECATED_V1 = "@1621123200"


class Accounts(View):
    accepts = ("read", "read:accounts")
    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = set(self.params.ids("id"))
        if len(wanted) > MOST_IDS:
            raise TooManyIds
        about = self.viewer if self.viewer in wanted else None
        found = public(self.viewer, queries.people, sorted(wanted), about=about)
        return answer([entities.account(person) for person in found])


class Search(View):
    accepts = ("read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(self.viewer, self._found)

    def _found(self) -> HttpResponse:
        found = discovery.find(
            self.params.text("q") or "",
            self.me,
            self.params.part(40, 80),
            only_followed=self.params.flag("following") or False,
        )
        return raw(entities.accounts(found))


class SearchEverything(View):
    """This server holds accounts alone; the other kinds are empty."""

    accepts = ("read", "read:search")
    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest) -> HttpResponse:
        text, part = self.params.required("q"), self.params.part(20, 40)
        text = handle_at(text) or text
        if self.params.is_negative("limit") or self.params.is_negative("offset"):
            raise BadPaging
        if self.viewer is None:
            self._refuse_to_strangers()
        return public(self.viewer, self._found, text, part)

    def _found(self, text: str, part: discovery.Slice) -> HttpResponse:
        accounts: list[Key] = []
        if self.params.text("type") in {None, "", "accounts"}:
            following = self.viewer is not None and (self.params.flag("following") or False)
            accounts = discovery.find(text, self.viewer, part, only_followed=following)
        return answer({"accounts": _embedded(accounts), "statuses": [], "hashtags": [], "collections": []})

    def _refuse_to_strangers(self) -> None:
        if self.params.text("offset"):
            raise Denied(401, "Search queries pagination is not supported without authentication")
        if self.params.flag("resolve"):
            raise Denied(401, "Search queries that resolve remote resources are not supported without authentication")


class Directory(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(self.viewer, self._found)

    def _found(self) -> HttpResponse:
        found = discovery.directory(
            self.viewer,
            self.params.part(40, 80),
            newest=self.params.text("order") == "new",
            only_local=self.params.flag("local") or False,
        )
        return raw(entities.accounts(found))


class FamiliarFollowers(View):
    accepts = ("read", "read:follows")

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(self.viewer, self._found)

    def _found(self) -> HttpResponse:
        found = discovery.familiar_followers(self.me, self.params.ids("id"))
        rendered = entities.rendered(key for keys in found.values() for key in keys)
        return answer(
            [
                {"id": str(account), "accounts": [rendered[key] for key in keys if key in rendered]}
                for account, keys in found.items()
            ]
        )


class SuggestionsV1(View):
    accepts = ("read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(self.viewer, self._found)

    def _found(self) -> HttpResponse:
        response = raw(entities.accounts(discovery.suggestions(self.me, self.params.part(40, 80))))
        response["Deprecation"] = DEPRECATED_V1
        return response


class SuggestionsV2(View):
    accepts = ("read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        return public(self.viewer, self._found)

    def _found(self) -> HttpResponse:
        found = entities.fragments(discovery.suggestions(self.me, self.params.part(40, 80)))
        return answer(
            [
                {
                    "source": "past_interactions",
                    "sources": ["friends_of_friends"],
                    "account": orjson.Fragment(account),
                }
                for account in found
            ]
        )


class DismissSuggestion(View):
    accepts = ("write", "write:accounts")

    def delete(self, request: HttpRequest, account: str) -> HttpResponse:
        marks.dismiss(self.me, as_id(account))
        return answer({})


def _embedded(keys: list[Key]) -> orjson.Fragment:
    """Accounts as a part of a larger answer."""
    return orjson.Fragment(entities.accounts(keys))
