"""A long file is read behind the caller, some lines at a time, by whichever process is there."""

from typing import Any

import pytest

from accounts.models import Account
from follows.data import imports, previews
from follows.models import Follow, Import, ImportKind, ImportState, Outlook
from tests.compat_mastodon.oauth_client import browser
from tests.follows.ledger import by

LINES = 25


@pytest.fixture(autouse=True)
def by_tens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten lines at a time, and nothing behind the caller: as if the process had stopped."""
    monkeypatch.setattr(previews, "READ_AT_ONCE", 10)
    monkeypatch.setattr(previews.background, "carry_on", lambda *_: None)


def receive(account: Account, lines: list[str]) -> Import:
    data = "".join(f"{line}\n" for line in lines).encode()
    return previews.receive(account.pk, data, "follows.csv", None, by(account), overwrite=False)


def strangers(number: int) -> list[str]:
    return [f"person{n}@other.example" for n in range(number)]


def test_a_short_file_is_read_at_once(alice: Account, bob: Account) -> None:
    job = receive(alice, ["bob", "?"])

    assert job.state == ImportState.PREVIEW
    assert list(imports.foreseen(job).items()) == [(Outlook.NEW, 1), (Outlook.INVALID, 1)]  # in the order of a page


def test_a_long_file_goes_on_where_it_stopped(alice: Account, bob: Account) -> None:
    job = receive(alice, ["bob", *strangers(LINES - 2), "BOB"])
    assert (job.state, sum(imports.foreseen(job).values())) == (ImportState.READING, 10)
    assert imports.begin(alice.pk, job.pk)  # too early, which does nothing

    assert list(imports.runnable()) == [alice.pk]
    imports.finish(alice.pk)
    job.refresh_from_db()
    assert (job.state, bytes(job.file)) == (ImportState.PREVIEW, b"")
    assert imports.foreseen(job) == {Outlook.NEW: 1, Outlook.UNKNOWN: LINES - 2, Outlook.KNOWN: 1}
    assert list(job.rows.order_by("pk").values_list("line", flat=True)) == list(range(1, LINES + 1))
    assert not Follow.objects.exists()


def test_two_processes_that_read_the_same_lines_keep_them_once(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    job = receive(alice, strangers(LINES))
    once = previews._foreseen

    def twice(*given: Any) -> Any:
        monkeypatch.setattr(previews, "_foreseen", once)
        assert previews.take_step(alice.pk)  # the other process
        return once(*given)

    monkeypatch.setattr(previews, "_foreseen", twice)
    imports.finish(alice.pk)

    assert imports.foreseen(job) == {Outlook.UNKNOWN: LINES}


def test_while_it_is_read_it_is_stopped_or_replaced(alice: Account, bob: Account) -> None:
    first = receive(alice, strangers(LINES))
    second = receive(alice, strangers(LINES))
    assert imports.find(alice.pk, first.pk) is None

    assert imports.stop(alice.pk, second.pk)
    imports.finish(alice.pk)
    assert not Import.objects.exists()


def test_one_that_is_previewed_stays_until_the_next_is_read(alice: Account, bob: Account) -> None:
    first = receive(alice, ["bob"])
    second = receive(alice, strangers(LINES))
    assert imports.find(alice.pk, first.pk) is not None
    imports.finish(alice.pk)

    assert imports.recent(alice.pk) == [second]


def test_the_page_says_how_far_it_is(alice: Account) -> None:
    client = browser(alice)
    job = receive(alice, strangers(LINES))
    page = client.get(f"/data/imports/{job.pk}").content.decode()
    assert "The file is being read" in page
    assert "10 lines have been read." in page
    assert 'hx-trigger="every 2s"' in page
    assert "being read" in client.get("/data").content.decode()

    imports.finish(alice.pk)
    part = client.get(f"/data/imports/{job.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "25 lines of the file" in part
    assert "hx-trigger" not in part


def test_a_file_is_checked_as_a_whole_before_it_is_taken(alice: Account) -> None:
    with pytest.raises(previews.Invalid, match="file"):
        receive(alice, [*strangers(LINES), '"open'])

    assert not Import.objects.filter(kind=ImportKind.FOLLOWING).exists()
