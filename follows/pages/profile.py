"""What everybody may see of an account of this server."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from accounts import lookup, markup
from accounts.lookup import NoSuchAccount
from accounts.pages.shell import page, render_page
from accounts.pictures import avatar_url, header_url
from follows import queries
from follows.queries import Person


def local_person(name: str) -> Person:
    """The person of this server with this user name or handle.

    :raises NoSuchAccount: when nobody of this server has this name, or it is suspended.
    """
    return _shown(lookup.by_handle(name, settings.LOCAL_DOMAIN))


@page
@require_safe
def profile(request: HttpRequest, name: str) -> HttpResponse:
    try:
        person = local_person(name)
    except NoSuchAccount:
        hint = {"title": "Nobody here", "description": "There is no such account on this server."}
        return render_page(request, "accounts/pages/error", status=404, **hint)
    return render_page(
        request,
        "follows/pages/profile",
        person=person,
        name=person.display_name or person.username,
        handle=f"{person.username}@{settings.LOCAL_DOMAIN}",
        avatar=avatar_url(person.avatar),
        header=header_url(person.header),
        note=markup.paragraphs(person.note, person.note_mentions),
        fields=[item | {"value": markup.field(item["value"], person.fields_mentions)} for item in person.fields],
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
