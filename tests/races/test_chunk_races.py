"""Between the chunks of a batch others write, and a process may end."""

import signal
import subprocess
import sys
from threading import Event
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Account
from follows import chunks, deciding, graph, tallies
from follows.deciding import Result, Verdict
from follows.models import Batch, Decision, Follow
from tests.races.test_gate_races import asked, by
from tests.races.test_races import at_once
from tests.servers import PATIENCE, Live

KILLED = """
import os, signal
import django
django.setup()
from accounts.access import Actor
from follows import changes, chunks, deciding
chunks.SIZE = 3
changes.register(lambda change: os.kill(os.getpid(), signal.SIGKILL))
deciding.decide_requests({owner}, deciding.Verdict.{verdict}, {requests}, Actor({owner}, "test"))
"""


def test_others_write_between_the_chunks_of_a_batch(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "SIZE", 2)
    owner, fan, star = live.sign_up("owner", locked=True), live.sign_up("fan"), live.sign_up("star")
    requests = [asked(live, owner)[1] for _ in range(40)]
    over = Event()

    def decide() -> deciding.Batched:
        with live.database():
            try:
                return deciding.decide_requests(owner.pk, Verdict.REJECT, requests, by(owner))
            finally:
                over.set()

    def follow_and_unfollow() -> None:
        with live.database():
            while not over.is_set():
                graph.toggle(fan.pk, star.pk, by(fan))

    (batch, outcomes), _ = at_once(decide, follow_and_unfollow)

    assert {outcome.result for outcome in outcomes} == {Result.REJECTED}
    with live.database():
        ids = list(Decision.objects.filter(batch=batch).order_by("pk").values_list("pk", flat=True))
        between = Decision.objects.filter(follower=fan, pk__range=(ids[0], ids[-1]))
        assert between.count() >= 3
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0


@pytest.mark.parametrize("verdict", Verdict)
def test_a_batch_whose_process_is_killed_is_decided_up_to_a_chunk_and_can_be_sent_again(
    live: Live, verdict: Verdict
) -> None:
    owner = live.sign_up("owner", locked=True)
    requests = [asked(live, owner)[1] for _ in range(8)]
    code = KILLED.format(owner=owner.pk, verdict=verdict.name, requests=requests)
    killed = subprocess.run(
        [sys.executable, "-c", code], env=live.environment, cwd=settings.ROOT, timeout=PATIENCE, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    with live.database():
        assert waiting(owner) == requests[3:]
        (batch,) = Batch.objects.filter(owner=owner).values_list("pk", flat=True)
        assert Decision.objects.filter(batch=batch).count() == 3
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0
        outcomes = deciding.decide_requests(owner.pk, verdict, requests, by(owner)).outcomes
        done = Result.ACCEPTED if verdict is Verdict.ACCEPT else Result.REJECTED
        assert [outcome.result for outcome in outcomes] == [Result.GONE] * 3 + [done] * 5
        assert [outcome.result for outcome in deciding.undo_batch(owner.pk, batch, by(owner)).outcomes] == [
            Result.RESTORED
        ] * 3
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0


def waiting(owner: Account) -> list[Any]:
    return list(Follow.objects.waiting().filter(target=owner).order_by("pk").values_list("pk", flat=True))
