"""How many streams an account may hold, so that nobody takes them all."""

import json
import time
from contextlib import ExitStack

from websockets.exceptions import InvalidStatus

from compat_mastodon.streaming import hub
from tests.compat_mastodon.streams import PATH, Person, get, line
from tests.servers import PATIENCE, Live


def test_one_stream_too_many_is_refused_until_another_ends(live: Live) -> None:
    alice, bob = Person(live), Person(live, name="bob")
    with ExitStack() as streams:
        for _ in range(hub.MOST_STREAMS - 1):
            assert line(streams.enter_context(get(live.streaming_port, f"{PATH}/user", alice.token))) == ":)\n"
        with alice.listen():
            with get(live.streaming_port, f"{PATH}/user", alice.token) as refused:
                assert (refused.status, json.loads(refused.read())) == (429, {"error": "Too many requests"})
            assert not admitted(alice)
            assert admitted(bob)
        deadline = time.monotonic() + PATIENCE
        while not admitted(alice):  # the server hears of the end a little later
            assert time.monotonic() < deadline


def admitted(person: Person) -> bool:
    try:
        with person.listen():
            return True
    except InvalidStatus as refusal:
        assert refusal.response.status_code == 429
        return False
