"""Discovery of this server and its members by other software (mastodon.md §4.11, §6.8)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import counts, markup
from accounts.pictures import avatar_url
from accounts.replicas.routing import public
from compat_mastodon.addresses import handle_at
from compat_mastodon.api import Caller, View, answer
from follows.pages.profile import local_person

NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.0"
HOST_META = f"""<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" template="{settings.BASE_URL}/.well-known/webfinger?resource={{uri}}"/>
</XRD>
"""


class Discovery(View):
    """Paths without a caller and without limits."""

    caller = Caller.NOBODY
    limited = False


class NodeInfoLinks(Discovery):
    def get(self, request: HttpRequest) -> HttpResponse:
        return answer({"links": [{"rel": NODEINFO, "href": f"{settings.BASE_URL}/nodeinfo/2.0"}]})


class NodeInfo(Discovery):
    """The name is this software's own; `upstream` says whose clients it is for (§6.8)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        users = {"total": counts.local_count()}
        users |= {"activeMonth": counts.active_count(30), "activeHalfyear": counts.active_count(180)}
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
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(HOST_META, content_type="application/xrd+xml; charset=utf-8")


class Health(Discovery):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("OK", content_type="text/plain; charset=utf-8")


class WebFinger(Discovery):
    def get(self, request: HttpRequest) -> HttpResponse:
        person = public(None, local_person, _named(self.params.required("resource")))
        url = markup.profile_address(person.username)
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


def _named(resource: str) -> str:
    """The handle in `acct:alice@here` or in an address of her profile."""
    return handle_at(resource) or resource.removeprefix("acct:")
