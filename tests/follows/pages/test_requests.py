"""The page of a member's requests, as a browser without scripts uses it."""

from typing import Any

import pytest
from django.test import Client

from accounts import people
from accounts.models import Account, Verification
from follows import deciding, graph, queries, relationships
from follows.gate import kept_out, settings
from follows.models import Decision, Follow
from tests.factories import AccountFactory
from tests.follows.pages.conftest import ask, browser, by, names, request_of, send, text, words


def single(client: Client, verdict: str, follower: Account, owner: Account, **more: Any) -> Any:
    """Press a button of a card."""
    return send(
        client, "/requests/decide", page="/requests", **{verdict: f"{request_of(follower, owner)}-{follower.pk}"}
    )


def test_strangers_are_asked_to_sign_in_and_come_back(db: None) -> None:
    for path in ("/requests", "/followers", "/following", "/requests/sent", "/kept-out", "/approved", "/history"):
        assert Client().get(f"{path}?q=x").headers["Location"] == f"/auth/sign_in?next={path}%3Fq%3Dx"


def test_a_card_has_what_helps_to_decide(alice: Account, bob: Account, carol: Account, mallory: Account) -> None:
    for friend in (bob, mallory):
        graph.follow(carol.pk, friend.pk, by(carol))
        graph.follow(friend.pk, alice.pk, by(friend))
    people.change(alice.pk, note="I sing: https://example.org/choir", bot=True, verification=Verification.VERIFIED)
    graph.follow(carol.pk, alice.pk, by(carol))
    ask(carol, alice)
    graph.reject(carol.pk, alice.pk, by(carol))
    ask(carol, alice, note="From the <choir>")
    page = browser(carol).get("/requests")
    read = words(page)

    assert names(page) == ["Alice Adams"]
    assert "@alice · verified · bot · 3 followers · 0 following" in read
    assert '<a href="https://example.org/choir" rel="nofollow">' in text(page)
    assert "From the <choir>" in read
    assert "2 friends in common: \u2068Mallory\u2069, \u2068Bob Brown\u2069" in read
    assert "You follow them" in read
    assert "You rejected them before" in read
    assert f'<time datetime="{Follow.objects.get(follower=alice, target=carol).created_at:%Y-%m-%dT%H}' in text(page)
    for button in ("Approve Alice Adams", "Reject Alice Adams", "Keep out Alice Adams"):
        assert button in read


def test_friends_who_hide_whom_they_follow_are_counted_and_not_named(
    alice: Account, bob: Account, carol: Account
) -> None:
    graph.follow(carol.pk, bob.pk, by(carol))
    graph.follow(bob.pk, alice.pk, by(bob))
    people.change(bob.pk, hide_collections=True)
    ask(carol, alice)
    read = words(browser(carol).get("/requests"))

    assert "1 friend in common" in read
    assert "Bob" not in read


def test_why_an_open_account_got_a_request_is_told(alice: Account, bob: Account, mallory: Account) -> None:
    settings.change(bob.pk, by(bob), ask_bots=True)
    people.change(alice.pk, bot=True)
    ask(bob, alice)
    settings.change(bob.pk, by(bob), paused=True)
    ask(bob, mallory)
    read = words(browser(bob).get("/requests"))

    assert "Why: it is a bot" in read
    assert "Asked during your pause" in read


@pytest.mark.parametrize(
    ("verdict", "sentence", "follows"),
    [("accept", "You approved Alice Adams.", True), ("reject", "You rejected Alice Adams.", False)],
)
def test_one_is_decided_and_the_bar_offers_undo(
    alice: Account, carol: Account, verdict: str, sentence: str, follows: bool
) -> None:
    ask(carol, alice)
    client = browser(carol)
    page = single(client, verdict, alice, carol)

    assert sentence in words(page)
    assert relationships.one(alice.pk, carol.pk).following is follows
    assert Decision.objects.latest("pk").door == "pages"

    batch = Decision.objects.latest("pk").batch_id
    page = send(client, "/requests/undo", page=page.wsgi_request.get_full_path(), batch=batch, next="/requests")
    assert "Undone: Alice Adams is back where they were." in words(page)
    assert names(page) == ["Alice Adams"]


