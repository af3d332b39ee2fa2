"""Profiles and their owners' settings (twittner.md §2.2)."""

import re
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import lookup
from accounts.lookup import NoSuchAccount
from accounts.models import Audience, Contact
from accounts.replicas.routing import public
from compat_twittner import entities
from compat_twittner.api import Read, Write, success
from compat_twittner.params import Values
from compat_twittner.refusals import UNREADABLE, Failure
from follows import graph, queries, relationships

USERNAME = re.compile(r"\w+", re.ASCII)


class Profile(Read):
    signed_in = False
    refusals = {NoSuchAccount: (404, "Profile with this ID does not exist")}

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = public(self.viewer, _wanted, self.params.query)
        person = public(self.viewer, queries.person, wanted, about=wanted)
        is_me = person.id == self.viewer
        ties = relationships.one(self.viewer, person.id) if self.viewer and not is_me else None
        data = entities.profile(
            person,
            lookup.by_id(person.id) if is_me else None,
            ties,
            can_view=is_me or person.profile_privacy == Audience.EVERYONE or bool(ties and ties.following),
        )
        return success("Profile fetched successfully", data)


def _wanted(query: Values) -> int:
    """Find the account of a profile: a well-formed user name takes precedence over the id."""
    username, wanted = query.text("username"), query.number("user_id")
    if USERNAME.fullmatch(username):
        with suppress(NoSuchAccount):
            return lookup.by_handle(username, settings.LOCAL_DOMAIN)
        wanted = 0
    if not wanted:
        raise Failure((400, "User ID is missing or invalid"))
    return wanted


class GetPrivacySettings(Read):
    def get(self, request: HttpRequest) -> HttpResponse:
        return success("", entities.privacy_settings(lookup.by_id(self.me)), valid=True)


class SetPrivacySettings(Write):
    """Opening a locked account leaves those who wait waiting; that is this dialect's way."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.params.form
        visibility, contact = form.text("profile_visibility"), form.text("contact_privacy")
        search, follow = form.text("search_visibility"), form.text("follow_privacy")
        if (
            visibility not in Audience
            or contact not in Contact
            or search not in {"Y", "N"}
            or follow not in {"everyone", "approved"}
        ):
            raise Failure(UNREADABLE)
        graph.change_profile(
            self.me,
            self.actor,
            accept_waiting=False,
            profile_privacy=visibility,
            contact_privacy=contact,
            noindex=search == "N",
            locked=follow == "approved",
        )
        return success("User privacy settings updated", valid=True)
