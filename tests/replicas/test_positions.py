"""How far a replica must have come to serve an account, and when nobody knows."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from accounts.access import Access
from accounts.replicas import positions
from accounts.replicas.positions import UNKNOWN, Binding, needed, parsed
from config import cache as shared

ALICE, BOB = 1, 2


class Primary:
    """Its log grows by a byte each time that somebody asks."""

    position = 1_000

    def reached(self) -> int:
        self.position += 1
        return self.position


@pytest.fixture
def primary(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Primary:
    """Two processes of the server share a cache: one is this, the other is gone as soon as `_own` is cleared."""
    primary = Primary()
    settings.CACHES = {"default": {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}}
    monkeypatch.setattr(shared, "_moments", memoryview(bytearray(16)).cast("d"))
    monkeypatch.setattr(positions, "ALIASES", ("replica_1",))
    monkeypatch.setattr(positions, "_own", {})
    monkeypatch.setattr(positions, "_reached", primary.reached)
    return primary


def send(method: str, account: int | None) -> None:
    """A request of this account."""
    request = HttpRequest()
    request.method = method
    request.auth = Access(account, 7, "test")
    Binding(lambda _: HttpResponse())(request)


def test_an_account_needs_what_it_wrote_in_any_process(primary: Primary) -> None:
    assert needed(ALICE) == UNKNOWN  # whatever was written before is not known
    began = needed(ALICE)
    send("POST", ALICE)
    positions._own.clear()

    assert needed(ALICE) == primary.position > began
    assert needed(BOB) == began
    assert needed(None) == 0


def test_reading_binds_nobody(primary: Primary) -> None:
    needed(ALICE)
    before = needed(ALICE)
    send("GET", ALICE)
    send("POST", None)

    assert needed(ALICE) == before


def test_a_slower_process_does_not_take_a_later_write_back(primary: Primary) -> None:
    needed(ALICE)
    send("POST", ALICE)
    later = primary.position
    primary.position = 0
    positions._own.clear()
    send("POST", ALICE)

    assert needed(ALICE) == later


def test_a_cache_that_forgot_everything_is_not_trusted(primary: Primary) -> None:
    needed(ALICE)
    send("POST", ALICE)
    cache.clear()
    positions._own.clear()

    assert needed(ALICE) == UNKNOWN
    assert needed(ALICE) == primary.position


def test_while_the_cache_is_away_and_a_while_after_it_the_primary_serves(
    primary: Primary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed(ALICE)
    assert needed(ALICE) < UNKNOWN
    shared._rest(OSError("away"))

    assert needed(ALICE) == UNKNOWN
    monkeypatch.setattr(shared, "REST", -positions.KEPT)
    shared._rest(OSError("away"))
    assert needed(ALICE) < UNKNOWN


def test_what_is_bound_within_a_request_has_its_last_position(primary: Primary) -> None:
    needed(BOB)
    began = needed(BOB)
    request = HttpRequest()
    request.method, request.auth = "GET", None

    def sign_up(_: HttpRequest) -> HttpResponse:
        positions.wrote(BOB)
        primary.position += 100  # which is committed later
        return HttpResponse()

    Binding(sign_up)(request)

    assert needed(BOB) == primary.position > began + 100


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("0/0", 0),
        (None, 0),
        ("1/0", 1 << 32),
        ("16/B374D848", 0x16_B374_D848),
        ("0/2000", 0x2000),
        ("0/2018", 0x2000),  # behind the header of a page, whose record before ends where the page begins
        ("0/1000028", 0x1000000),  # behind the header of a file
        ("0/2020", 0x2020),
    ],
)
def test_positions_are_numbers(text: str | None, position: int) -> None:
    assert parsed(text) == position
