"""The gate against a model in plain Python: whatever happens in whatever order, both agree after every step.

The model knows pairs, entries and counts, and nothing of rows, locks or statements.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts import validation
from accounts.models import Account
from follows import deciding, graph, queries
from follows.deciding import Result, Verdict
from follows.gate import approvals, expiry, kept_out, rules, servers
from follows.gate import settings as gate
from follows.graph import FollowResult
from follows.locks import embedded
from follows.models import Decision, Follow, ServerRuleKind
from follows.paging import Window
from follows.policy import Blocked
from tests.follows.ledger import by, counts

OLD = timedelta(days=40)
EXPIRE = 30
Pair = tuple[int, int]  # follower, target


@dataclass(frozen=True)
class Tie:
    """One pair's row: waiting, aside or following."""

    state: str
    asked: str = "new"  # or "old"


@dataclass
class Model:
    """What the gate knows, as sets."""

    ties: dict[Pair, Tie] = field(default_factory=dict)
    blocks: set[Pair] = field(default_factory=set)
    kept: set[Pair] = field(default_factory=set)  # owner, account
    approved: set[Pair] = field(default_factory=set)  # owner, account
    locked: set[int] = field(default_factory=set)
    paused: set[int] = field(default_factory=set)
    accepting: set[int] = field(default_factory=set)  # whom they follow
    limited: set[int] = field(default_factory=set)
    expiring: set[int] = field(default_factory=set)
    server_rule: ServerRuleKind | None = None
    decided: list[tuple[int, Pair, str, Tie, bool]] = field(default_factory=list)  # undoable ones, the newest last

    def answer(self, follower: int, owner: int, *, remote: bool) -> tuple[str, int]:
        """Outcome and row, in the order of the table."""
        mutual, kind = self.follows(owner, follower), self.server_rule if remote else None
        parted = (owner, follower) in self.blocks or (follower, owner) in self.blocks
        refused = kind is ServerRuleKind.REFUSE or (kind is ServerRuleKind.MUTUALS_ONLY and not mutual)
        asks = owner in self.locked or follower in self.limited
        table = [
            (parted, "refused"),
            (refused, "refused"),
            ((owner, follower) in self.kept, "aside"),
            ((owner, follower) in self.approved, "follow"),
            (owner in self.accepting and mutual, "follow"),
            (owner in self.paused, "request"),
            (asks or kind in {ServerRuleKind.MUST_ASK, ServerRuleKind.LIMITED}, "request"),
            (True, "follow"),
        ]
        return next((outcome, row) for row, (holds, outcome) in enumerate(table) if holds)

    def follows(self, follower: int, target: int) -> bool:
        tie = self.ties.get((follower, target))
        return tie is not None and tie.state == "following"

    def waits(self, pair: Pair) -> bool:
        return pair in self.ties and self.ties[pair].state == "waiting"

    def touched(self, *pairs: Pair) -> None:
        """Something happened to these pairs: what was decided about them before stays."""
        self.decided = [one for one in self.decided if one[1] not in pairs]

    def counts(self, account: int) -> tuple[int, int, int]:
        followers = sum(self.follows(*pair) for pair in self.ties if pair[1] == account)
        following = sum(self.follows(*pair) for pair in self.ties if pair[0] == account)
        return followers, following, sum(self.waits(pair) for pair in self.ties if pair[1] == account)


PEOPLE = st.integers(0, 2)
PAIRS = st.tuples(st.integers(0, 3), PEOPLE).filter(lambda pair: pair[0] != pair[1])  # the fourth is of another server


