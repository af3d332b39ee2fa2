"""The lists of a member: each has a search, pages by keyset, and an action for one row or for the selected ones."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views import View

from accounts.pages.parts import part
from accounts.pages.shell import PageView, render_page
from follows import blocks_and_mutes, bulk, deciding, followers
from follows.followers import Place
from follows.pages import undo_bar
from follows.pages.caller import PAGE, actor, me, members_page, next_page
from follows.pages.filters import Chosen, Filters, PeopleFilters, Search, people_filter
from follows.pages.forms import MOST_DAYS, number, numbers
from follows.pages.people import day, faces
from follows.pages.trail import Trail
from follows.queries import Key

Text = str | Promise


def of(kind: "type[List]") -> PageView:
    """The page of a list."""
    return members_page(kind.as_view())


class Row(NamedTuple):
    """One row: the value of its tick, the name for labels, and two parts of HTML."""

    value: int
    name: str
    html: SafeString
    detail: SafeString


class Rows(NamedTuple):
    """The rows of a page, and the place behind which the next one begins; None at the end."""

    rows: list[Row]
    after: int | Sequence[int] | None


class List(View):
    """A list. `verbs` are the names and labels of what can be done with ticked rows; one row has the first."""

    name: ClassVar[str]
    group: ClassVar[str] = "people"
    title: ClassVar[Text]
    lead: ClassVar[Text] = ""
    empty: ClassVar[Text]
    icon: ClassVar[str] = "people"
    filters: ClassVar[type[Filters]] = Search
    verb: ClassVar[Text]
    verbs: ClassVar[dict[str, Text]]
    more: ClassVar[str] = ""  # the template of what is above the rows

    def rows(self, member: int, form: Chosen, trail: Trail) -> Rows:
        raise NotImplementedError

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        raise NotImplementedError

    def get(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        form, trail = self.filters.read(request.GET), Trail.of(request)
        found = self.rows(me(request), form, trail)
        return render_page(
            request,
            "follows/pages/list",
            status=status,
            section={"requests": "requests"}.get(self.group, self.name),
            list=self,
            rows=found.rows,
            form=form,
            filtered=bool(form.values),
            tabs=part("follows/pages/tabs", group=self.group, here=self.name),
            trail=trail,
            next=trail.next(found.after),
            told=undo_bar.told(request, me(request)),
            **context,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        only, verb = number(request.POST.get("only")), request.POST.get("ticked", "")
        if only:
            return self.do(request, next(iter(self.verbs)), [only])
        ids = numbers(request.POST, "row")
        if verb in self.verbs and ids:
            return self.do(request, verb, ids)
        return HttpResponseRedirect(next_page(request, self.name))

    def done(self, request: HttpRequest, text: str, count: int) -> HttpResponse:
        """Back to the list with a message about what was done."""
        messages.success(request, text % {"number": count})
        return HttpResponseRedirect(next_page(request, self.name))


class Followers(List):
    name = "followers"
    title = _("Followers")
    empty = _("Nobody follows you yet")
    filters = PeopleFilters
    verb = _("Remove")
    verbs = {"remove": _("Remove selected"), "keep_out": _("Remove selected and keep out")}
    read = staticmethod(followers.followers)
    since: ClassVar[Text] = _("Has followed you since %(day)s")

    def rows(self, member: int, form: Chosen, trail: Trail) -> Rows:
        chosen, sort = people_filter(form)
        place = trail.place(2)
        found = self.read(member, chosen, sort, Place(*place) if place else None, PAGE)
        details = {one.account: self._detail(one) for one in found.followers}
        return Rows(_people([(one.account.account, one.account) for one in found.followers], details), found.after)

    def _detail(self, one: followers.Follower) -> SafeString:
        since = dated(self.since, one.since)
        if one.last_active_on is None:
            return since
        active = gettext("last active on %(day)s") % {"day": day(one.last_active_on)}
        return format_html("{} · {}", since, SafeString(active))

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        keep_out = verb == "keep_out"
        found = deciding.remove_followers(me(request), ids, actor(request), keep_out=keep_out)
        return undo_bar.back(request, found, self.name)


class Following(Followers):
    name = "following"
    title = _("Following")
    empty = _("You do not follow anybody yet")
    verb = _("Unfollow")
    verbs = {"unfollow": _("Unfollow selected")}
    read = staticmethod(followers.following)
    since = _("You have followed them since %(day)s")

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        count = bulk.unfollow(me(request), ids, actor(request))
        text = ngettext("You unfollowed %(number)d account.", "You unfollowed %(number)d accounts.", count)
        return self.done(request, text, count)


class Sent(List):
    name = "sent"
    group = "requests"
    title = _("Requests that you sent")
    empty = _("No requests are waiting")
    icon = "inbox"
    verb = _("Take back")
    verbs = {"cancel": _("Take selected back")}
    more = "follows/pages/sent_older.html"

    def rows(self, member: int, form: Chosen, trail: Trail) -> Rows:
        found = followers.sent(member, trail.after, PAGE, form.values.get("q", ""))
        details = {
            one.account: format_html(
                "{}{}",
                dated(_("Waiting since %(day)s"), one.asked_at),
                format_html('<span class="said" dir="auto">{}</span>', one.note) if one.note else "",
            )
            for one in found.rows
        }
        return Rows(_people([(one.id, one.account) for one in found.rows], details), found.after)

    def post(self, request: HttpRequest) -> HttpResponse:
        if days := min(number(request.POST.get("older_than_days")), MOST_DAYS):
            return undo_bar.back(request, deciding.cancel_older(me(request), days, actor(request)), self.name)
        return super().post(request)

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        return undo_bar.back(request, deciding.cancel_requests(me(request), ids, actor(request)), self.name)


class Blocks(List):
    name = "blocks"
    title = _("Blocked accounts")
    lead = _("A block ends all ties between you and an account, and neither can follow the other.")
    empty = _("You have not blocked anybody")
    icon = "ban"
    verb = _("Unblock")
    verbs = {"unblock": _("Unblock selected")}
    read: ClassVar[Callable[..., Any]] = staticmethod(blocks_and_mutes.blocks)

    def rows(self, member: int, form: Chosen, trail: Trail) -> Rows:
        found = self.read(member, form.values.get("q", ""), trail.after, PAGE)
        details = {one.account: self.detail(one) for one in found.rows}
        return Rows(_people([(one.account.account, one.account) for one in found.rows], details), found.after)

    def detail(self, one: blocks_and_mutes.Marked) -> SafeString:
        return dated(_("Blocked since %(day)s"), one.since)

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        count = bulk.unblock(me(request), ids, actor(request))
        text = ngettext("You unblocked %(number)d account.", "You unblocked %(number)d accounts.", count)
        return self.done(request, text, count)


class Mutes(Blocks):
    name = "mutes"
    title = _("Muted accounts")
    lead = _("You get no notices from a muted account. The account is not told.")
    empty = _("You have not muted anybody")
    icon = "mute"
    verb = _("Unmute")
    verbs = {"unmute": _("Unmute selected")}
    read = staticmethod(blocks_and_mutes.mutes)

    def detail(self, one: blocks_and_mutes.Marked) -> SafeString:
        since = dated(_("Muted since %(day)s"), one.since)
        return format_html("{} · {}", since, dated(_("until %(day)s"), one.until)) if one.until else since

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        count = bulk.unmute(me(request), ids)
        text = ngettext("You unmuted %(number)d account.", "You unmuted %(number)d accounts.", count)
        return self.done(request, text, count)


def dated(text: Text, moment: Any) -> SafeString:
    """A text with its day, which is HTML."""
    return SafeString(str(text) % {"day": day(moment)})


def _people(wanted: Sequence[tuple[int, Key]], details: dict[Key, SafeString]) -> list[Row]:
    """A row for each of these values and accounts; deleted accounts are left out."""
    found = faces(key for _, key in wanted)
    return [
        Row(value, found[key.account].name, found[key.account].html, details[key])
        for value, key in wanted
        if key.account in found
    ]
