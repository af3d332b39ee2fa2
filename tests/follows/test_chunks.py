"""A chunk of decisions is one write, and leaves behind what single decisions leave."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from follows import changes, chunks, deciding, graph, lists, marks, tallies
from follows.changes import Change
from follows.deciding import Outcome, Result, Verdict
from follows.gate import kept_out
from follows.models import Decision, Follow, ListMember, Notice
from follows.notices import policies
from tests.factories import AccountFactory
from tests.follows.ledger import Counts, by, counts

pytestmark = pytest.mark.django_db

Decide = Callable[[Account, list[Account]], Any]
Listening = Callable[[Callable[[], None]], None]


@pytest.fixture
def once_changed() -> Iterator[Listening]:
    """Lets something happen right after the commit of the next change."""
    listeners: list[Callable[[Change], None]] = []

    def do(something: Callable[[], None]) -> None:
        def listen(change: Change) -> None:
            changes.unregister(listen)
            something()

        listeners.append(listen)
        changes.register(listen)

    yield do
    for listener in listeners:
        changes.unregister(listener)


def ask(follower: Account, owner: Account) -> int:
    graph.follow(follower.pk, owner.pk, by(follower), languages=["de"])
    return int(Follow.objects.get(follower=follower, target=owner).pk)


def pks(accounts: list[Account]) -> list[int]:
    return [account.pk for account in accounts]


def results(outcomes: list[Outcome]) -> list[Result]:
    return [outcome.result for outcome in outcomes]


ONE_BY_ONE: dict[str, Decide] = {
    "accept": lambda owner, people: [graph.accept(owner.pk, one.pk, by(owner)) for one in people],
    "reject": lambda owner, people: [graph.reject(owner.pk, one.pk, by(owner)) for one in people],
    "remove": lambda owner, people: [graph.remove_follower(owner.pk, one.pk, by(owner)) for one in people],
}
TOGETHER: dict[str, Decide] = {
    "accept": lambda owner, people: deciding.decide_accounts(owner.pk, Verdict.ACCEPT, pks(people), by(owner)),
    "reject": lambda owner, people: deciding.decide_accounts(owner.pk, Verdict.REJECT, pks(people), by(owner)),
    "remove": lambda owner, people: deciding.remove_followers(owner.pk, pks(people), by(owner)),
}


@pytest.mark.parametrize("policy", [{}, {"for_bots": "drop", "for_new_accounts": "filter"}], ids=["none", "strict"])
@pytest.mark.parametrize("what", list(TOGETHER))
def test_a_chunk_leaves_the_rows_that_single_decisions_leave(what: str, policy: dict[str, str]) -> None:
    def world(name: str, decide: Decide) -> dict[str, Any]:
        owner = AccountFactory(username=f"{name}_owner", locked=True)
        kinds = {"bot": {"bot": True}, "limited": {"limited_at": timezone.now()}}
        names = ("plain", "muted", "friend", "listing", "bot", "limited")
        people = [AccountFactory(username=f"{name}_{kind}", **kinds.get(kind, {})) for kind in names]
        policies.change_policy(owner.pk, **policy)
        for person in people:
            ask(person, owner)
        marks.mute(owner.pk, people[1].pk)
        graph.follow(owner.pk, people[2].pk, by(owner))
        if what == "remove":
            for person in people:
                graph.accept(owner.pk, person.pk, by(owner))
            lists.add(people[3].pk, lists.create(people[3].pk, "Friends").pk, [owner.pk])
            marks.endorse(people[3].pk, owner.pk)
        decide(owner, people[::-1])
        return left(name, [owner, *people])

    assert world("one", ONE_BY_ONE[what]) == world("two", TOGETHER[what])


def left(name: str, accounts: list[Account]) -> dict[str, Any]:
    """All rows about these accounts, in the order of their ids, without these, moments, and the prefix of names."""
    mine = Follow.objects.filter(follower__in=accounts, target__in=accounts).order_by("pk")
    told = Notice.objects.filter(recipient__in=accounts).order_by("recipient", "pk")
    log = Decision.objects.filter(follower__in=accounts).order_by("pk")
    ends = ("follower__username", "target__username")
    more = ("accepted_at__isnull", "notify", "languages", "reason", "note", "aside", "while_paused", "seen")
    rows = {
        "edges": mine.values_list(*ends, *(column for column in more if column != "accepted_at__isnull")),
        "followers": mine.accepted().values_list(*ends),
        "notices": told.values_list("recipient__username", "actor__username", "kind", "seen", "filtered", "bucket"),
        "log": log.values_list("kind", *ends, "actor__username", "door", "rule", "aside", "was__kept_out"),
        "lists": ListMember.objects.filter(member__in=accounts).values_list("list__title"),
    }
    found = {what: str(list(kept)).replace(f"{name}_", "") for what, kept in rows.items()}
    return found | {"counts": [counts(account) for account in accounts]}


def test_of_a_chunk_the_one_that_is_gone_is_left_out(carol: Account) -> None:
    people = [AccountFactory() for _ in range(4)]
    requests = [ask(person, carol) for person in people]
    graph.unfollow(people[1].pk, carol.pk, by(people[1]))
    named = [requests[2], requests[1], requests[0], requests[2], 2**40, requests[3]]

    batch, outcomes = deciding.decide_requests(carol.pk, Verdict.REJECT, named, by(carol))
    assert [outcome.request for outcome in outcomes] == named
    assert [outcome.account for outcome in outcomes] == [people[2].pk, None, people[0].pk, None, None, people[3].pk]
    rejected, gone = Result.REJECTED, Result.GONE
    assert results(outcomes) == [rejected, gone, rejected, gone, gone, rejected]
    logged = Decision.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True)
    assert list(logged) == [outcome.decision for outcome in outcomes if outcome.decision]
    assert counts(carol) == Counts()


@pytest.mark.django_db(transaction=True)
def test_who_is_blocked_between_two_chunks_is_gone_in_the_second(
    carol: Account, once_changed: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "SIZE", 2)
    people = [AccountFactory() for _ in range(5)]
    requests = [ask(person, carol) for person in people]

    def block() -> None:
        assert counts(carol) == Counts(followers=2, requests=3)
        graph.block(carol.pk, people[2].pk, by(carol))

    once_changed(block)
    outcomes = deciding.decide_requests(carol.pk, Verdict.ACCEPT, requests, by(carol)).outcomes
    accepted, gone = Result.ACCEPTED, Result.GONE
    assert results(outcomes) == [accepted, accepted, gone, accepted, accepted]
    assert [outcome.account for outcome in outcomes] == pks(people)
    assert counts(carol) == Counts(followers=4)
    assert not Notice.objects.filter(recipient=carol, actor=people[2]).exists()
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


@pytest.mark.django_db(transaction=True)
def test_who_asks_anew_between_two_chunks_is_another_request(
    carol: Account, once_changed: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "SIZE", 1)
    people = [AccountFactory() for _ in range(2)]
    requests = [ask(person, carol) for person in people]

    def ask_anew() -> None:
        graph.unfollow(people[1].pk, carol.pk, by(people[1]))
        ask(people[1], carol)

    once_changed(ask_anew)
    outcomes = deciding.decide_requests(carol.pk, Verdict.REJECT, requests, by(carol)).outcomes
    assert results(outcomes) == [Result.REJECTED, Result.GONE]
    assert counts(carol) == Counts(requests=1)


@pytest.mark.parametrize("verdict", Verdict)
def test_one_that_the_database_refuses_stops_none_of_the_others(carol: Account, verdict: Verdict) -> None:
    people = [AccountFactory() for _ in range(3)]
    requests = [ask(person, carol) for person in people]
    refuse_decisions_about(people[1])

    batch, outcomes = deciding.decide_requests(carol.pk, verdict, requests, by(carol))
    done = Result.ACCEPTED if verdict is Verdict.ACCEPT else Result.REJECTED
    assert results(outcomes) == [done, Result.REFUSED, done]
    assert outcomes[1] == Outcome(requests[1], people[1].pk, Result.REFUSED, None)
    assert list(Follow.objects.waiting().values_list("pk", "follower")) == [(requests[1], people[1].pk)]
    assert Decision.objects.filter(batch=batch).count() == 2
    assert Notice.objects.filter(recipient=carol, actor=people[1]).get().kind == Notice.Kind.REQUESTED
    assert counts(carol).requests == 1
    assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def refuse_decisions_about(account: Account) -> None:
    """From now on the database takes no row of the log about it."""
    on_sqlite = f"""
        CREATE TRIGGER refuse BEFORE INSERT ON follows_decision WHEN new.follower_id = {account.pk}
        BEGIN SELECT raise(ABORT, 'refused'); END"""
    on_postgresql = f"""
        CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF new.follower_id = {account.pk} THEN RAISE 'refused' USING ERRCODE = 'check_violation'; END IF;
            RETURN new;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON follows_decision FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();"""
    with connection.cursor() as cursor:
        cursor.execute(on_sqlite if connection.vendor == "sqlite" else on_postgresql)


def test_of_those_who_are_kept_out_already_no_decision_says_that_it_kept_them_out(carol: Account) -> None:
    people = [AccountFactory() for _ in range(2)]
    for person in people:
        ask(person, carol)
    kept_out.KeptOut.objects.create(owner=carol, account=people[0])

    deciding.decide_accounts(carol.pk, Verdict.REJECT, pks(people), by(carol), keep_out=True)
    rejections = Decision.objects.filter(kind=Decision.Kind.REJECTED).order_by("pk")
    assert list(rejections.values_list("was__kept_out", flat=True)) == [False, True]
    assert kept_out.KeptOut.objects.filter(owner=carol).count() == 2


def test_a_batch_of_several_chunks_keeps_its_order(carol: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "SIZE", 3)
    people = [AccountFactory() for _ in range(8)]
    for person in people:
        ask(person, carol)
    order = [people[place] for place in (5, 0, 7, 2, 6, 1, 4, 3)]

    outcomes = deciding.decide_accounts(carol.pk, Verdict.ACCEPT, pks(order), by(carol)).outcomes
    assert [outcome.account for outcome in outcomes] == pks(order)
    assert list(Follow.objects.accepted().order_by("pk").values_list("follower", flat=True)) == pks(order)
    joined = Notice.objects.filter(recipient=carol, kind=Notice.Kind.JOINED).order_by("pk")
    assert list(joined.values_list("actor", flat=True)) == pks(order)


@pytest.mark.parametrize("end", ["reject", "expire"])
def test_requests_that_end_leave_other_notices_of_the_same_people(carol: Account, end: str) -> None:
    requester = AccountFactory(locked=True)
    ask(carol, requester)
    graph.accept(requester.pk, carol.pk, by(requester))
    graph.unfollow(carol.pk, requester.pk, by(carol))
    Notice.objects.get_or_create(recipient=carol, actor=requester, kind=Notice.Kind.ACCEPTED)
    asked = {requester.pk: ask(requester, carol)}

    if end == "reject":
        deciding.decide_accounts(carol.pk, Verdict.REJECT, [*asked], by(carol))
    else:
        chunks.expire(carol.pk, asked, by(carol))

    assert list(Notice.objects.filter(recipient=carol).values_list("kind", flat=True)) == [Notice.Kind.ACCEPTED]
