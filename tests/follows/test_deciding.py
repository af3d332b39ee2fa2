"""Many decisions at once, and taking them back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import people
from accounts.models import Account
from follows import chunks, deciding, graph, queries, relationships, tallies
from follows.deciding import Outcome, Result, Verdict
from follows.gate import expiry, kept_out, servers, settings
from follows.models import Decision, DomainBlock, Follow, ServerRuleKind
from follows.paging import Window
from tests.factories import AccountFactory
from tests.follows.ledger import Counts, Decided, Told, by, counts, told

WINDOW = Window(40)


def ask(follower: Account, target: Account, note: str = "") -> int:
    graph.follow(follower.pk, target.pk, by(follower), note=note)
    return int(Follow.objects.get(follower=follower, target=target).pk)


def last(kind: int) -> int:
    return int(Decision.objects.filter(kind=kind).latest("pk").pk)


def test_many_are_decided_each_on_its_own(alice: Account, bob: Account, mallory: Account, carol: Account) -> None:
    requests = [ask(person, carol) for person in (alice, bob, mallory)]
    graph.unfollow(bob.pk, carol.pk, by(bob))

    batch, outcomes = deciding.decide_requests(carol.pk, Verdict.ACCEPT, [*requests, requests[0], 0], by(carol))
    assert [(outcome.account, outcome.result) for outcome in outcomes] == [
        (alice.pk, Result.ACCEPTED),
        (None, Result.GONE),
        (mallory.pk, Result.ACCEPTED),
        (None, Result.GONE),
        (None, Result.GONE),
    ]
    assert counts(carol) == Counts(followers=2)
    assert {decision.pk for decision in Decision.objects.filter(batch=batch)} == {
        outcome.decision for outcome in outcomes if outcome.decision
    }


def test_nobody_decides_the_requests_of_others(alice: Account, bob: Account, carol: Account) -> None:
    request = ask(alice, carol)

    assert deciding.decide_requests(bob.pk, Verdict.REJECT, [request], by(bob)).outcomes == [
        Outcome(request, None, Result.GONE)
    ]
    assert counts(carol) == Counts(requests=1)


def test_a_rejection_is_undone_with_the_day_of_the_first_asking(alice: Account, carol: Account) -> None:
    ask(alice, carol, note="please")
    asked = timezone.now() - timedelta(days=5)
    Follow.objects.update(created_at=asked)
    graph.reject(carol.pk, alice.pk, by(carol))

    outcome = deciding.undo(carol.pk, last(Decided.REJECTED), by(carol))
    assert outcome.result is Result.RESTORED
    request = Follow.objects.get()
    assert (request.pk, request.created_at, request.accepted_at, request.note) == (outcome.request, asked, None, "")
    assert (counts(carol), told()) == (Counts(requests=1), set())


def test_an_acceptance_is_undone_without_a_word(alice: Account, carol: Account) -> None:
    ask(alice, carol)
    graph.accept(carol.pk, alice.pk, by(carol))

    assert deciding.undo(carol.pk, last(Decided.ACCEPTED), by(carol)).result is Result.RESTORED
    assert relationships.one(alice.pk, carol.pk).requested
    assert (counts(carol), counts(alice), told()) == (Counts(requests=1), Counts(), set())


def test_a_removed_follower_follows_again_as_before(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, by(alice), notify=True, languages=["de"])
    since = Follow.objects.get().accepted_at
    graph.remove_follower(bob.pk, alice.pk, by(bob))

    assert deciding.undo(bob.pk, last(Decided.REMOVED), by(bob)).result is Result.RESTORED
    follow = Follow.objects.get()
    assert (follow.notify, follow.languages, follow.accepted_at) == (True, ["de"], since)
    assert (counts(alice), counts(bob)) == (Counts(following=1), Counts(followers=1))


def test_a_moderators_decision_is_undone_by_the_owner(alice: Account, carol: Account, moderator: Account) -> None:
    ask(alice, carol)
    graph.reject(carol.pk, alice.pk, by(moderator))

    assert deciding.undo(carol.pk, last(Decided.REJECTED), by(carol)).result is Result.RESTORED


def test_undoing_twice_is_too_late(alice: Account, carol: Account) -> None:
    ask(alice, carol)
    graph.reject(carol.pk, alice.pk, by(carol))
    rejected = last(Decided.REJECTED)
    deciding.undo(carol.pk, rejected, by(carol))

    assert deciding.undo(carol.pk, rejected, by(carol)).result is Result.TOO_LATE
    assert counts(carol) == Counts(requests=1)


@pytest.mark.parametrize(
    "since",
    ["asked again", "blocked", "blocked by the other", "suspended", "server blocked", "server refused", "a day passed"],
)
def test_nothing_is_undone_once_the_pair_changed_or_the_day_is_over(alice: Account, carol: Account, since: str) -> None:
    ask(alice, carol)
    graph.reject(carol.pk, alice.pk, by(carol))
    rejected = last(Decided.REJECTED)
    match since:
        case "asked again":
            ask(alice, carol)
            graph.unfollow(alice.pk, carol.pk, by(alice))
        case "blocked":
            graph.block(carol.pk, alice.pk, by(carol))
            graph.unblock(carol.pk, alice.pk, by(carol))
        case "blocked by the other":
            graph.block(alice.pk, carol.pk, by(alice))
        case "suspended":
            people.suspend(alice.pk)
        case "server blocked":
            Account.objects.filter(pk=alice.pk).update(domain="other.example", email="", password="")
            DomainBlock.objects.create(account=carol, domain="other.example")
        case "server refused":
            Account.objects.filter(pk=alice.pk).update(domain="other.example", email="", password="")
            servers.set_rule("other.example", ServerRuleKind.REFUSE, "", by(carol))
        case "a day passed":
            Decision.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))

    assert deciding.undo(carol.pk, rejected, by(carol)).result is Result.TOO_LATE
    assert not Follow.objects.exists()


def test_an_opening_is_not_undone(alice: Account, carol: Account) -> None:
    ask(alice, carol)
    graph.change_profile(carol.pk, by(carol), locked=False)

    assert deciding.undo(carol.pk, last(Decided.ACCEPTED), by(carol)).result is Result.TOO_LATE
    assert counts(carol) == Counts(followers=1)


def test_others_decisions_are_none_of_mine(alice: Account, bob: Account, carol: Account) -> None:
    ask(alice, carol)
    graph.reject(carol.pk, alice.pk, by(carol))

    for stranger, decision in ((bob, last(Decided.REJECTED)), (alice, last(Decided.REJECTED)), (carol, 2**31 - 1)):
        with pytest.raises(deciding.NoSuchDecision):
            deciding.undo(stranger.pk, decision, by(stranger))
    with pytest.raises(deciding.NoSuchDecision):
        deciding.undo_batch(carol.pk, 1, by(carol))


def test_rejected_and_kept_out_is_undone_together(alice: Account, carol: Account) -> None:
    request = ask(alice, carol)
    deciding.decide_requests(carol.pk, Verdict.REJECT, [request], by(carol), keep_out=True)
    assert kept_out.is_kept_out(carol.pk, alice.pk)

    deciding.undo(carol.pk, last(Decided.REJECTED), by(carol))
    assert not kept_out.is_kept_out(carol.pk, alice.pk)
    assert [key.account for key in queries.requests_to(carol.pk, WINDOW).rows] == [alice.pk]


def test_undoing_a_rejection_leaves_a_later_keep_out_as_it_is(alice: Account, carol: Account) -> None:
    ask(alice, carol)
    graph.reject(carol.pk, alice.pk, by(carol))
    kept_out.keep_out(carol.pk, alice.pk, by(carol))

    assert deciding.undo(carol.pk, last(Decided.REJECTED), by(carol)).result is Result.RESTORED
    assert kept_out.is_kept_out(carol.pk, alice.pk)
    assert queries.requests_to(carol.pk, WINDOW).rows == []


def test_a_batch_is_undone_as_one(carol: Account) -> None:
    people_who_ask = [AccountFactory() for _ in range(5)]
    requests = [ask(person, carol) for person in people_who_ask]
    batch, _ = deciding.decide_requests(carol.pk, Verdict.REJECT, requests, by(carol))
    ask(people_who_ask[0], carol)

    _, outcomes = deciding.undo_batch(carol.pk, batch, by(carol))
    assert [outcome.result for outcome in outcomes] == [Result.TOO_LATE, *[Result.RESTORED] * 4]
    assert counts(carol) == Counts(requests=5)
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def test_followers_are_removed_and_requests_cancelled_in_bulk(alice: Account, bob: Account, carol: Account) -> None:
    for follower in (alice, carol):
        graph.follow(follower.pk, bob.pk, by(follower))
    ask(alice, carol)

    removed = deciding.remove_followers(bob.pk, [alice.pk, carol.pk, 999], by(bob)).outcomes
    cancelled = deciding.cancel(alice.pk, [carol.pk, bob.pk], by(alice)).outcomes
    assert [outcome.result for outcome in removed] == [Result.REMOVED, Result.REMOVED, Result.GONE]
    assert [outcome.result for outcome in cancelled] == [Result.CANCELLED, Result.GONE]
    assert (counts(bob), counts(carol)) == (Counts(), Counts())


def test_old_requests_expire_but_not_those_of_whom_the_owner_follows(
    alice: Account, bob: Account, mallory: Account, carol: Account
) -> None:
    for person in (alice, bob, mallory):
        ask(person, carol)
    graph.follow(carol.pk, bob.pk, by(carol))
    Follow.objects.pending().exclude(follower=mallory).update(created_at=timezone.now() - timedelta(days=15))
    assert expiry.expire() == 0

    settings.change(carol.pk, by(carol), expire_days=14)
    assert expiry.expire() == 1
    assert not relationships.one(alice.pk, carol.pk).requested
    assert counts(carol) == Counts(following=1, requests=2)
    assert last(Decided.EXPIRED)
    assert ("carol", "alice", Told.REQUESTED) not in told()
    ask(alice, carol)
    assert counts(carol) == Counts(following=1, requests=3)


def test_a_rejection_of_one_who_came_while_paused_is_undone_to_just_that(alice: Account, carol: Account) -> None:
    settings.change(carol.pk, by(carol), paused=True)
    ask(alice, carol)
    graph.reject(carol.pk, alice.pk, by(carol))

    deciding.undo(carol.pk, last(Decided.REJECTED), by(carol))
    assert Follow.objects.get().while_paused


def test_whom_the_owner_follows_meanwhile_is_spared(alice: Account, carol: Account) -> None:
    request = ask(alice, carol)
    graph.follow(carol.pk, alice.pk, by(carol))

    assert chunks.expire(carol.pk, {alice.pk: request}, expiry.SERVER) == {}
    assert counts(carol) == Counts(following=1, requests=1)


def test_expiry_reads_a_long_queue_in_chunks(carol: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "CHUNK", 2)
    settings.change(carol.pk, by(carol), expire_days=14)
    old = [ask(AccountFactory(), carol) for _ in range(7)]
    Follow.objects.filter(pk__in=old[1:6]).update(created_at=timezone.now() - timedelta(days=15))

    assert expiry.expire() == 5
    assert (counts(carol).requests, sum(chunk.wrong for chunk in tallies.verify())) == (2, 0)
