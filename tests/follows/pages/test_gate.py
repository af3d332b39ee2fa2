"""The lists of a gate: who is approved before asking, and who is kept out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from follows import queries, relationships
from follows.gate import approvals, kept_out
from follows.models import Approval, KeptOut
from tests.follows.pages.conftest import ask, browser, by, names, send, text, words


def test_handles_are_approved_one_or_many(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    client = browser(carol)
    page = send(client, "/approved", handles="@alice\r\nDora@Other.Example, @eve", until="2099-01-31")
    assert "You approved 3 accounts in advance." in words(page)
    assert sorted(names(page)) == ["@dora@other.example", "@eve"]  # alice waited, and follows now
    assert "Until 31 Jan 2099" in words(page)
    assert relationships.one(alice.pk, carol.pk).following

    assert names(client.get("/approved?q=dora@")) == ["@dora@other.example"]
    page = send(client, "/approved", ticked="withdraw", row=list(Approval.objects.values_list("pk", flat=True)))
    assert "You withdrew 2 approvals." in words(page)
    assert "You have not approved anybody in advance" in words(page)


def test_approvals_that_are_over_are_on_no_list(carol: Account) -> None:
    approvals.approve(carol.pk, ["dora"], timezone.now() + timedelta(days=1), by(carol))
    Approval.objects.update(until=timezone.now() - timedelta(days=1))

    assert names(browser(carol).get("/approved")) == []


@pytest.mark.parametrize(
    ("handles", "until", "said"),
    [
        ("", "", "This field is required."),
        ("@do ra@@x", "", "ra@@x is not a valid handle."),
        ("dora", "2020-01-01", "Choose today or a later day."),
        ("dora", "tomorrow", "Enter a valid date."),
        ("@carol", "", "You cannot approve yourself."),
        ("@bob", "", "You keep one of these accounts out."),
        (" ".join(f"x{n}" for n in range(501)), "", "Enter 500 handles at most."),
    ],
)
def test_wrong_approvals_say_what_is_wrong(bob: Account, carol: Account, handles: str, until: str, said: str) -> None:
    kept_out.keep_out(carol.pk, bob.pk, by(carol))
    page = send(browser(carol), "/approved", handles=handles, until=until)

    assert said in words(page, 422)
    assert 'aria-invalid="true"' in text(page, 422)
    assert not Approval.objects.exists()


def test_accounts_and_servers_are_kept_out(alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    client = browser(carol)
    for who in ("@alice", "Spam.Example"):
        assert "Done. Nobody is told." in words(send(client, "/kept-out", who=who))
    page = client.get("/kept-out")
    assert names(page) == ["spam.example", "Alice Adams"]
    assert names(client.get("/kept-out?q=spam")) == ["spam.example"]
    assert names(client.get("/kept-out?q=alice")) == ["Alice Adams"]
    assert names(client.get("/requests")) == ["Bob Brown"]

    page = send(client, "/kept-out", ticked="let_in", row=list(KeptOut.objects.values_list("pk", flat=True)))
    assert "You do not keep anybody out" in words(page)
    assert queries.pending_count(carol.pk) == 2


@pytest.mark.parametrize(
    ("who", "said"),
    [("@nobody", "There is no such account or server."), ("a..b", "There is no such"), ("@carol", "This is your own")],
)
def test_nobody_is_kept_out_by_a_wrong_name(carol: Account, who: str, said: str) -> None:
    assert said in words(send(browser(carol), "/kept-out", who=who), 422)
    assert not KeptOut.objects.exists()


@pytest.mark.parametrize("server", ["bücher.example", "BÜCHER.example.", "xn--bcher-kva.example", "kva.ex"])
def test_servers_and_handles_are_found_by_any_spelling(carol: Account, server: str) -> None:
    for other in ("bücher.example", "other.example"):
        kept_out.keep_server_out(carol.pk, other, by(carol))
    approvals.approve(carol.pk, ["zoe@Bücher.example", "zoe@other.example"], None, by(carol))
    client = browser(carol)

    assert names(client.get("/kept-out", {"q": server})) == ["xn--bcher-kva.example"]
    assert names(client.get("/approved", {"q": server})) == ["@zoe@xn--bcher-kva.example"]
    if not server.endswith("ex"):  # a whole name
        assert names(client.get("/approved", {"q": f"@Zoe@{server}"})) == ["@zoe@xn--bcher-kva.example"]
