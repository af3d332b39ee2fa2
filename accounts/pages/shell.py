"""The headers and the frame of every page for people. docs/architecture.md says how to add a page.

The pages work without JavaScript. Their policy blocks everything from other sites, but does not name
`form-action`, because it would block the redirect from the consent page to the app. Web apps open that
page in a popup and need its opener, so the opener policy is "unsafe-none".
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails

from accounts import browsers
from accounts.models import Account
from accounts.pages import locales
from accounts.pages.parts import part

_media = urlsplit(settings.MEDIA_URL)
PICTURES = (
    "'self'" if settings.MEDIA_URL.startswith(f"{settings.BASE_URL}/") else f"'self' {_media.scheme}://{_media.netloc}"
)
POLICY = f"default-src 'none'; style-src 'self'; img-src {PICTURES}; base-uri 'none'; frame-ancestors 'none'"
STREAMS = settings.STREAMING_URL.replace("ws", "http", 1)  # of server-sent events
MEMBERS_POLICY = f"{POLICY}; script-src 'self'; connect-src 'self' {STREAMS}"
API_DOCS_POLICY = (  # Swagger UI writes styles into its elements
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SITE = {"site_name": settings.SITE_NAME, "local_domain": settings.LOCAL_DOMAIN, "base_url": settings.BASE_URL}

PageView = Callable[..., HttpResponseBase]
Counter = Callable[[int], int]


class Entry(NamedTuple):
    """A link of the navigation: the name of its URL, which is also the name of its section."""

    section: str
    label: str | Promise
    icon: str


NAVIGATION = [
    Entry("requests", _("Requests"), "inbox"),
    Entry("followers", _("Followers"), "people"),
    Entry("following", _("Following"), "person-check"),
    Entry("history", _("History"), "clock"),
    Entry("settings", _("Settings"), "sliders"),
    Entry("data", _("Your data"), "box"),
]

_counters: dict[str, Counter] = {}


def count_in_navigation(section: str, counter: Counter) -> None:
    """Show the number `counter(account)` at the link of this section. It costs a query on every page."""
    _counters[section] = counter


def page(view: PageView, *, personal: bool = True) -> PageView:
    """Wrap a page for people: set its language and headers, and forbid caching unless the view allows it.

    A page that is not `personal` is the same for everybody who reads its language, and needs no database.
    """

    @wraps(view)
    def with_headers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with locales.of(request, _member(request) if personal else None):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and personal:
                response = _not_a_page(request, response)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return with_headers


def member(view: PageView) -> PageView:
    """Wrap a page for members: as `page`, with htmx. Somebody who is not signed in is asked to.

    The view gets `request.htmx`, and `request.user` is an `Account`.
    """

    @wraps(view)
    def for_members(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.htmx = htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # as its middleware does everywhere
        account = _member(request)
        if account is None:
            return _to_sign_in(request, htmx)
        browsers.note(request, account.pk)
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = MEMBERS_POLICY
        return response

    return page(for_members)


def api_docs(view: PageView) -> PageView:
    """Wrap the page that documents an API: it loads scripts, but only from this server."""

    @wraps(view)
    def with_headers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = API_DOCS_POLICY
        return response

    return with_headers


def render_page(request: HttpRequest | None, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page. `template` is the name without `.html`.

    Without a request the page is the same for everybody and needs no database. In the navigation of a page for
    members `section` is the current one; without it, the one of the URL's name.
    """
    if request and hasattr(request, "htmx") and not request.htmx:  # the whole page for a member
        context["navigation"] = _navigation(request, str(context.get("section", "")))
    return render(request, f"{template}.html", SITE | context, status=status)


def _navigation(request: HttpRequest, section: str) -> SafeString:
    """The links on top of a page for members; a link whose page is not there is left out."""
    match, account = request.resolver_match, request.user.pk or 0
    entries = tuple(
        (entry, _counters[entry.section](account) if entry.section in _counters else 0) for entry in NAVIGATION
    )
    current = section or (match.url_name if match else "")
    return part("accounts/pages/navigation", entries=entries, current=current)


def _member(request: HttpRequest) -> Account | None:
    """The signed-in member; none where no session is read (`config.apis`)."""
    user = getattr(request, "user", None)
    return user if isinstance(user, Account) else None


def _to_sign_in(request: HttpRequest, htmx: HtmxDetails) -> HttpResponse:
    """Ask who it is, and come back to the page. A form that was sent is lost: nobody may send it again unseen."""
    back = request.get_full_path()
    if request.method not in {"GET", "HEAD"}:
        messages.warning(request, gettext("You were signed out, and nothing was changed. Sign in and try again."))
        back = _referrer(request)
    if htmx:
        query = urlencode({"next": htmx.current_url_abs_path or "/"})
        return HttpResponse(status=401, headers={"HX-Redirect": f"{resolve_url('sign_in')}?{query}"})
    return redirect_to_login(back) if back else redirect("sign_in")


def _referrer(request: HttpRequest) -> str:
    """The page of this server that a form is on; empty if the browser does not say it."""
    address = request.META.get("HTTP_REFERER", "")
    here = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return urlunsplit(urlsplit(address)._replace(scheme="", netloc="", fragment="")) if here else ""


def _not_a_page(request: HttpRequest, refused: HttpResponseBase) -> HttpResponse:
    """Tell somebody who opened an address that only takes forms, which a browser would leave blank."""
    response = render_page(
        request,
        "accounts/pages/error",
        status=refused.status_code,
        title=gettext("This is not a page"),
        description=gettext("This address works only with a button of a page. Nothing was changed."),
    )
    response["Allow"] = refused["Allow"]
    return response
