"""Accounts for moderators: lists with filters, one account, and actions on it."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from accounts.moderators import Role
from accounts.validation import Fault, Invalid, Problem
from compat_mastodon.api import answer
from compat_mastodon.entities import ROLES
from compat_mastodon.moderating.api import View, one_of, word
from compat_mastodon.moderating.entities import admin_account
from compat_mastodon.params import as_id
from follows import moderated, moderation
from follows.moderated import Choice, Status
from follows.moderation import Act

READ, WRITE = ("admin:read", "admin:read:accounts"), ("admin:write", "admin:write:accounts")
STAFF = (Role.MODERATOR, Role.ADMINISTRATOR)
STATUSES = {
    "active": Status.ACTIVE,
    "pending": Status.PENDING,
    "silenced": Status.LIMITED,
    "suspended": Status.SUSPENDED,
}
NOBODYS = ("disabled", "sensitized")  # no account can be so here
NAMES = ("by_domain", "display_name", "email", "ip", "limit", "username")
KEPT_V1 = (*NAMES, *STATUSES, *NOBODYS, "local", "remote", "staff")
KEPT_V2 = (*NAMES, "invited_by", "origin", "permissions", "role_ids", "status")
ACTS: dict[str, Act | None] = {"none": None, "silence": moderation.LIMIT, "suspend": moderation.SUSPEND}
ACTS_ELSEWHERE = ("disable", "sensitive")


class AccountView(View):
    permissions = ("accounts.view_account",)
    accepts = WRITE

    def account(self, account: str) -> HttpResponse:
        """The account as the moderator sees it now."""
        return answer(admin_account(moderated.account(self.moderator, as_id(account))))


class Accounts(AccountView):
    """List accounts; without filters all of them."""

    accepts = READ
    kept: ClassVar[tuple[str, ...]] = KEPT_V2

    def get(self, request: HttpRequest) -> HttpResponse:
        page = moderated.accounts(self.moderator, self.choice(), self.window)
        return self.paged(request, list(map(admin_account, page.rows)), page, self.kept, ("role_ids",))

    def choice(self) -> Choice:
        """Read the filters."""
        origin = one_of(self.params, "origin", ("local", "remote"))
        status = one_of(self.params, "status", (*STATUSES, *NOBODYS))
        inviter = word(self.params, "invited_by")
        roles = list(filter(None, self.params.items("role_ids")))
        named = [role for role, entity in ROLES.items() if entity["id"] in roles] if roles else None
        if one_of(self.params, "permissions", ("staff",)):
            named = [role for role in STAFF if named is None or role in named]
        return self.named()._replace(
            remote=None if origin is None else origin == "remote",
            status=STATUSES.get(status or ""),
            roles=() if status in NOBODYS else named,
            invited_by=None if inviter is None else as_id(inviter) or 0,
        )

    def named(self) -> Choice:
        """Read the filters that both versions have."""
        texts = {name: word(self.params, name) for name in NAMES}
        return Choice(
            domain=texts["by_domain"],
            username=texts["username"],
            display_name=texts["display_name"],
            email=texts["email"],
            address=texts["ip"],
        )


class AccountsV1(Accounts):
    """List accounts; without filters the active ones of this server."""

    kept = KEPT_V1

    def choice(self) -> Choice:
        asked = [name for name in (*STATUSES, *NOBODYS) if self.params.flag(name)]
        status = asked[-1] if asked else "active"
        staff = STAFF if self.params.flag("staff") else None
        return self.named()._replace(
            remote=self.params.flag("remote") or False,
            status=STATUSES.get(status),
            roles=() if status in NOBODYS else staff,
        )


class Account(AccountView):
    accepts = READ

    def get(self, request: HttpRequest, account: str) -> HttpResponse:
        return self.account(account)


class Delete(AccountView):
    def delete(self, request: HttpRequest, account: str) -> HttpResponse:
        was = self.account(account)
        moderation.delete(self.moderator, as_id(account), self.actor)
        return was


class Approve(AccountView):
    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        moderation.approve(self.moderator, as_id(account))
        return self.account(account)


class Reject(AccountView):
    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        was = self.account(account)
        moderation.reject(self.moderator, as_id(account))
        return was


class Action(AccountView):
    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        kind, report = self.params.text("type") or "", word(self.params, "report_id")
        if kind not in ACTS:
            raise Invalid([_fault(kind)])
        moderation.settle(
            self.moderator,
            as_id(account),
            ACTS[kind],
            self.params.text("text") or "",
            None if report is None else as_id(report) or 0,
            self.actor,
        )
        return answer({})


class Undo(AccountView):
    """Take a change of an account back."""

    act: ClassVar[Act]

    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        moderation.change(self.moderator, as_id(account), self.act)
        return self.account(account)


class Unsilence(Undo):
    act = moderation.UNLIMIT


class Unsuspend(Undo):
    act = moderation.UNSUSPEND


class Unchanged(AccountView):
    """Take back what no account can have here: a disabled sign-in, or media that are marked as sensitive."""

    def post(self, request: HttpRequest, account: str) -> HttpResponse:
        return self.account(account)


def _fault(kind: str) -> Fault:
    if not kind.strip():
        return Fault("type", Problem.BLANK)
    if kind in ACTS_ELSEWHERE:
        return Fault("type", Problem.INVALID, reason=f"{kind} is not possible on this server")
    return Fault("type", Problem.INVALID, reason="is not included in the list")
