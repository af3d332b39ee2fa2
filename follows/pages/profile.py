"""The profile of an account of this server, with the actions of a member on it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts import lookup, markup
from accounts.lookup import NoSuchAccount
from accounts.pages.shell import page, render_page
from accounts.pictures import avatar_url, header_url
from accounts.replicas.routing import public
from follows import queries, relationships
from follows.followers import request_to
from follows.gate import settings as gates
from follows.pages.caller import me, members_page, nobody
from follows.pages.undo_bar import told
from follows.queries import Person


def local_person(name: str) -> Person:
    """The person of this server with this user name or handle.

    :raises NoSuchAccount: when nobody of this server has this name, or it is suspended.
    """
    return _shown(lookup.by_handle(name, settings.LOCAL_DOMAIN))


def profile(request: HttpRequest, name: str) -> HttpResponseBase:
    """The public profile; members find buttons there, too."""
    return (_for_member if request.user.is_authenticated else _for_anybody)(request, name)


@page
@require_safe
def _for_anybody(request: HttpRequest, name: str) -> HttpResponseBase:
    try:
        person = public(None, local_person, name)
    except NoSuchAccount:
        return nobody(request)
    return _rendered(request, person, frame="accounts/pages/base.html")


@members_page
@require_safe
def _for_member(request: HttpRequest, name: str) -> HttpResponseBase:
    person = local_person(name)
    ties = relationships.one(me(request), person.id)
    asks = bool(person.locked or gates.of(person.id).read_first)
    return _rendered(
        request,
        person,
        frame="accounts/pages/member.html",
        ties=ties,
        mine=person.id == me(request),
        asks=asks,
        asked=request_to(me(request), person.id) if ties.requested else None,
        told=told(request, me(request)),
    )


def _rendered(request: HttpRequest, person: Person, **context: Any) -> HttpResponse:
    return render_page(
        request,
        "follows/pages/profile",
        section="profile",
        person=person,
        name=person.display_name or person.username,
        handle=f"{person.username}@{settings.LOCAL_DOMAIN}",
        avatar=avatar_url(person.avatar),
        header=header_url(person.header),
        note=markup.paragraphs(person.note, person.note_mentions),
        fields=[item | {"value": markup.field(item["value"], person.fields_mentions)} for item in person.fields],
        **context,
    )


def by_name(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  # a view
    """The older address of a profile."""
    try:
        return _to_page(local_person(name))
    except NoSuchAccount:
        raise Http404 from None


def by_id(request: HttpRequest, account: int) -> HttpResponse:  # noqa: ARG001  # a view
    """The address that stays the same whatever the account is called."""
    try:
        return _to_page(_shown(account))
    except NoSuchAccount:
        raise Http404 from None


def _to_page(person: Person) -> HttpResponse:
    return HttpResponseRedirect(markup.profile_address(person.username))


def _shown(account: int) -> Person:
    person = queries.person(account)
    if person.domain or person.suspended_at:
        raise NoSuchAccount
    return person
