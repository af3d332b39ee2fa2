"""Changes of your relationship with another account (mastodon.md §3.3). All answer with the Relationship."""

from contextlib import suppress
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import limits, lookup
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon import entities
from compat_mastodon.api import View, raw
from compat_mastodon.params import Params, as_id, to_int
from follows import graph, marks, policy, relationships


class Change(View):
    """One verb on one account."""

    accepts: ClassVar[tuple[str, ...]] = ("follow", "write", "write:follows")

    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        other = lookup.confirmed(as_id(account))
        self.change(other)
        return raw(entities.relationship(relationships.one(self.me, other)))

    def change(self, other: int) -> None:
        raise NotImplementedError


class Follow(Change):
    """New follows and requests are limited by the day; changing the options of one costs nothing (§5.7)."""

    def change(self, other: int) -> None:
        graph.follow(self.me, other, self.actor, **follow_options(self.params))
        if settings.RATE_LIMITS:
            left = limits.look(limits.FOLLOWS, self.me)
            if left.remaining <= int(self.headers["X-RateLimit-Remaining"]):
                self.tell(left)


class Unfollow(Change):
    def change(self, other: int) -> None:
        graph.unfollow(self.me, other, self.actor)


class RemoveFromFollowers(Change):
    def change(self, other: int) -> None:
        graph.remove_follower(self.me, other, self.actor)


class Block(Change):
    accepts = ("follow", "write", "write:blocks")

    def change(self, other: int) -> None:
        with suppress(policy.SelfFollow):  # no error here
            graph.block(self.me, other, self.actor)


class Unblock(Change):
    accepts = ("follow", "write", "write:blocks")

    def change(self, other: int) -> None:
        graph.unblock(self.me, other, self.actor)


class Mute(Change):
    accepts = ("follow", "write", "write:mutes")

    def change(self, other: int) -> None:
        notices_too = self.params.flag("notifications")
        marks.mute(
            self.me,
            other,
            notices_too=True if notices_too is None else notices_too,
            seconds=to_int(self.params.text("duration") or ""),
        )


class Unmute(Change):
    accepts = ("follow", "write", "write:mutes")

    def change(self, other: int) -> None:
        marks.unmute(self.me, other)


class Endorse(Change):
    accepts = ("write", "write:accounts")

    def change(self, other: int) -> None:
        marks.endorse(self.me, other)


class Unendorse(Change):
    accepts = ("write", "write:accounts")

    def change(self, other: int) -> None:
        marks.unendorse(self.me, other)


class Note(Change):
    accepts = ("write", "write:accounts")

    def change(self, other: int) -> None:
        marks.write_note(self.me, other, self.params.text("comment") or "")


def follow_options(params: Params) -> graph.Options:
    """Return the options in the request as columns of the edge; other columns stay.

    :raises Invalid: when a language code is not valid.
    """
    options = graph.Options()
    if (reblogs := params.flag("reblogs")) is not None:
        options["show_reblogs"] = reblogs
    if (notify := params.flag("notify")) is not None:
        options["notify"] = notify
    if "languages" in params:
        options["languages"] = [language for language in params.items("languages") if language]
        if not all(graph.LANGUAGE.fullmatch(language) for language in params.items("languages") if language):
            raise Invalid([Fault("languages", Problem.INVALID)])
    return options
