"""The lists of a member's gate: accounts that are approved in advance, and accounts that are kept out."""

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import lookup
from accounts.domains import NotADomain
from accounts.lookup import NoSuchAccount
from accounts.validation import Invalid
from follows import bulk
from follows.gate import approvals, kept_out
from follows.gate.approvals import Approved as Approval
from follows.gate.kept_out import Entry
from follows.pages.caller import PAGE, actor, me
from follows.pages.filters import Chosen
from follows.pages.forms import ApproveForm, KeepOutForm
from follows.pages.lists import List, Row, Rows, dated
from follows.pages.people import Face, faces_of
from follows.pages.trail import Trail
from follows.policy import SelfFollow

_NAME_ALONE = """<span class="avatar" aria-hidden="true"></span><div class="who"><h2><bdi class="name">{}</bdi></h2>\
<p class="quiet">{}</p></div>"""


class Approved(List):
    name = "approved"
    group = "requests"
    title = _("Approved in advance")
    lead = _(
        "These people may follow you once without asking. They are not told. If one of them has asked "
        "already, you approve the request now."
    )
    empty = _("You have not approved anybody in advance")
    icon = "person-check"
    verb = _("Withdraw")
    verbs = {"withdraw": _("Withdraw selected")}
    more = "follows/pages/approve.html"

    def rows(self, member: int, form: Chosen, trail: Trail) -> Rows:
        found = approvals.found_by(member, form.values.get("q", ""), trail.after, PAGE)
        people = faces_of(one.account for one in found.rows)
        return Rows([self._row(one, people.get(one.account or 0)) for one in found.rows], found.after)

    @staticmethod
    def _row(one: Approval, face: Face | None) -> Row:
        until = dated(_("Until %(day)s"), one.until) if one.until else format_html("{}", _("No end"))
        html = face.html if face else format_html(_NAME_ALONE, f"@{one.handle}", _("No account here yet"))
        return Row(one.id, face.name if face else one.handle, html, until)

    def get(self, request: HttpRequest, status: int = 200, **context: Form) -> HttpResponse:
        context.setdefault("asked", ApproveForm())
        return super().get(request, status, **context)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "handles" not in request.POST:
            return super().post(request)
        form = ApproveForm(request.POST)
        if form.is_valid():
            handles, until = form.cleaned_data["handles"], form.cleaned_data["until"]
            try:
                made = approvals.approve(me(request), handles, until, actor(request))
            except SelfFollow:
                form.add_error("handles", gettext("You cannot approve yourself."))
            except Invalid:
                form.add_error("handles", gettext("You keep one of these accounts out. Stop that first."))
            else:
                text = ngettext(
                    "You approved %(number)d account in advance.",
                    "You approved %(number)d accounts in advance.",
                    len(made),
                )
                return self.done(request, text, len(made))
        return self.get(request, 422, asked=form)

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        count = bulk.withdraw(me(request), ids)
        text = ngettext("You withdrew %(number)d approval.", "You withdrew %(number)d approvals.", count)
        return self.done(request, text, count)


class KeptOut(List):
    name = "kept_out"
    group = "requests"
    title = _("Kept out")
    lead = _(
        "You do not see requests of these accounts and servers, and nobody is told. "
        "If you stop keeping them out, you see their requests again."
    )
    empty = _("You do not keep anybody out")
    icon = "shield"
    verb = _("Stop keeping out")
    verbs = {"let_in": _("Stop keeping selected out")}
    more = "follows/pages/keep_out.html"

    def rows(self, member: int, form: Chosen, trail: Trail) -> Rows:
        found = kept_out.found_by(member, form.values.get("q", ""), trail.after, PAGE)
        people = faces_of(one.account for one in found.rows)
        return Rows(
            [self._row(one, people.get(one.account or 0)) for one in found.rows if one.domain or one.account in people],
            found.after,
        )

    @staticmethod
    def _row(one: Entry, face: Face | None) -> Row:
        html = face.html if face else format_html(_NAME_ALONE, one.domain, _("Everybody on this server"))
        return Row(one.id, face.name if face else one.domain, html, dated(_("Kept out since %(day)s"), one.since))

    def get(self, request: HttpRequest, status: int = 200, **context: Form) -> HttpResponse:
        context.setdefault("asked", KeepOutForm())
        return super().get(request, status, **context)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "who" not in request.POST:
            return super().post(request)
        form = KeepOutForm(request.POST)
        if form.is_valid():
            who = form.cleaned_data["who"]
            try:
                if "." in who and "@" not in who:
                    kept_out.keep_server_out(me(request), who, actor(request))
                else:
                    account = lookup.by_handle(who, settings.LOCAL_DOMAIN)
                    kept_out.keep_out(me(request), account, actor(request))
            except SelfFollow:
                form.add_error("who", gettext("This is your own account."))
            except (NoSuchAccount, NotADomain):
                form.add_error("who", gettext("There is no such account or server. Write @name, or server.example."))
            else:
                messages.success(request, gettext("Done. Nobody is told."))
                return HttpResponseRedirect(request.path)
        return self.get(request, 422, asked=form)

    def do(self, request: HttpRequest, verb: str, ids: list[int]) -> HttpResponse:
        count = bulk.let_in(me(request), ids)
        text = ngettext("You no longer keep %(number)d out.", "You no longer keep %(number)d out.", count)
        return self.done(request, text, count)
