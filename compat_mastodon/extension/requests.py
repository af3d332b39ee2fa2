"""The queue of requests, decisions on many requests, undo, and the history."""

from functools import partial

from django.http import HttpRequest, HttpResponse

from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.extension import batches, entities
from compat_mastodon.extension.api import View, Write, answer, number
from compat_mastodon.extension.validation import among, flag, identity, many, one_of, one_way, text, whole
from follows import deciding, history, queue
from follows.deciding import Verdict

MOST_DAYS = 36_500
MOST_TEXT = 500  # characters that are sought


class Requests(View):
    """The requests that wait for you. `X-Total-Count` counts what the filters leave, up to 10,000."""

    def get(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(
            sort=one_of(queue.Sort),
            reason=many(among(entities.REASONS)),
            followed=flag,
            min_friends=whole(0, 99),
            q=text(MOST_TEXT),
            older_than_days=whole(0, MOST_DAYS),
            seen=flag,
        )
        sort = sent.pop("sort", queue.Sort.NEWEST)
        renamed = {"reason": "reasons", "q": "text"}
        chosen = queue.Filter(**{renamed.get(name, name): value for name, value in sent.items()})
        cursor = self.cursor(sort, 3)
        found = queue.requests(self.me, chosen, sort, queue.Place(*cursor) if cursor else None, self.limit)
        response = self.paged(request, entities.requests(self.me, found.requests), sort, found.after)
        response["X-Total-Count"] = str(queue.count(self.me, chosen))
        return response


class Request(View):
    """One request that waits for you."""

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        return answer(entities.requests(self.me, [queue.request(self.me, number(pk))])[0])


class Seen(Write):
    """You have looked at these requests. Unknown ids are ignored."""

    def post(self, request: HttpRequest) -> HttpResponse:
        queue.mark_seen(self.me, self.read("requests", requests=many(identity))["requests"])
        return answer({})


class Decide(Write):
    """Accept or reject up to 500 requests, named by their ids or by the accounts that ask; each on its own."""

    def post(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(
            "verdict", verdict=one_of(Verdict), requests=many(identity), accounts=many(identity), keep_out=flag
        )
        way, verdict, keep_out = one_way(sent, "requests", "accounts"), sent["verdict"], sent.get("keep_out", False)
        if keep_out and verdict is Verdict.ACCEPT:
            raise Invalid([Fault("keep_out", Problem.INVALID)])
        decide = deciding.decide_requests if way == "requests" else deciding.decide_accounts
        work = partial(decide, self.me, verdict, sent[way], self.actor, keep_out=keep_out)
        return answer(entities.batch(batches.take(len(sent[way]), work)))


class Undo(Write):
    """Take a decision back within a day, while nothing else happened to the pair."""

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        return answer(entities.outcome(deciding.undo(self.me, number(pk), self.actor)))


class UndoBatch(Write):
    """Take back every decision of a batch."""

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        work = partial(deciding.undo_batch, self.me, number(pk), self.actor)
        return answer(entities.batch(batches.take(deciding.MOST, work)))


class Decisions(View):
    """The log of decisions about people who ask or follow you, and about your own requests."""

    def get(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(account=identity, kind=many(among(entities.KINDS)), mine=flag)
        chosen = history.Filter(sent.get("account"), sent.get("kind", ()), sent.get("mine"))
        found = history.history(self.me, chosen, self.behind("decisions"), self.limit)
        return self.paged(request, entities.decisions(found.rows), "decisions", found.after)
