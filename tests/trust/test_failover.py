"""The leader of three PostgreSQL is killed: another one goes on in seconds, and no acknowledged write is lost."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import connection
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.members import Member
from tests.patroni import Cluster, patroni
from tests.replicas.cluster import wait_until
from tests.servers import PATIENCE, Live
from tests.trust.figures import Figure

WRITERS = 4
WAITING = 3_000  # requests that an opening accepts meanwhile
ACKNOWLEDGED = 15  # writes of each before the end, and after it


class Writer(threading.Thread):
    """A member who follows and unfollows others in turn, whatever becomes of it, and notes what was acknowledged."""

    def __init__(self, member: Member, others: list[int]) -> None:
        super().__init__(daemon=True)
        self.member, self.others = member, others
        self.ledger: dict[int, bool] = {}  # the last acknowledged answer: whether the follow stands
        self.unsure: set[int] = set()  # whose last write nobody acknowledged: it may have happened or not
        self.times: list[float] = [time.monotonic()]  # of the acknowledged writes
        self._ended = threading.Event()

    def run(self) -> None:
        chance = random.Random(self.member.id)
        while not self._ended.is_set():
            other = chance.choice(self.others)
            verb = "unfollow" if self.ledger.get(other) else "follow"
            self.unsure.add(other)
            try:
                answer = self.member.mastodon.post(f"/api/v1/accounts/{other}/{verb}")
                follows = answer.json()["following"] if answer.status_code == 200 else None
            except requests.RequestException:
                follows = None
            if follows is None:
                time.sleep(0.1)
                continue
            self.ledger[other] = follows
            self.unsure.discard(other)
            self.times.append(time.monotonic())

    def end(self) -> None:
        self._ended.set()
        self.join(PATIENCE)

    def lost(self, standing: set[tuple[int, int]]) -> list[int]:
        """Those whose follow is not as it was acknowledged."""
        me = self.member.id
        return [
            one for one, follows in self.ledger.items() if one not in self.unsure and follows != ((me, one) in standing)
        ]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no failover")
    with patroni() as cluster:
        yield cluster


@pytest.fixture
def server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Live]:
    server = Live(cluster.url, tmp_path_factory.mktemp("failover"), django_db_blocker)
    server.start()
    yield server
    server.process.terminate()
    server.process.wait(PATIENCE)


@pytest.mark.long
@pytest.mark.django_db
def test_a_leader_that_is_killed_loses_no_write(cluster: Cluster, server: Live, figure: Figure) -> None:
    manage(server, "seed", f"--accounts={WAITING}", f"--requests={WAITING}", "--follows=0", "--locked-account=owner")
    owner = manage(server, "create_token", "owner").strip()
    members = [Member(server.url, "writer") for _ in range(WRITERS)]
    targets = [Member(server.url, "target") for _ in range(6)]
    streams = server.start_streams()
    writers = [Writer(member, [target.id for target in targets]) for member in members]
    for writer in writers:
        writer.start()
    wait_for_writes(writers)
    listener = Listener(f"{streams}/api/v1/streaming?stream=user&access_token={targets[0].token}")

    patch = requests.patch(
        f"{server.url}/api/v1/accounts/update_credentials",
        json={"locked": False},
        headers={"Authorization": f"Bearer {owner}"},
        timeout=PATIENCE,
    )
    assert patch.status_code == 200, patch.text
    old = cluster.roles()["leader"]
    cluster.kill_leader()
    killed = time.monotonic()
    wait_until(lambda: cluster.roles().get("leader", old) != old, "no new leader")
    wait_for_writes(writers)
    heard = len(listener.heard)
    wait_until(lambda: len(listener.heard) > heard, "the stream says nothing any more")
    wait_until(lambda: cluster.sql("SELECT count(*) FROM follows_opening") == [(0,)], "the opening does not go on")
    for writer in writers:
        writer.end()
    listener.end()

    standing = set(cluster.sql("SELECT follower_id, target_id FROM follows_follow WHERE accepted_at IS NOT NULL"))
    lost = {writer.member.id: found for writer in writers if (found := writer.lost(standing))}
    first = min(moment for writer in writers for moment in writer.times if moment > killed)
    acknowledged = sum(len(writer.times) - 1 for writer in writers)
    figure(f"{first - killed:.0f} s without a write, {acknowledged} acknowledged writes, {len(lost)} lost")
    assert lost == {}
    assert cluster.sql("SELECT count(*) FROM follows_follow WHERE accepted_at IS NULL") == [(0,)]
    assert "all tallies are right" in manage(server, "recount", "--check")


class Listener(threading.Thread):
    """A client with a stream, who connects again when it ends."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.heard: list[Any] = []
        self._url, self._ended = url, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                with connect(self._url, open_timeout=PATIENCE) as stream:
                    while not self._ended.is_set():
                        try:
                            self.heard.append(json.loads(stream.recv(1)))
                        except TimeoutError:
                            continue
            except (OSError, WebSocketException):
                time.sleep(0.5)

    def end(self) -> None:
        self._ended.set()
        self.join(PATIENCE)


def wait_for_writes(writers: list[Writer]) -> None:
    """Until each has had some more of its writes acknowledged."""
    wanted = {writer: len(writer.times) + ACKNOWLEDGED for writer in writers}
    wait_until(lambda: all(len(writer.times) >= least for writer, least in wanted.items()), "nothing is acknowledged")
    assert all(writer.is_alive() for writer in writers)


def manage(server: Live, *words: str) -> str:
    command = [sys.executable, str(settings.ROOT / "manage.py"), *words]
    done = subprocess.run(command, env=os.environ | server.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
