"""The lists of your blocks, mutes, endorsements and blocked servers (mastodon.md §3.4)."""

from django.http import HttpRequest, HttpResponse

from accounts.replicas.routing import public
from compat_mastodon import entities
from compat_mastodon.api import Caller, View, answer, raw
from compat_mastodon.params import as_id
from follows import blocks_and_mutes, domains, queries


class Blocks(View):
    accepts = ("follow", "read", "read:blocks")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.accounts(request, blocks_and_mutes.blocked_by(self.me, self.params.window()))


class Mutes(View):
    accepts = ("follow", "read", "read:mutes")

    def get(self, request: HttpRequest) -> HttpResponse:
        page = blocks_and_mutes.muted_by(self.me, self.params.window())
        return self.linked(request, raw(entities.muted_accounts(page.rows)), page)


class Endorsements(View):
    accepts = ("read", "read:accounts")

    def get(self, request: HttpRequest) -> HttpResponse:
        window = self.params.window(all_at_once=True)
        return self.accounts(request, blocks_and_mutes.endorsed_by(self.me, self.me, window))


class EndorsementsOf(View):
    accepts = ("read", "read:accounts")
    caller = Caller.OPTIONAL

    def get(self, request: HttpRequest, account: str) -> HttpResponse:
        return public(self.viewer, self._list, request, as_id(account), about=as_id(account))

    def _list(self, request: HttpRequest, account: int | None) -> HttpResponse:
        owner = queries.person(account)
        if owner.suspended_at:
            return answer([])
        return self.accounts(request, blocks_and_mutes.endorsed_by(owner.id, self.viewer, self.params.window()))


class DomainBlocks(View):
    accepts = ("follow", "read", "read:blocks")

    def get(self, request: HttpRequest) -> HttpResponse:
        page = domains.blocks_of(self.me, self.params.window(100, 200))
        return self.linked(request, answer(page.rows), page)


class BlockDomain(View):
    accepts = ("follow", "write", "write:blocks")

    def post(self, request: HttpRequest) -> HttpResponse:
        domains.block(self.me, self.params.text("domain") or "", self.actor)
        return answer({})


class UnblockDomain(View):
    accepts = ("follow", "write", "write:blocks")

    def delete(self, request: HttpRequest) -> HttpResponse:
        domains.unblock(self.me, self.params.text("domain") or "")
        return answer({})


class PreviewDomainBlock(View):
    accepts = ("follow", "write", "write:blocks")

    def get(self, request: HttpRequest) -> HttpResponse:
        ties = domains.ties(self.me, self.params.text("domain") or "")
        return answer({"following_count": ties.following, "followers_count": ties.followers})
