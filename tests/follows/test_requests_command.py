"""`manage.py requests`: a queue in pipes."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from follows import deciding, queries, relationships
from follows.management.commands import requests
from follows.models import Decision, Follow, KeptOut
from tests.compat_mastodon.extension.conftest import ask
from tests.factories import AccountFactory


class Shell:
    """Runs the command; what one printed can be sent to the next."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, *words: Any, sent: str | None = None) -> str:
        out = io.StringIO()
        self._monkeypatch.setattr("sys.stdin", io.StringIO(sent or ""))
        try:
            call_command("requests", *words, stdout=out)
        finally:
            self.out = out.getvalue()
        return self.out


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(monkeypatch)


def test_what_is_listed_can_be_approved_and_undone_through_pipes(
    shell: Shell, alice: Account, bob: Account, carol: Account
) -> None:
    ask(carol, alice, bob, note="two\nlines\tof it")
    listed = shell("list", "carol")
    assert [line.split("\t")[1:2] + line.split("\t")[3:] for line in listed.splitlines()] == [
        ["alice@testserver", "locked", "two lines of it"],
        ["bob@testserver", "locked", "two lines of it"],
    ]

    approved = shell("approve", "carol@example.org", sent=listed)
    assert [line.split("\t")[1] for line in approved.splitlines()] == ["accepted", "accepted"]
    assert relationships.one(carol.pk, alice.pk).followed_by
    assert set(Decision.objects.filter(kind=Decision.Kind.ACCEPTED).values_list("door", "actor")) == {("command", None)}
    assert shell("list", "carol") == ""

    undone = shell("undo", "carol", sent=approved)
    assert [line.split("\t")[1] for line in undone.splitlines()] == ["restored", "restored"]
    assert queries.pending_count(carol.pk) == 2


def test_json(shell: Shell, alice: Account, bob: Account, carol: Account) -> None:
    assert json.loads(shell("list", "carol", "--json")) == []
    ask(carol, alice, bob)
    first, second = json.loads(shell("list", "carol", "--json"))
    assert first | {"id": 0, "asked_at": ""} == {
        "id": 0,
        "account": "alice@testserver",
        "asked_at": "",
        "reason": "locked",
        "note": "",
    }
    (rejected,) = json.loads(shell("reject", "carol", str(second["id"]), "--json", "--keep-out"))
    assert rejected["result"] == "rejected"
    assert rejected["request"] == second["id"]
    assert KeptOut.objects.filter(owner=carol, account=bob).exists()


def test_what_is_gone_is_said_and_the_rest_is_done(shell: Shell, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice)
    pk = Follow.objects.get().pk
    with pytest.raises(CommandError, match="1 of 2 were not done"):
        shell("approve", "carol", str(pk), "123456")
    assert [line.split("\t")[1:3] for line in shell.out.splitlines()] == [["accepted", str(pk)], ["gone", "123456"]]
    assert relationships.one(carol.pk, alice.pk).followed_by
    with pytest.raises(CommandError, match="1 of 1 were not done"):
        shell("undo", "carol", "987654")


def test_nothing_is_done_with_a_word_that_is_no_id(shell: Shell, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    pk = Follow.objects.get().pk
    for words in ("x", "0", "-1", "99999999999", "½"):
        with pytest.raises(CommandError, match=r"is not an id. Nothing was done."):
            shell("approve", "carol", sent=f"{pk}\n{words}\n")
    with pytest.raises(CommandError, match="There is no account 'nobody'"):
        shell("list", "nobody")
    assert queries.pending_count(carol.pk) == 1


def test_nobody_waits_for_a_terminal(carol: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(CommandError, match="send them to standard input"):
        call_command("requests", "approve", "carol")


def test_requests_to_others_are_gone(shell: Shell, alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice)
    with pytest.raises(CommandError, match="1 of 1"):
        shell("approve", "bob", str(Follow.objects.get().pk))

    assert queries.pending_count(carol.pk) == 1


def test_long_queues_are_read_and_answered_in_parts(
    shell: Shell, carol: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "PAGE", 2)
    monkeypatch.setattr(deciding, "MOST", 2)
    ask(carol, *(AccountFactory() for _ in range(5)))
    listed = shell("list", "carol")

    assert len(listed.splitlines()) == 5
    assert len(shell("reject", "carol", sent=listed).splitlines()) == 5
    assert queries.pending_count(carol.pk) == 0