def test_keeping_out_rejects_and_later_requests_wait_aside(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    page = single(browser(carol), "keep_out", alice, carol)
    ask(carol, alice)

    assert "You rejected Alice Adams. 1 is kept out now." in words(page)
    assert kept_out.is_kept_out(carol.pk, alice.pk)
    assert queries.pending_count(carol.pk) == 0


def test_the_ticked_are_decided_together(alice: Account, bob: Account, carol: Account, mallory: Account) -> None:
    ask(carol, alice, bob, mallory)
    ticked = [request_of(follower, carol) for follower in (alice, bob)]
    graph.reject(carol.pk, bob.pk, by(carol))
    page = send(browser(carol), "/requests/decide", page="/requests", ticked="accept", request=ticked)

    assert "You approved Alice Adams. 1 was gone" in words(page)
    assert names(page) == ["Mallory"]


def test_a_second_click_says_how_things_are_now(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    button = {"accept": f"{request_of(alice, carol)}-{alice.pk}"}
    client = browser(carol)
    graph.accept(carol.pk, alice.pk, by(carol))
    page = send(client, "/requests/decide", page="/kept-out", **button)
    assert "Alice Adams follows you already." in words(page)

    graph.remove_follower(carol.pk, alice.pk, by(carol))
    page = send(client, "/requests/decide", page="/kept-out", **button)
    assert "The request of Alice Adams is gone: it was rejected, or taken back." in words(page)


def test_the_script_gets_the_card_alone(alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    client = Client(headers={"HX-Request": "true"})
    client.force_login(carol)
    pk = request_of(alice, carol)
    graph.reject(carol.pk, bob.pk, by(carol))
    gone = client.post("/requests/decide", {"reject": f"{pk + 1}-{bob.pk}"})

    assert gone.headers["HX-Retarget"] == f"#r{pk + 1}"
    assert "The request of Bob Brown is gone" in words(gone)
    ask(carol, bob)
    done = client.post("/requests/decide", {"accept": f"{pk}-{alice.pk}"})
    assert "<li" not in text(done)
    assert '<span class="badge">1</span>' in text(done)
    last = client.post("/requests/decide", {"accept": f"{request_of(bob, carol)}-{bob.pk}"}, follow=True)
    assert "Nobody is waiting" in words(last)


def test_the_last_request_of_a_filter_brings_the_whole_page(alice: Account, bob: Account, carol: Account) -> None:
    ask(carol, alice, bob)
    people.change(bob.pk, note="choir")
    people.change(alice.pk, note="choir")
    ask(carol, AccountFactory())
    client = Client(headers={"HX-Request": "true"})
    client.force_login(carol)
    first, last = (
        {"next": "/requests?q=choir", "reject": f"{request_of(one, carol)}-{one.pk}"} for one in (alice, bob)
    )
    answer = client.post("/requests/decide", first)

    assert "Approve all 1…" in words(answer)
    assert '<span class="badge">2</span>' in text(answer)  # that wait without the filter
    assert "No request matches" in words(client.post("/requests/decide", last, follow=True))


def test_a_name_does_not_turn_the_words_around_it(alice: Account, carol: Account) -> None:
    people.change(alice.pk, display_name="دوستان <3")
    ask(carol, alice)
    page = send(browser(carol), "/requests/decide", page="/requests", reject=f"{request_of(alice, carol)}-{alice.pk}")

    assert "You rejected <bdi>دوستان &lt;3</bdi>." in text(page)


def test_all_that_fit_are_decided_after_a_question(
    alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    people.change(mallory.pk, note="choir")
    people.change(alice.pk, note="choir")
    ask(carol, alice, bob, mallory)
    client = browser(carol)
    question = client.get("/requests/all?q=choir&verdict=reject")
    assert "Reject 2 requests?" in words(question)
    newest = question.context["newest"]
    late = AccountFactory(display_name="Late")
    people.change(late.pk, note="choir")
    ask(carol, late)
    page = send(
        client,
        "/requests/all?q=choir",
        page="/requests/all?q=choir&verdict=reject",
        verdict="reject",
        newest=newest,
        next="/requests?q=choir",
    )

    assert "You rejected 2 requests." in words(page)
    assert names(page) == ["Late"]
    page = send(client, "/requests/undo", page="/requests", batch=Decision.objects.latest("pk").batch_id)
    assert "2 decisions undone." in words(page)
    assert sorted(names(page)) == ["Alice Adams", "Bob Brown", "Late", "Mallory"]


def test_nothing_is_decided_for_all_without_knowing_up_to_where(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    for newest in ("", "x", "-1"):
        page = send(
            browser(carol), "/requests/all", page="/requests/all?verdict=reject", verdict="reject", newest=newest
        )
        assert names(page) == ["Alice Adams"]


def test_more_than_fit_a_batch_are_named(monkeypatch: pytest.MonkeyPatch, carol: Account) -> None:
    monkeypatch.setattr("follows.queue.RANKED", 3)
    ask(carol, *[AccountFactory() for _ in range(5)])
    read = words(browser(carol).get("/requests/all?verdict=accept"))

    assert "Approve 3 requests?" in read
    assert "These are the newest. 2 more wait, and are not decided now." in read


def test_others_cannot_be_decided_for(alice: Account, carol: Account, mallory: Account) -> None:
    ask(carol, alice)
    pk = request_of(alice, carol)
    people.change(mallory.pk, locked=True)
    client = browser(mallory)
    page = send(client, "/requests/decide", page="/kept-out", ticked="accept", request=[pk])
    assert "1 was gone" in words(page)
    batch = deciding.decide_requests(carol.pk, deciding.Verdict.REJECT, [pk], by(carol)).batch
    assert "You rejected" not in words(client.get(f"/requests?done={batch}"))
    assert send(client, "/requests/undo", page="/kept-out", batch=batch).status_code == 404
    assert not Follow.objects.filter(follower=alice, target=carol).exists()


@pytest.mark.parametrize("form", [{}, {"ticked": "accept"}, {"ticked": "x", "request": "1"}, {"accept": "x"}])
def test_forms_that_say_nothing_change_nothing(alice: Account, carol: Account, form: dict[str, str]) -> None:
    ask(carol, alice)
    assert names(send(browser(carol), "/requests/decide", page="/requests", **form)) == ["Alice Adams"]


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_a_form_leads_to_no_other_site(alice: Account, carol: Account, address: str) -> None:
    ask(carol, alice)
    client = Client()
    client.force_login(carol)
    answer = client.post("/requests/decide", {"accept": f"{request_of(alice, carol)}-{alice.pk}", "next": address})
    assert answer.headers["Location"].startswith("/requests?")


def test_a_form_without_its_token_is_refused(alice: Account, carol: Account) -> None:
    ask(carol, alice)
    for path in (
        "/requests/decide",
        "/requests/all",
        "/requests/undo",
        "/followers",
        "/approved",
        f"/people/{alice.pk}/block",
    ):
        assert browser(carol).post(path, {"accept": str(request_of(alice, carol))}).status_code == 403


def test_names_and_texts_are_no_markup(alice: Account, carol: Account) -> None:
    people.change(alice.pk, display_name="<b>{id} %(x)s</b>", note="<script>alert(1)</script>")
    ask(carol, alice, note="</p><img src=x>{0}%s")
    single_page = single(browser(carol), "reject", alice, carol)
    ask(carol, alice, note="</p><img src=x>{0}%s")
    for page in (single_page, browser(carol).get("/requests")):
        for markup in ("<b>", "<script>alert", "<img src=x"):
            assert markup not in text(page)
    assert names(browser(carol).get("/requests")) == ["<b>{id} %(x)s</b>"]
