"""An import, its reading, or an archive whose server is killed outright goes on in the next one, and is done once."""

import time
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import requests
from django.conf import settings
from django.utils import timezone

from accounts.access import Actor
from accounts.models import Account
from follows import tallies
from follows.data import archives, imports, previews, reading
from follows.models import Archive, Block, Decision, Follow, Import, ImportKind, ImportResult, ImportState, Outlook
from tests.browser.test_requests import session_of
from tests.servers import PATIENCE, Live
from tests.trust.figures import Figure
from tests.trust.test_killed_at_any_moment import server

__all__ = ["server"]
LINES, KILLS = 600, 3
FRIENDS = 8_000  # of an archive that takes a while


@pytest.mark.long
def test_a_killed_import_goes_on_and_does_every_line_once(server: Live, figure: Figure) -> None:
    alice, old = server.sign_up("alice"), server.sign_up("old")
    server.follow(alice, old)
    server.kill()
    with server.database():
        others = Account.objects.bulk_create(
            Account(username=f"friend{number}", email=f"{number}@example.org", password="!") for number in range(LINES)
        )
        file = "".join(f"{other.username}\n" for other in others).encode()
        job = previews.preview(alice.pk, file, "", ImportKind.FOLLOWING, Actor(alice.pk, "test"), overwrite=True)
        imports.begin(alice.pk, job.pk)

    done: list[int] = []
    for number in range(KILLS):
        server.start()
        wait_for(server, lambda number=number: worked_off(job) > LINES * (number + 1) // (KILLS + 2))
        server.kill()
        with server.database():
            done.append(worked_off(job))
    server.start()
    wait_for(server, lambda: Import.objects.get(pk=job.pk).state == ImportState.DONE)

    figure(f"{KILLS} kills of all processes, after {', '.join(map(str, done))} of {LINES} lines; none lost or twice")
    with server.database():
        assert imports.results(job) == {ImportResult.ADDED: LINES, ImportResult.REMOVED: 1}
        assert Follow.objects.accepted().filter(follower=alice.pk).count() == LINES
        followed = Decision.objects.filter(follower=alice.pk, kind=Decision.Kind.FOLLOWED, door="test")
        assert followed.count() == LINES + 1
        assert sum(chunk.wrong for chunk in tallies.verify()) == 0


@pytest.mark.long
def test_a_file_that_was_being_read_is_read_on_by_the_next_server(server: Live) -> None:
    alice, bob = server.sign_up("alice"), server.sign_up("bob")
    server.kill()
    lines = [bob.username, *(f"nobody{number}" for number in range(reading.MOST_ROWS - 1))]
    with server.database():
        job = previews.receive(
            alice.pk, "\n".join(lines).encode(), "", ImportKind.BLOCKS, Actor(alice.pk, "test"), overwrite=False
        )

    for _ in range(KILLS):
        with server.database():
            before = job.rows.count()
        server.start()
        wait_for(server, lambda before=before: job.rows.count() > before)
        server.kill()
        with server.database():
            assert Import.objects.get(pk=job.pk).state == ImportState.READING, "it was read before the kill"
    server.start()
    wait_for(server, lambda: Import.objects.get(pk=job.pk).state == ImportState.PREVIEW)

    with server.database():
        assert list(job.rows.order_by("pk").values_list("line", flat=True)) == list(range(1, len(lines) + 1))
        assert imports.foreseen(job) == {Outlook.NEW: 1, Outlook.UNKNOWN: len(lines) - 1}
        assert not Block.objects.filter(blocker=alice).exists()


@pytest.mark.long
def test_a_killed_archive_is_made_by_the_next_server(server: Live) -> None:
    alice = server.sign_up("alice")
    server.kill()
    with server.database():
        friends = Account.objects.bulk_create(
            Account(username=f"friend{number}", email=f"{number}@example.org") for number in range(FRIENDS)
        )
        now = timezone.now()
        Follow.objects.bulk_create(Follow(follower=alice, target=friend, accepted_at=now) for friend in friends)
        Archive.objects.create(account=alice)
    server.start()
    wait_for(server, lambda: Archive.objects.filter(beat_at__isnull=False).exists())
    server.kill()
    with server.database():
        left = Archive.objects.get()
        assert (left.ready_at, left.file.name) == (None, ""), "it was ready before the kill"
        Archive.objects.update(beat_at=now - archives.SILENT)  # the time after which it counts as stopped is over

    server.start()
    wait_for(server, lambda: Archive.objects.get().ready_at)
    cookie = {settings.SESSION_COOKIE_NAME: session_of(server, alice)}
    file = requests.get(f"{server.url}/data/archive.zip", cookies=cookie, timeout=PATIENCE)
    with ZipFile(BytesIO(file.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.read("following_accounts.csv").splitlines()) == FRIENDS + 1


def worked_off(job: Import) -> int:
    return job.rows.exclude(result="").count()


def wait_for(server: Live, condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with server.database():
            if condition():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)
