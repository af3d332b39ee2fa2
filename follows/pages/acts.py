"""The actions of a member on one person: an address for each verb, and the pages to ask and to report."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.access import Actor
from accounts.pages.shell import render_page
from accounts.validation import clean_text
from follows import deciding, graph, marks, queries, reports
from follows.deciding import Batched, Verdict
from follows.gate import settings as gates
from follows.graph import FollowResult
from follows.pages import undo_bar
from follows.pages.caller import actor, me, members_page, next_page
from follows.pages.forms import AskForm, ReportForm
from follows.pages.profile import local_person

TOLD = {
    FollowResult.FOLLOWED: _("You follow this account now."),
    FollowResult.REQUESTED: _("You asked to follow this account. Its owner decides."),
    FollowResult.UNFOLLOWED: _("You no longer follow this account."),
    FollowResult.CANCELLED: _("You took your request back."),
}
ACTS: dict[str, tuple[Callable[[int, int, Actor], FollowResult | object], str | Promise]] = {
    "follow": (graph.follow, ""),
    "unfollow": (graph.unfollow, ""),
    "block": (graph.block, _("You block this account now.")),
    "unblock": (graph.unblock, _("You no longer block this account.")),
    "mute": (lambda member, other, _by: marks.mute(member, other), _("You mute this account now.")),
    "unmute": (lambda member, other, _by: marks.unmute(member, other), _("You no longer mute this account.")),
}
DECISIONS: dict[str, Callable[[int, int, Actor], Batched]] = {
    "cancel": lambda member, other, by: deciding.cancel(member, [other], by),
    "remove": lambda member, other, by: deciding.remove_followers(member, [other], by),
    "accept": lambda owner, other, by: deciding.decide_accounts(owner, Verdict.ACCEPT, [other], by),
    "reject": lambda owner, other, by: deciding.decide_accounts(owner, Verdict.REJECT, [other], by),
    "keep_out": lambda owner, other, by: deciding.decide_accounts(owner, Verdict.REJECT, [other], by, keep_out=True),
}


@members_page
@require_POST
def act(request: HttpRequest, account: int, verb: str) -> HttpResponse:
    """Do one thing with one account, and go back to where the button was."""
    other = queries.person(account).id
    if verb in DECISIONS:
        return undo_bar.back(request, DECISIONS[verb](me(request), other, actor(request)), "requests")
    if verb not in ACTS:
        raise Http404
    do, text = ACTS[verb]
    result = do(me(request), other, actor(request))
    if said := (TOLD.get(result, "") if isinstance(result, FollowResult) else text):
        messages.success(request, str(said))
    return HttpResponseRedirect(next_page(request, "requests"))


@members_page
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """The owner's text to read first, and the form for a note to the owner."""
    person = local_person(name)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = clean_text(form.cleaned_data["note"])
        result = graph.follow(me(request), person.id, actor(request), note=note)
        if said := TOLD.get(result):
            messages.success(request, str(said))
        return HttpResponseRedirect(reverse("profile", args=[person.username]))
    return render_page(
        request,
        "follows/pages/ask",
        status=422 if form.errors else 200,
        person=person,
        name=person.display_name or person.username,
        read_first=gates.of(person.id).read_first,
        form=form,
    )


@members_page
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Tell the moderators about an account."""
    person = local_person(name)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, comment = form.cleaned_data["reason"], form.cleaned_data["comment"]
        reports.report(me(request), person.id, reason, comment, actor(request))
        messages.success(request, str(_("Thank you. The moderators will look at it.")))
        return HttpResponseRedirect(reverse("profile", args=[person.username]))
    return render_page(
        request,
        "follows/pages/report",
        status=422 if form.errors else 200,
        person=person,
        name=person.display_name or person.username,
        form=form,
    )
