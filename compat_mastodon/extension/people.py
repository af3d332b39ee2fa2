"""Asking with a note, the requests that I made, and my followers."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from accounts.validation import clean_text
from compat_mastodon import entities as mastodon
from compat_mastodon.api import raw
from compat_mastodon.extension import batches, entities
from compat_mastodon.extension.api import View, Write, answer, number
from compat_mastodon.extension.requests import MOST_DAYS, MOST_TEXT
from compat_mastodon.extension.validation import flag, identity, many, one_of, one_way, text, whole
from follows import deciding, followers, graph, relationships
from follows.models.edges import MAX_NOTE


class Ask(Write):
    """Follow an account, or ask to, with a note that only its owner sees. An open account ignores the note."""

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        note = self.read(note=text(MAX_NOTE)).get("note")
        graph.follow(self.me, number(pk), self.actor, note=note and clean_text(note))
        return raw(mastodon.relationship(relationships.one(self.me, number(pk))))


class Sent(View):
    """The requests of yours that wait, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = followers.sent(self.me, self.behind("sent"), self.limit)
        return self.paged(request, entities.sent(found.rows), "sent", found.after)


class Cancel(Write):
    """Take back your requests: by their ids, by accounts, or all that are older than some days, 500 in one call."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(requests=many(identity), accounts=many(identity), older_than_days=whole(0, MOST_DAYS))
        match one_way(sent, "requests", "accounts", "older_than_days"):
            case "requests":
                size, cancel = len(sent["requests"]), partial(deciding.cancel_requests, self.me, sent["requests"])
            case "accounts":
                size, cancel = len(sent["accounts"]), partial(deciding.cancel, self.me, sent["accounts"])
            case _:
                size, cancel = deciding.MOST, partial(deciding.cancel_older, self.me, sent["older_than_days"])
        return answer(entities.batch(batches.take(size, partial(cancel, self.actor))))


class Followers(View):
    """Your followers, with filters."""

    def get(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(
            dormant_days=whole(0, MOST_DAYS),
            mutual=flag,
            bot=flag,
            limited=flag,
            q=text(MOST_TEXT),
            sort=one_of(followers.Sort),
        )
        sort, words = sent.pop("sort", followers.Sort.NEWEST), sent.pop("q", "")
        cursor, chosen = self.cursor(sort, 2), followers.Filter(**sent, text=words)
        found = followers.followers(self.me, chosen, sort, followers.Place(*cursor) if cursor else None, self.limit)
        return self.paged(request, entities.followers(found.followers), sort, found.after)


class Remove(Write):
    """Remove up to 500 followers, each on its own; with `keep_out` their later requests are hidden."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sent = self.read("accounts", accounts=many(identity), keep_out=flag)
        accounts = sent.pop("accounts")
        work = partial(deciding.remove_followers, self.me, accounts, self.actor, **sent)
        return answer(entities.batch(batches.take(len(accounts), work)))
