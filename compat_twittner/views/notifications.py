"""Notifications, and the devices for push messages (twittner.md §2.5)."""

from django.http import HttpRequest, HttpResponse

from accounts import devices
from compat_twittner import cards
from compat_twittner.api import Read, Write, listing, success
from compat_twittner.entities import SUBJECTS
from compat_twittner.refusals import NOTHING_TOLD, Failure
from compat_twittner.views.authentication import PLATFORMS
from follows.models import Notice
from follows.notices import inbox, making
from follows.notices.inbox import Choice

KINDS = {"notifs": list(map(Notice.Kind, SUBJECTS)), "mentions": []}  # nobody is mentioned where nobody posts
TOKEN_LENGTHS = range(50, 251)


class GetNotifications(Read):
    """Marks what it returns as seen, after reading: this answer still calls it new."""

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds = KINDS.get(self.params.query.text("type"))
        if kinds is None:
            raise Failure((400, "The type of notification is missing or invalid. Please check your details"))
        told = inbox.notices(self.me, Choice(kinds), self.params.query.window(default=15)).rows
        items = cards.notification_items(told, self.me)
        making.mark_seen(self.me, [notice.id for notice in told if not notice.seen])
        return listing("Fetched successfully", items, end=NOTHING_TOLD)


class DeleteNotifications(Write):
    def post(self, request: HttpRequest) -> HttpResponse:
        ids = self.params.form.numbers("scope")
        if not ids:
            raise Failure((400, "Notification IDs are missing or invalid"))
        making.dismiss(self.me, ids)
        return success("Notifications deleted successfully")


class SavePushToken(Write):
    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        token, platform = form.text("token"), PLATFORMS.get(form.text("type"))
        if len(token) not in TOKEN_LENGTHS:
            raise Failure((400, "Incorrect token value"))
        if platform is None:
            raise Failure((400, "Incorrect device type value"))
        devices.register(self.me, platform, token)
        return success("Notification token saved")