class Gate(RuleBasedStateMachine):
    """Three people of this server, and one of another who asks them."""

    @initialize()
    def begin(self) -> None:
        names = ["ann", "ben", "cy"]
        self.people = [Account.objects.create(username=name, email=f"{name}@example.org") for name in names]
        self.people.append(Account.objects.create(username="zoe", domain="other.example"))
        self.model = Model()

    def of(self, pair: Pair) -> tuple[Account, Account]:
        return self.people[pair[0]], self.people[pair[1]]

    @rule(pair=PAIRS)
    def follow(self, pair: Pair) -> None:
        follower, owner = self.of(pair)
        outcome, row = self.model.answer(*pair, remote=pair[0] == 3)
        if outcome == "refused":
            try:
                graph.follow(follower.pk, owner.pk, by(follower))
            except Blocked:
                return
            raise AssertionError("nothing refused it")
        result = graph.follow(follower.pk, owner.pk, by(follower))
        tie = self.model.ties.get(pair)
        if tie is None:
            self.model.touched(pair)
            state = {"follow": "following", "request": "waiting", "aside": "aside"}[outcome]
            self.model.ties[pair] = Tie(state)
            assert result is (FollowResult.FOLLOWED if state == "following" else FollowResult.REQUESTED)
        elif tie.state == "waiting" and outcome == "follow":
            self.model.touched(pair)
            self.model.ties[pair] = replace(tie, state="following")
            assert result is FollowResult.FOLLOWED
        else:
            assert result is FollowResult.NOTHING
            return
        if row == 3:
            self.model.approved.discard((pair[1], pair[0]))

    @rule(pair=PAIRS)
    def unfollow(self, pair: Pair) -> None:
        follower, owner = self.of(pair)
        graph.unfollow(follower.pk, owner.pk, by(follower))
        if self.model.ties.pop(pair, None):
            self.model.touched(pair)

    @rule(pair=PAIRS, verdict=st.sampled_from(Verdict), keep_out=st.booleans())
    def decide(self, pair: Pair, verdict: Verdict, keep_out: bool) -> None:
        follower, owner = self.of(pair)
        keep_out = keep_out and verdict is Verdict.REJECT
        (outcome,) = deciding.decide_accounts(owner.pk, verdict, [follower.pk], by(owner), keep_out=keep_out).outcomes
        if not self.model.waits(pair):
            assert outcome.result is Result.GONE
            return
        was = self.model.ties[pair]
        self.model.touched(pair)
        if verdict is Verdict.ACCEPT:
            self.model.ties[pair] = replace(was, state="following")
        else:
            del self.model.ties[pair]
        new = keep_out and (pair[1], pair[0]) not in self.model.kept
        if new:
            self.model.kept.add((pair[1], pair[0]))
        assert outcome.decision is not None
        self.model.decided.append((outcome.decision, pair, verdict.value, was, new))

    @rule(pair=PAIRS)
    def remove(self, pair: Pair) -> None:
        follower, owner = self.of(pair)
        (outcome,) = deciding.remove_followers(owner.pk, [follower.pk], by(owner)).outcomes
        if not self.model.follows(*pair):
            assert outcome.result is Result.GONE
            return
        self.model.touched(pair)
        assert outcome.decision is not None
        self.model.decided.append((outcome.decision, pair, "remove", self.model.ties.pop(pair), False))

    @rule(place=st.integers(0, 5))
    def undo(self, place: int) -> None:
        if not self.model.decided:
            return
        decision, pair, kind, was, kept = self.model.decided[place % len(self.model.decided)]
        outcome = deciding.undo(self.people[pair[1]].pk, decision, by(self.people[pair[1]]))
        if self.model.answer(*pair, remote=pair[0] == 3)[0] == "refused":
            assert outcome.result is Result.TOO_LATE
            return
        assert outcome.result is Result.RESTORED
        self.model.touched(pair)
        if kept:
            self.model.kept.discard((pair[1], pair[0]))
        aside = kind == "reject" and (pair[1], pair[0]) in self.model.kept
        self.model.ties[pair] = replace(was, state="aside" if aside else was.state)
        again = deciding.undo(self.people[pair[1]].pk, decision, by(self.people[pair[1]]))
        assert again.result is Result.TOO_LATE

    @rule(pair=PAIRS, way=st.booleans())
    def block(self, pair: Pair, way: bool) -> None:
        blocker, target = pair if way else pair[::-1]
        graph.block(self.people[blocker].pk, self.people[target].pk, by(self.people[blocker]))
        if (blocker, target) not in self.model.blocks:
            self.model.blocks.add((blocker, target))
            for one in (pair, pair[::-1]):
                self.model.ties.pop(one, None)
                self.model.touched(one)

    @rule(pair=PAIRS, way=st.booleans())
    def unblock(self, pair: Pair, way: bool) -> None:
        blocker, target = pair if way else pair[::-1]
        graph.unblock(self.people[blocker].pk, self.people[target].pk, by(self.people[blocker]))
        if (blocker, target) in self.model.blocks:
            self.model.blocks.remove((blocker, target))
            self.model.touched(pair, pair[::-1])

    @rule(pair=PAIRS)
    def keep_out(self, pair: Pair) -> None:
        follower, owner = self.of(pair)
        kept_out.keep_out(owner.pk, follower.pk, by(owner))
        self.model.kept.add((pair[1], pair[0]))
        tie = self.model.ties.get(pair)
        if tie and tie.state == "following":
            self.model.touched(pair)
            decision = Decision.objects.filter(kind=Decision.Kind.REMOVED).latest("pk").pk
            self.model.decided.append((decision, pair, "remove", self.model.ties.pop(pair), False))
        elif tie:
            self.model.ties[pair] = replace(tie, state="aside")

    @rule(pair=PAIRS)
    def let_in(self, pair: Pair) -> None:
        follower, owner = self.of(pair)
        for entry in kept_out.kept_out_by(owner.pk, Window(40)).rows:
            if entry.account == follower.pk:
                kept_out.let_in(owner.pk, entry.id)
        self.model.kept.discard((pair[1], pair[0]))
        tie = self.model.ties.get(pair)
        if tie and tie.state == "aside":
            self.model.ties[pair] = replace(tie, state="waiting")

    @rule(pair=PAIRS)
    def approve(self, pair: Pair) -> None:
        follower, owner = self.of(pair)
        try:
            approvals.approve_account(owner.pk, follower.pk, None, by(owner))
        except validation.Invalid:
            assert (pair[1], pair[0]) in self.model.kept
            return
        assert (pair[1], pair[0]) not in self.model.kept
        if not self.model.waits(pair):
            self.model.approved.add((pair[1], pair[0]))
            return
        was = self.model.ties[pair]
        self.model.touched(pair)
        self.model.approved.discard((pair[1], pair[0]))
        self.model.ties[pair] = replace(was, state="following")
        decision = Decision.objects.filter(kind=Decision.Kind.ACCEPTED).latest("pk").pk
        self.model.decided.append((decision, pair, "accept", was, False))

    @rule(who=PEOPLE, locked=st.booleans(), paused=st.booleans(), accepting=st.booleans(), expiring=st.booleans())
    def set_gate(self, who: int, locked: bool, paused: bool, accepting: bool, expiring: bool) -> None:
        owner = self.people[who]
        days = EXPIRE if expiring else None
        gate.change(owner.pk, by(owner), locked=locked, paused=paused, accept_followed=accepting, expire_days=days)
        for chosen, members in (
            (locked, self.model.locked),
            (paused, self.model.paused),
            (accepting, self.model.accepting),
            (expiring, self.model.expiring),
        ):
            (members.add if chosen else members.discard)(who)

    @rule(who=PEOPLE, limited=st.booleans())
    def limit(self, who: int, limited: bool) -> None:
        (servers.limit if limited else servers.unlimit)(self.people[who].pk)
        (self.model.limited.add if limited else self.model.limited.discard)(who)

    @rule(kind=st.sampled_from([None, *ServerRuleKind]))
    def rule_for_the_server(self, kind: ServerRuleKind | None) -> None:
        self.model.server_rule = kind
        if kind:
            servers.set_rule("other.example", kind, "", by(self.people[0]))
        else:
            servers.drop_rule("other.example")

    @rule(pair=PAIRS)
    def time_passes(self, pair: Pair) -> None:
        """The pair's request was asked long ago."""
        tie = self.model.ties.get(pair)
        if tie and tie.state != "following":
            follower, owner = self.of(pair)
            Follow.objects.filter(follower=follower, target=owner).update(created_at=timezone.now() - OLD)
            self.model.ties[pair] = replace(tie, asked="old")

    @rule()
    def expire(self) -> None:
        ended = expiry.expire()
        old = [
            pair
            for pair, tie in self.model.ties.items()
            if tie == Tie("waiting", "old") and pair[1] in self.model.expiring and not self.model.follows(*pair[::-1])
        ]
        assert ended == len(old)
        for pair in old:
            del self.model.ties[pair]
            self.model.touched(pair)

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        numbers = {account.pk: number for number, account in enumerate(self.people)}
        ties = {
            (numbers[edge.follower_id], numbers[edge.target_id]): _state(edge.accepted_at, edge.aside)
            for edge in Follow.objects.all()
        }
        assert ties == {pair: tie.state for pair, tie in self.model.ties.items()}
        for number, account in enumerate(self.people):
            assert tuple(counts(account)) == self.model.counts(number)
            asks = {numbers[key.account] for key in queries.requests_to(account.pk, Window(40)).rows}
            assert asks == {pair[0] for pair in self.model.ties if pair[1] == number and self.model.waits(pair)}
        for follower in range(4):
            for owner in range(3):
                if follower != owner:
                    found = rules.check(self.people[follower].pk, self.people[owner].pk)
                    expected = self.model.answer(follower, owner, remote=follower == 3)
                    assert (found.outcome.value, found.row) == expected


def _state(accepted_at: datetime | None, aside: bool) -> str:
    if accepted_at:
        return "following"
    return "aside" if aside else "waiting"


class Isolated(Gate):
    """Each run ends as it began: with an empty database."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(transaction.atomic())
        self.undone.enter_context(embedded())

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.close()


def test_the_gate_agrees_with_the_model(db: None) -> None:
    run_state_machine_as_test(
        Isolated,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
