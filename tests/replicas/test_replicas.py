"""Standbys answer what people show to others, nobody misses what they wrote, and nobody notices that one is away."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings as latchkey

from tests.members import Member, tell
from tests.replicas.cluster import Node, wait_until
from tests.replicas.conftest import Replicated
from tests.scenarios import STORIES
from tests.servers import PATIENCE, Live

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def members(replicated: Replicated) -> list[Member]:
    """Four, so that each standby is the first choice for some of them."""
    found = [replicated.member(name) for name in ("anna", "ben", "cleo", "dora")]
    for member in found:
        member.mastodon.patch("/api/v1/accounts/update_credentials", {"discoverable": True})
    return found


def test_both_standbys_answer(replicated: Replicated, members: list[Member]) -> None:
    for standby in (replicated.fast, replicated.slow):
        serves(standby, lambda: look_around(replicated, members))


def test_nobody_misses_what_they_wrote(replicated: Replicated, members: list[Member]) -> None:
    assert stale(members, 160) == 0


@pytest.mark.long
def test_nobody_misses_what_they_wrote_in_10_000_reads(replicated: Replicated, members: list[Member]) -> None:
    before = replicated.fast.reads()

    assert stale(members, 10_000) == 0
    serves(replicated.fast, lambda: look_around(replicated, members), before + 2_000)


def test_a_standby_of_another_database_answers_nobody(
    replicated: Replicated, members: list[Member], tmp_path: Path, django_db_blocker: Any
) -> None:
    other = urlsplit(replicated.fast.url)._replace(path="/template1").geturl()
    live = Live(replicated.primary.url, tmp_path, django_db_blocker, DATABASE_REPLICA_URLS=other)

    def is_left_out() -> bool:
        assert requests.get(f"{live.url}/api/v1/accounts/{members[0].id}", timeout=PATIENCE).status_code == 200
        return "The database replica_1 is left out: it is of another database" in live.log.read_text()

    live.start()
    try:
        wait_until(is_left_out)
        doctor = [sys.executable, str(latchkey.ROOT / "manage.py"), "doctor", "--json", "--seconds", "60"]
        told = subprocess.run(doctor, env=live.environment, capture_output=True, text=True, timeout=PATIENCE)
    finally:
        assert live.end() == 0

    (check,) = [check for check in json.loads(told.stdout)["checks"] if check["check"] == "replicas"]
    assert check["sentences"] == ["replica_1 is of another database than DATABASE_URL: correct its address."]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.long
def test_crossed_stories(replicated: Replicated, story: str) -> None:
    tell(story, replicated.live.url)


@pytest.mark.long
def test_streams_tell_what_the_next_read_finds(replicated: Replicated, members: list[Member]) -> None:
    anna, ben, *_ = members
    ben.mastodon.patch("/api/v1/accounts/update_credentials", {"locked": True})
    origin = replicated.live.start_streams().replace("ws", "http")
    url = f"{origin}/api/v1/streaming/user?access_token={ben.token}"
    with requests.get(url, stream=True, timeout=PATIENCE) as stream:
        lines = (line for line in stream.iter_lines(1) if line.startswith(b"event: "))
        for _ in range(20):
            anna.says(f"accounts/{ben.id}/follow")
            assert next(lines) == b"event: notification"
            assert [item["id"] for item in ben.sees("v1/follow_requests")] == [str(anna.id)]
            ben.says(f"follow_requests/{anna.id}/authorize")
            assert str(anna.id) in {item["id"] for item in ben.sees(f"v1/accounts/{ben.id}/followers")}
            ben.says(f"accounts/{anna.id}/remove_from_followers")
    ben.mastodon.patch("/api/v1/accounts/update_credentials", {"locked": False})


def test_a_standby_that_hangs_and_one_that_died_are_left_out_and_come_back(
    replicated: Replicated, members: list[Member]
) -> None:
    def look() -> None:
        look_around(replicated, members)

    replicated.fast.freeze()
    replicated.slow.kill()
    try:
        for _ in range(4):
            look()
        assert stale(members, 32) == 0
    finally:
        replicated.fast.thaw()
        replicated.slow.restart()
    for standby in (replicated.fast, replicated.slow):
        serves(standby, look)
    log = replicated.live.log
    assert log.read_text().count("is left out") > 0
    wait_until(lambda: log.read_text().count("is left out") == log.read_text().count("is used again"))  # in each worker
    replicated.live.log.write_text("")


@pytest.mark.long
def test_a_standby_that_lags_is_left_out(replicated: Replicated, members: list[Member]) -> None:
    standbys = (replicated.fast, replicated.slow)
    for standby in standbys:
        standby.sql("SELECT pg_wal_replay_pause()")
    for member in members:  # something to lag behind
        member.mastodon.patch("/api/v1/accounts/update_credentials", {"display_name": "Somebody Else"})

    def is_seen_by_strangers() -> bool:
        page = requests.get(f"{replicated.live.url}/@{members[0].username}", timeout=PATIENCE)
        return "Somebody Else" in page.text

    wait_until(is_seen_by_strangers)
    for standby in standbys:
        assert standby.sql("SELECT count(*) FROM accounts_account WHERE display_name = 'Somebody Else'") == 0
        standby.sql("SELECT pg_wal_replay_resume()")
        serves(standby, lambda: look_around(replicated, members))


def look_around(replicated: Replicated, members: list[Member]) -> None:
    """Reads of what others show, by everybody and by strangers; none of them fails."""
    for member in members:
        for path in (f"/@{member.username}", f"/api/v1/accounts/{member.id}"):
            assert requests.get(f"{replicated.live.url}{path}", timeout=PATIENCE).status_code == 200
        member.sees("v1/directory")
        member.shows("search_people", query="anna")


def serves(standby: Node, read: Callable[[], None], more_than: int | None = None) -> None:
    """Read on until the standby has counted so: it does that about once a second."""
    least = standby.reads() if more_than is None else more_than

    def more() -> bool:
        read()
        return standby.reads() > least

    wait_until(more, "the standby serves nobody")


def stale(members: list[Member], reads: int) -> int:
    """Count the stale ones of so many reads. Everybody acts on the next one, in a circle, all at once."""
    with ThreadPoolExecutor(len(members)) as at_once:
        others = [*members[1:], members[0]]
        return sum(at_once.map(lambda *pair: sum(islice(stale_reads(*pair), reads // len(members))), members, others))


def stale_reads(me: Member, other: Member) -> Iterator[bool]:
    """Writes through either API, each followed at once by reads through both; whether each read missed it."""
    while True:
        me.says(f"accounts/{other.id}/follow")
        yield me.id not in shown_followers(me, other)
        yield me.id not in followers(me, other)
        me.taps("follow", user_id=other.id)  # which ends it
        yield me.id in followers(me, other)
        yield me.id in shown_followers(me, other)
        me.says(f"accounts/{other.id}/block")
        yield other.id in found_by_phone(me, other)
        yield other.id in directory(me)
        me.taps("block_user", user_id=other.id)  # which ends it
        yield other.id not in directory(me)
        yield other.id not in found_by_phone(me, other)


def followers(me: Member, other: Member) -> set[int]:
    return {int(account["id"]) for account in me.sees(f"v1/accounts/{other.id}/followers")}


def shown_followers(me: Member, other: Member) -> set[int]:
    return {card["id"] for card in me.shows("fetch_followers", user_id=other.id)}


def directory(me: Member) -> set[int]:
    return {int(account["id"]) for account in me.sees("v1/directory", limit=80)}


def found_by_phone(me: Member, other: Member) -> set[int]:
    return {card["id"] for card in me.shows("search_people", query=other.username)}
