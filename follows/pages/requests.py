"""The follow requests of a member: list them, decide on one, some or all of them, and undo."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reselect, reswap, retarget

from accounts.lookup import MAX_ID
from accounts.pages.parts import part
from accounts.pages.shell import STREAMS, render_page
from follows import deciding, queries, queue
from follows.deciding import Batched, NoSuchDecision, Result, Verdict
from follows.pages import undo_bar
from follows.pages.caller import PAGE, actor, is_htmx, me, members_page, next_page
from follows.pages.cards import cards
from follows.pages.filters import QueueFilters, queue_filter
from follows.pages.forms import number, numbers
from follows.pages.trail import Trail
from follows.queue import Place

# With the script, what a form leads to replaces the queue, what is told about it, and the counts.
SWAP = mark_safe(
    'hx-target="#queue" hx-select="#queue" hx-swap="outerHTML" hx-select-oob="#undo:innerHTML,#count,#count-requests"'
)
STREAM = f"{STREAMS}/api/v1/streaming/page"  # it tells the page that there is something new
VERDICTS = {
    "accept": (Verdict.ACCEPT, False),
    "reject": (Verdict.REJECT, False),
    "keep_out": (Verdict.REJECT, True),  # and hide later requests
}


@members_page
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The requests that wait."""
    form, trail = QueueFilters.read(request.GET), Trail.of(request)
    chosen, sort = queue_filter(form)
    place = trail.place(3)
    found = queue.requests(me(request), chosen, sort, Place(*place) if place else None, PAGE)
    at_the_top = chosen == queue.Filter() and sort is queue.Sort.NEWEST and place is None
    newest = found.requests[0].id if at_the_top and found.requests else 0
    count = queue.count(me(request), chosen)
    response = render_page(
        request,
        "follows/pages/requests",
        tabs=part("follows/pages/tabs", group="requests", here="requests"),
        tools=part("follows/pages/ticked"),
        all=part("follows/pages/all", count=count, query=trail.query),
        keys=part("follows/pages/keys"),
        cards=cards(me(request), found.requests),
        count=count,
        most=queue.COUNTED,
        newest=newest or queue.newest(me(request)),
        stream=STREAM,
        form=form,
        filtered=chosen != queue.Filter(),
        trail=trail,
        next=trail.next(found.after),
        told=undo_bar.told(request, me(request)),
        swap=SWAP,
        waiting=queries.pending_count(me(request)) if is_htmx(request) else 0,
    )
    if chosen.seen is None and (unseen := [one.id for one in found.requests if not one.seen]):
        queue.mark_seen(me(request), unseen)
    return response


@members_page
@require_safe
def newer(request: HttpRequest) -> HttpResponse:
    """The number of requests since the page was made, for the part of the page that polls."""
    than = number(request.GET.get("than"))
    return render(request, "follows/pages/newer.html", {"new": queue.newer(me(request), than), "swap": SWAP})


@members_page
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Decide the request that the button names, with the account that asks, or those that are ticked."""
    one = next((name for name in VERDICTS if name in request.POST), "")
    pk, _dash, account = request.POST.get(one, "").partition("-")
    ids = [number(pk)] if one else numbers(request.POST, "request")
    name = one or request.POST.get("ticked", "")
    if name not in VERDICTS or not ids:
        return HttpResponseRedirect(next_page(request, "requests"))
    verdict, keep_out = VERDICTS[name]
    found = deciding.decide_requests(me(request), verdict, ids, actor(request), keep_out=keep_out)
    gone = number(account) if one and found.outcomes[0].result is Result.GONE else 0
    if one and is_htmx(request):
        return _in_its_card(request, ids[0], found, gone)
    return undo_bar.back(request, found, "requests", gone)


@members_page
def decide_all(request: HttpRequest) -> HttpResponse:
    """Ask whether all requests that the filters leave shall be decided, and then decide them, as many as fit a batch.

    Requests that came since it was asked are left alone.
    """
    name = request.POST.get("verdict") or request.GET.get("verdict", "")
    chosen, _sort = queue_filter(QueueFilters.read(request.GET))
    newest = number(request.POST.get("newest")) if request.method == "POST" else MAX_ID
    ids = queue.matching(me(request), chosen, newest)
    if name not in VERDICTS or not ids:
        return HttpResponseRedirect(next_page(request, "requests"))
    verdict, keep_out = VERDICTS[name]
    if request.method == "POST":
        found = deciding.decide_requests(me(request), verdict, ids, actor(request), keep_out=keep_out)
        return undo_bar.back(request, found, "requests")
    return render_page(
        request,
        "follows/pages/decide_all",
        title=_QUESTIONS[name](len(ids)) % {"number": len(ids)},
        verb=_VERBS[name],
        verdict=name,
        newest=ids[0],
        number=len(ids),
        more=queue.count(me(request), chosen) - len(ids),
        queue=reverse("requests") + (f"?{query}" if (query := _filters(request)) else ""),
    )


@members_page
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take a decision back, or a batch of them."""
    batch, decision = number(request.POST.get("batch")), number(request.POST.get("decision"))
    try:
        if batch:
            return undo_bar.back(request, deciding.undo_batch(me(request), batch, actor(request)), "requests")
        outcome = deciding.undo(me(request), decision, actor(request))
    except NoSuchDecision:
        raise Http404 from None
    if outcome.result is Result.RESTORED:
        messages.success(request, _("Undone."))
    return undo_bar.back(request, Batched(0, [outcome]), "history")


def _filters(request: HttpRequest) -> str:
    """The filters of a list in the address of another page."""
    query = request.GET.copy()
    query.pop("verdict", None)
    return query.urlencode()


def _in_its_card(request: HttpRequest, pk: int, found: Batched, gone: int) -> HttpResponse:
    """Replace the card by nothing, or by the state of the request if it is gone; and show the bar.

    After the last request that the filters leave comes the whole page.
    """
    trail = Trail(next_page(request, "requests"), ())
    chosen, _sort = queue_filter(QueueFilters.read(QueryDict(urlsplit(trail.path).query)))
    count = queue.count(me(request), chosen)
    if not count and not gone:
        return undo_bar.back(request, found, "requests")
    context = {
        "now": undo_bar.now(me(request), gone) if gone else "",
        "card": f"r{pk}",
        "told": None if gone else undo_bar.about(me(request), found),
        "count": count,
        "waiting": queries.pending_count(me(request)),
        "swap": SWAP,
        "trail": trail,
    }
    response = render(request, "follows/pages/decided.html", context)
    return reselect(reswap(retarget(response, f"#r{pk}"), "outerHTML"), ".gone")


_VERBS = {"accept": gettext_lazy("Approve"), "reject": gettext_lazy("Reject"), "keep_out": gettext_lazy("Keep out")}
_QUESTIONS = {
    "accept": lambda number: ngettext("Approve %(number)d request?", "Approve %(number)d requests?", number),
    "reject": lambda number: ngettext("Reject %(number)d request?", "Reject %(number)d requests?", number),
    "keep_out": lambda number: ngettext(
        "Reject %(number)d request, and keep the requester out?",
        "Reject %(number)d requests, and keep the requesters out?",
        number,
    ),
}
