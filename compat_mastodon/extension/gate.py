"""The gate: its rules, approvals in advance, and the accounts and servers that are kept out."""

from django.http import HttpRequest, HttpResponse

from accounts.domains import NotADomain
from accounts.lookup import NoSuchAccount
from compat_mastodon.extension import entities
from compat_mastodon.extension.api import View, Write, answer, number
from compat_mastodon.extension.validation import (
    flag,
    identity,
    many,
    moment,
    never_null,
    nullable,
    one_of,
    one_way,
    text,
    whole,
)
from follows import queries
from follows.gate import approvals, kept_out, rules, settings
from follows.models import Digest
from follows.models.gate import MAX_FRIENDS, MAX_NEW_DAYS, MAX_READ_FIRST
from follows.policy import SelfFollow

YES_OR_NO = never_null(flag)
FLAGS = ("locked", "accept_followed", "accept_verified", "ask_bots", "ask_mass", "paused", "tell_accepted")


def own_gate(account: int) -> HttpResponse:
    return answer(entities.gate(settings.of(account), bool(queries.person(account).locked)))


class Gate(View):
    """Your rules for new followers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return own_gate(self.me)


class ChangeGate(Write):
    """Change some of your rules. Waiting requests stay as they are, unless you send `accept_waiting`."""

    def patch(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(
            **dict.fromkeys(FLAGS, YES_OR_NO),
            accept_friends=nullable(whole(1, MAX_FRIENDS)),
            ask_new_days=nullable(whole(1, MAX_NEW_DAYS)),
            paused_until=nullable(moment),
            expire_days=nullable(whole(1, MAX_NEW_DAYS)),
            read_first=never_null(text(MAX_READ_FIRST), ""),
            digest=never_null(one_of(Digest)),
            accept_waiting=flag,
        )
        settings.change(self.me, self.actor, **sent)
        return own_gate(self.me)


class Check(View):
    """The result that a follow of you by an account would have now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        account = self.read("account", account=identity)["account"]
        return answer(entities.foreseen(rules.foresee(account, self.me)))


class GateOf(View):
    """The part of an account's gate that is public, for somebody who is about to ask."""

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        person = queries.person(number(pk))
        if person.suspended_at:
            raise NoSuchAccount
        return answer({"locked": bool(person.locked), "read_first": settings.of(person.id).read_first})


class Approvals(View):
    """The accounts that you approved before they asked, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = approvals.approved_by(self.me, self.window("approvals"))
        return self.paged(request, entities.approvals(page.rows), "approvals", page.ids[-1] if page.full else None)


class Approve(Write):
    """Let an account follow you once without asking. A list in `acct` is answered with a list."""

    wrong_fields = {SelfFollow: ("account", "acct")}

    def post(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(acct=many(text(320)), account=identity, until=nullable(moment))
        until = sent.get("until")
        if one_way(sent, "acct", "account") == "account":
            made = [approvals.approve_account(self.me, sent["account"], until, self.actor)]
        else:
            made = approvals.approve(self.me, sent["acct"], until, self.actor)
        shown = entities.approvals(made)
        return answer(shown if isinstance(self.params.raw("acct"), list | dict) else shown[0])


class Disapprove(Write):
    """Take an approval back."""

    def delete(self, request: HttpRequest, pk: str) -> HttpResponse:
        approvals.withdraw(self.me, number(pk))
        return answer({})


class KeptOut(View):
    """The accounts and servers that you keep out, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = kept_out.kept_out_by(self.me, self.window("kept_out"))
        return self.paged(request, entities.kept_out(page.rows), "kept_out", page.ids[-1] if page.full else None)


class KeepOut(Write):
    """Keep an account or a whole server out. Nobody is told. A waiting request is hidden, and a follow ends."""

    wrong_fields = {SelfFollow: ("account",), NotADomain: ("domain",)}

    def post(self, request: HttpRequest) -> HttpResponse:
        sent = self.read(account=identity, domain=text(300))
        if one_way(sent, "account", "domain") == "account":
            entry = kept_out.keep_out(self.me, sent["account"], self.actor)
        else:
            entry = kept_out.keep_server_out(self.me, sent["domain"], self.actor)
        return answer(entities.kept_out([kept_out.entry(self.me, entry)])[0])


class LetIn(Write):
    """Stop keeping it out. A hidden request joins the queue."""

    def delete(self, request: HttpRequest, pk: str) -> HttpResponse:
        kept_out.let_in(self.me, number(pk))
        return answer({})
