"""How other software finds this server and the people on it (mastodon.md §4.11, §6.8), and their pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from accounts import census, lookup
from accounts.lookup import NoSuchAccount
from accounts.pages.shell import page, render_page
from accounts.pictures import avatar_url, header_url
from compat_mastodon.addresses import handle_at
from compat_mastodon.api import Caller, View, answer
from compat_mastodon.entities import html, linked
from follows import queries
from follows.queries import Person

NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.0"
HOST_META = f"""<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" template="{settings.BASE_URL}/.well-known/webfinger?resource={{uri}}"/>
</XRD>
"""


class Discovery(View):
    """Nobody has to say who is asking, and nobody is counted."""

    caller = Caller.NOBODY
    limited = False


class NodeInfoLinks(Discovery):
    def get(self, request: Request) -> HttpResponse:
        return answer({"links": [{"rel": NODEINFO, "href": f"{settings.BASE_URL}/nodeinfo/2.0"}]})


class NodeInfo(Discovery):
    """The name is this software's own; `upstream` says whose clients it is for (§6.8)."""

    def get(self, request: Request) -> HttpResponse:
        users = {"total": census.local_count()}
        users |= {"activeMonth": census.active_count(30), "activeHalfyear": census.active_count(180)}
        return answer(
            {
                "version": "2.0",
                "software": {"name": "latchkey", "version": settings.VERSION},
                "protocols": [],  # nothing federates
                "services": {"outbound": [], "inbound": []},
                "usage": {"users": users, "localPosts": 0},
                "openRegistrations": settings.REGISTRATIONS_OPEN,
                "metadata": {
                    "nodeName": settings.SITE_NAME,
                    "nodeDescription": settings.SITE_DESCRIPTION,
                    "upstream": {"name": "mastodon"},
                    "latchkey": 1,
                },
            }
        )


class HostMeta(Discovery):
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(HOST_META, content_type="application/xrd+xml; charset=utf-8")


class Health(Discovery):
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse("OK", content_type="text/plain; charset=utf-8")


class WebFinger(Discovery):
    def get(self, request: Request) -> HttpResponse:
        person = _local(_named(self.params.required("resource")))
        url = f"{settings.BASE_URL}/@{person.username}"
        profile = {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": url}
        response = answer(
            {
                "subject": f"acct:{person.username}@{settings.LOCAL_DOMAIN}",
                "aliases": [url],
                "links": [profile, {"rel": "http://webfinger.net/rel/avatar", "href": avatar_url(person.avatar)}],
            }
        )
        response["Content-Type"] = "application/jrd+json; charset=utf-8"
        return response


@page
@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    """Show the public profile of a local account."""
    try:
        person = _local(name)
    except NoSuchAccount:
        hint = {
            "title": "Account not found",
            "description": "There is no account with this name here.",
            "hint": "Check the spelling.",
        }
        return render_page(request, "accounts/pages/error", status=404, **hint)
    return render_page(
        request,
        "compat_mastodon/profile",
        person=person,
        name=person.display_name or person.username,
        handle=f"{person.username}@{settings.LOCAL_DOMAIN}",
        avatar=avatar_url(person.avatar),
        header=header_url(person.header),
        note=mark_safe(html(person.note)),  # noqa: S308  # it is escaped there
        fields=[field | {"value": mark_safe(linked(field["value"]))} for field in person.fields],  # noqa: S308
    )


def user(request: HttpRequest, name: str = "", account: int | None = None) -> HttpResponse:  # noqa: ARG001  # a view
    """Redirect the older addresses of a profile, by name or by id, to the current one."""
    try:
        person = _local(name) if name else _shown(account)
    except NoSuchAccount:
        raise Http404 from None
    return HttpResponseRedirect(f"{settings.BASE_URL}/@{person.username}")


def _local(name: str) -> Person:
    """:raises NoSuchAccount: if no local account has this name, or it is suspended."""
    return _shown(lookup.by_handle(name, settings.LOCAL_DOMAIN))


def _shown(account: int | None) -> Person:
    person = queries.person(account)
    if person.domain or person.suspended_at:
        raise NoSuchAccount
    return person


def _named(resource: str) -> str:
    """The handle in `acct:alice@here` or in an address of her profile."""
    return handle_at(resource) or resource.removeprefix("acct:")
