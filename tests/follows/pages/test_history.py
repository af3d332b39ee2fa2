"""The history of a member: what it says, what it hides, and undoing from there."""

from accounts.models import Account
from follows import deciding, graph
from follows.models import Decision
from tests.follows.pages.conftest import ask, browser, by, names, send, words


def test_the_history_says_what_happened_and_undoes(alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    graph.accept(carol.pk, alice.pk, by(carol)._replace(door="mastodon"))
    graph.reject(carol.pk, bob.pk, by(carol)._replace(door="pages"))
    client = browser(carol)
    page = words(client.get("/history"))
    assert "Rejected · by you · on these pages Bob Brown @bob" in page
    assert "Approved · by you · in a Mastodon app Alice Adams @alice" in page
    assert "Asked to follow you Bob Brown" in page
    assert "Approved" not in words(client.get(f"/history?kinds={Decision.Kind.REJECTED.value}")).split("Apply")[1]

    about_bob = f"/history?account={bob.pk}"
    read = words(client.get(about_bob))
    assert "History with Bob Brown" in read
    assert "Alice" not in read
    rejection = Decision.objects.get(kind=Decision.Kind.REJECTED)
    page = send(client, "/requests/undo", page=about_bob, decision=rejection.pk, next=about_bob)
    assert "Undone." in words(page)
    assert names(client.get("/requests")) == ["Bob Brown"]
    page = send(client, "/requests/undo", page="/kept-out", decision=rejection.pk, next=about_bob)
    assert "1 cannot be undone" in words(page)


def test_an_requesters_history_tells_nothing_that_the_requester_may_not_know(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    deciding.decide_accounts(carol.pk, deciding.Verdict.REJECT, [alice.pk], by(carol), keep_out=True)
    read = words(browser(alice).get("/history"))

    assert "You asked to follow them" in read
    assert "by you" not in read.split("Apply")[1]
    assert "Rejected" not in read.split("Apply")[1]
