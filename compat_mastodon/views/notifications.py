"""Notifications one by one, and how far they were read (mastodon.md §3.6, §3.8)."""

import re
from functools import partial

from django.http import HttpRequest, HttpResponse

from compat_mastodon.api import View, answer
from compat_mastodon.entities import ACCOUNTS, timestamp
from compat_mastodon.notifications import choice, kinds_for, listing, notification
from compat_mastodon.params import BadParam, Params, as_id
from follows.notices import inbox, making, markers
from follows.notices.inbox import Choice

READ, WRITE = ("read", "read:notifications"), ("write", "write:notifications")
MAX_POSITION = 2**63 - 1
POSITION = re.compile("0*([0-9]{1,19})")  # no number is made of more


class Notifications(View):
    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        page = inbox.notices(self.me, choice(self.params, self.me), self.params.window())
        entity = partial(notification, supported=self.params.items("supported_types"))
        return listing(request, page, self.params, entity, always_more=True)


class Notification(View):
    accepts = READ

    def get(self, request: HttpRequest, notice: str) -> HttpResponse:
        found = inbox.notice(self.me, Choice(kinds_for(self.params, self.me), filtered=None), as_id(notice))
        (account,) = ACCOUNTS.of([found.actor])
        return answer(notification(found, account or b"null", self.params.items("supported_types")))


class Dismiss(View):
    accepts = WRITE

    def post(self, request: HttpRequest, notice: str) -> HttpResponse:
        if not making.dismiss(self.me, [as_id(notice) or 0], kinds_for(None, self.me)):
            raise making.NoSuchNotice
        return answer({})


class Clear(View):
    accepts = WRITE

    def post(self, request: HttpRequest) -> HttpResponse:
        making.clear(self.me, kinds_for(None, self.me))
        return answer({})


class UnreadCount(View):
    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer({"count": inbox.unread(self.me, choice(self.params), self.read_up_to, self.most)})

    @property
    def most(self) -> int:
        return self.params.window(default=100, most=1000).limit

    @property
    def read_up_to(self) -> int:
        """The id of the last notification that was read, by the marker."""
        return sum(mark.last_read for mark in markers.read(self.me, ["notifications"]))


class Markers(View):
    accepts = ("read", "read:statuses")

    def get(self, request: HttpRequest) -> HttpResponse:
        return _marks(markers.read(self.me, self.params.items("timeline")))


class SetMarkers(View):
    accepts = ("write", "write:statuses")

    def post(self, request: HttpRequest) -> HttpResponse:
        return _marks(markers.move(self.me, **_positions(self.params)))


def _positions(params: Params) -> dict[str, int]:
    """The reading position of each timeline that was sent.

    :raises BadParam: when a position is no number that an id could be.
    """
    positions = {}
    for timeline in markers.TIMELINES:
        if sent := params.mapping(timeline):
            text = sent.required("last_read_id")
            found = POSITION.fullmatch(text)
            if found is None or int(found[1]) > MAX_POSITION:
                raise BadParam("last_read_id")
            positions[timeline] = int(found[1])
    return positions


def _marks(marks: list[markers.Mark]) -> HttpResponse:
    return answer(
        {
            mark.timeline: {
                "last_read_id": str(mark.last_read),
                "version": mark.version,
                "updated_at": timestamp(mark.updated_at),
            }
            for mark in marks
        }
    )
