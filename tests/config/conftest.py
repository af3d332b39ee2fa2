"""A worker in the process of a story: its application, and an event loop whose clock does not wait."""

import asyncio
import selectors
from collections.abc import Coroutine
from types import ModuleType
from typing import Any

import pytest
from django.core.cache import caches
from django.core.signals import request_finished
from django.db import connections


@pytest.fixture
def rsgi(db: None, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`config.rsgi`; what it changes in Django ends with the story."""
    for handler in (connections, caches):
        monkeypatch.setattr(handler, "_connections", handler._connections)
    monkeypatch.setattr(request_finished, "receivers", [*request_finished.receivers])
    from config import rsgi  # only now, as it makes its changes when it is imported

    return rsgi


class _NoWait(selectors.DefaultSelector):
    """Where an event loop would wait, the time goes forward instead."""

    now = 1000.0  # seconds; any number

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _NoWait()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def at_once(story: Coroutine[Any, Any, Any]) -> float:
    """Run a coroutine without waiting; return the seconds that it would have taken."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        began = runner.get_loop().time()
        runner.run(story)
        return runner.get_loop().time() - began
