"""How many streams an account may hold, so that nobody takes them all; and all of them end if their feed does."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from compat_mastodon.bearer import Token
from compat_mastodon.streaming import hub
from compat_mastodon.streaming.hub import Hub, Listener
from follows.notices.delivery import Told
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


def test_streams_end_when_nobody_knows_what_they_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    """They begin again once the feed does."""
    monkeypatch.setattr(hub, "AGAIN", 0)
    token = Token(1, "read", None, 1, 1, None, None, unconfirmed=False, used_at=timezone.now())

    async def story() -> None:
        breaks, returns = asyncio.Event(), asyncio.Event()

        async def arrivals(ready: asyncio.Event) -> AsyncGenerator[Told, None]:
            if breaks.is_set():
                await returns.wait()
            ready.set()
            await breaks.wait() if not returns.is_set() else await asyncio.Event().wait()
            raise OSError
            yield

        monkeypatch.setattr(hub.feed, "arrivals", arrivals)
        streams, before, after = Hub(), *(Listener(token.account, token.id, token.scope) for _ in range(2))
        async with streams.listening(before):
            breaks.set()
            await before.ended.wait()
            assert before.code == hub.AGAIN_SOON
            entering = asyncio.create_task(streams.listening(after).__aenter__())
            await asyncio.sleep(0.05)
            assert not entering.done()
            returns.set()
            await entering
            assert not after.ended.is_set()

    asyncio.run(asyncio.wait_for(story(), PATIENCE))
