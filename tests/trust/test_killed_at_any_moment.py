"""A server that is killed outright loses no write that it acknowledged, and does none by half."""

import random
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from accounts.models import Account
from follows import tallies
from follows.models import Follow, Notice
from tests.compat_mastodon.conftest import token_for
from tests.servers import PATIENCE, Live, NewServer
from tests.trust.figures import Figure

KILLS = 3
WRITERS = 4
ACKNOWLEDGED = 10  # writes between two kills, at least


class Writer(threading.Thread):
    """One person who follows and unfollows others in turn, and notes what the server said to each."""

    def __init__(self, live: Live, account: Account, token: str, others: list[int]) -> None:
        super().__init__()
        self.account, self.others = account.pk, others
        self.ledger: dict[int, bool] = {}  # the last acknowledged answer: whether the follow stands
        self.unanswered: set[int] = set()  # whose last write nobody acknowledged: it may have happened or not
        self.acknowledged = 0
        self._url, self._token, self._ended = live.url, token, threading.Event()

    def run(self) -> None:
        chance = random.Random(self.account)
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {self._token}"
            while not self._ended.is_set():
                other = chance.choice(self.others)
                verb = "unfollow" if self.ledger.get(other) else "follow"
                self.unanswered.add(other)
                try:
                    answer = session.post(f"{self._url}/api/v1/accounts/{other}/{verb}", timeout=PATIENCE)
                except requests.RequestException:
                    time.sleep(0.05)
                    continue
                assert answer.status_code == 200, answer.text
                self.ledger[other] = answer.json()["following"]
                self.unanswered.discard(other)
                self.acknowledged += 1

    def end(self) -> None:
        self._ended.set()
        self.join(PATIENCE)


@pytest.fixture
def server(new_server: NewServer) -> Iterator[Live]:
    with new_server("killed") as server:
        server.start()
        yield server
        server.kill()


@pytest.mark.long
def test_a_killed_server_keeps_every_write_that_it_acknowledged(server: Live, figure: Figure) -> None:
    people = [server.sign_up("writer") for _ in range(WRITERS)]
    targets = [server.sign_up("target").pk for _ in range(12)]
    with server.database():
        tokens = [token_for(person) for person in people]
    writers = [Writer(server, *cast, targets) for cast in zip(people, tokens, strict=True)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(KILLS):
            wait_for_writes(writers)
            server.kill()
            server.start()
        wait_for_writes(writers)
    finally:
        for writer in writers:
            writer.end()

    with server.database():
        standing = set(Follow.objects.accepted().values_list("follower_id", "target_id"))
        told = Notice.objects.filter(kind=Notice.Kind.FOLLOWED).values_list("actor_id", "recipient_id")
        assert set(told) == standing
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0
    lost = [
        (writer.account, other)
        for writer in writers
        for other, follows in writer.ledger.items()
        if other not in writer.unanswered and follows != ((writer.account, other) in standing)
    ]
    acknowledged = sum(writer.acknowledged for writer in writers)
    figure(f"{KILLS} kills of all processes, {acknowledged} acknowledged writes, {len(lost)} lost")
    assert lost == []


def wait_for_writes(writers: list[Writer]) -> None:
    """Until each has had some more of its writes acknowledged."""
    deadline = time.monotonic() + PATIENCE
    wanted = {writer: writer.acknowledged + ACKNOWLEDGED for writer in writers}
    while any(writer.acknowledged < least for writer, least in wanted.items()):
        assert time.monotonic() < deadline
        assert all(writer.is_alive() for writer in writers)
        time.sleep(0.05)
