"""Reading accounts (mastodon.md §3.2) and one's own (§3.1)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import images, lookup
from accounts.profile import set_pictures
from accounts.replicas.routing import public
from compat_mastodon import entities, profile
from compat_mastodon.api import Caller, View, answer, raw
from compat_mastodon.forms import Form, Multipart
from compat_mastodon.params import as_id
from follows import graph, policy, queries, relationships


class VerifyCredentials(View):
    accepts = ("profile", "read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        return raw(entities.own_account(queries.own_key(self.me)))


class Preferences(View):
    accepts = ("read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer(entities.preferences(queries.own(self.me)))


class UpdateCredentials(View):
    accepts = ("write", "write:accounts")
    is_form = True
    entity = staticmethod(entities.credential_account)
    parser_classes = [profile.JSONWithPictures, Form, Multipart]

    def patch(self, request: HttpRequest) -> HttpResponse:
        own = queries.own(self.me)
        columns, pictures = profile.columns(self.params, own.source), profile.pictures(self.me, self.params)
        set_pictures(self.me, pictures)
        graph.change_profile(self.me, self.actor, **columns)
        return answer(self.entity(queries.own(self.me)))


class Profile(View):
    accepts = VerifyCredentials.accepts

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer(profile.profile(queries.own(self.me)))


class ChangeProfile(UpdateCredentials):
    """As update_credentials, but the answer is the Profile."""

    entity = staticmethod(profile.profile)
    put = UpdateCredentials.patch


class DropAvatar(View):
    accepts = UpdateCredentials.accepts
    drop = staticmethod(images.drop_avatar)

    def delete(self, request: HttpRequest) -> HttpResponse:
        self.drop(lookup.by_id(self.me))
        return answer(entities.credential_account(queries.own(self.me)))


class DropHeader(DropAvatar):
    drop = staticmethod(images.drop_header)


class Account(View):
    accepts = ("read", "read:accounts")
    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest, account: str) -> HttpResponse:
        return _account(self.viewer, as_id(account))


class Lookup(View):
    accepts = ("read", "read:accounts")
    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest) -> HttpResponse:
        handle = self.params.text("acct") or ""
        return _account(self.viewer, public(self.viewer, lookup.by_handle, handle, settings.LOCAL_DOMAIN))


class Relationships(View):
    accepts = ("read", "read:follows")

    def get(self, request: HttpRequest) -> HttpResponse:
        with_suspended = self.params.flag("with_suspended") or False
        found = relationships.rows(self.me, self.params.ids("id"), with_suspended=with_suspended)
        return raw(entities.relationships(found))


class Followers(View):
    accepts = ("read", "read:accounts")
    caller = Caller.OPTIONAL
    read = staticmethod(queries.followers_of)

    def get(self, request: HttpRequest, account: str) -> HttpResponse:
        owner = as_id(account) or 0
        return public(self.viewer, self._list, request, owner, about=owner)

    def _list(self, request: HttpRequest, owner: int) -> HttpResponse:
        try:
            return self.accounts(request, self.read(owner, self.viewer, self.params.window()))
        except policy.Hidden:
            return answer([])


class Following(Followers):
    read = staticmethod(queries.following_of)


def _account(viewer: int | None, account: int | None) -> HttpResponse:
    return answer(entities.account(public(viewer, queries.person, account, about=account)))
