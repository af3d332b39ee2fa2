"""Notifications with new followers in groups (mastodon.md §3.7)."""

from django.http import HttpRequest, HttpResponse

from compat_mastodon import entities
from compat_mastodon.api import Denied, View, answer, raw
from compat_mastodon.notifications import choice, envelope, groups_follows, kinds_for, linked, parsed_key
from compat_mastodon.views import notifications
from compat_mastodon.views.notifications import READ, WRITE
from follows.notices import inbox, making
from follows.notices.inbox import Choice


class Notifications(View):
    accepts = READ

    def get(self, request: HttpRequest) -> HttpResponse:
        expand = self.params.text("expand_accounts") or "full"
        if expand not in {"full", "partial_avatars"}:
            allowed = "allowed values are 'full' and 'partial_avatars'"
            raise Denied(400, f"Invalid value for 'expand_accounts': '{expand}', {allowed}")
        grouped = groups_follows(self.params)
        chosen = choice(self.params, self.me)._replace(actor=None)
        page = inbox.groups(self.me, chosen, self.params.window(), grouped=grouped)
        response = envelope(
            page.rows,
            grouped=grouped,
            partial=expand == "partial_avatars",
            supported=self.params.items("supported_types"),
        )
        return linked(response, request, page, self.params, more=True)


class UnreadCount(notifications.UnreadCount):
    def get(self, request: HttpRequest) -> HttpResponse:
        grouped = groups_follows(self.params)
        chosen = choice(self.params)._replace(actor=None)
        return answer({"count": inbox.unread_groups(self.me, chosen, self.read_up_to, self.most, grouped=grouped)})


class Group(View):
    accepts = READ

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        found = inbox.group(self.me, kinds_for(self.params, self.me), **parsed_key(key))
        return envelope(
            [found], grouped=key.startswith("follow-"), paged=False, supported=self.params.items("supported_types")
        )


class Dismiss(View):
    """Delete a group; an unknown key is not an error."""

    accepts = WRITE

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        match parsed_key(key):
            case {"bucket": bucket}:
                making.dismiss_group(self.me, bucket)
            case {"notice": notice}:
                making.dismiss(self.me, [notice], kinds_for(None, self.me))
        return answer({})


class Accounts(View):
    accepts = READ

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        named = parsed_key(key)
        window, notice = self.params.window(), named.get("notice", 0)
        if "bucket" not in named:
            window = window._replace(before=min(window.before, notice + 1), after=max(window.after, notice - 1))
        page = inbox.notices(
            self.me, Choice(kinds_for(self.params, self.me), bucket=named.get("bucket"), filtered=None), window
        )
        response = raw(entities.accounts([notice.actor for notice in page.rows]))
        return linked(response, request, page, self.params, more=page.full)
