"""A backup of a running server, restored into an empty place, is the same server."""

import io
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.access import Actor
from accounts.exclusive import Work, exclusive
from accounts.models import Account
from config.backups import folders, snapshots
from follows import graph, tallies
from tests.compat_mastodon.conftest import token_for
from tests.servers import Live, database_of_its_own


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    """Where the server of the story has its files."""
    settings.VAR = tmp_path / "var"
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = tmp_path / "media", tmp_path / "private"
    for path in ("var", "media/avatars/2026", "private/videos"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "media/avatars/2026/a.jpg").write_bytes(b"a picture")
    (tmp_path / "private/videos/v.mp4").write_bytes(b"a video")
    return tmp_path


@pytest.fixture
def emptied(tmp_path: Path, django_db_setup: str, django_db_blocker: Any, worker_id: str) -> Iterator[Live]:
    """Another server, which was never started: its database has tables, and nobody in them."""
    name = f"latchkey_restored_{worker_id}"
    with database_of_its_own(tmp_path, name, django_db_blocker, django_db_setup) as url:
        yield Live(url, tmp_path, django_db_blocker)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in models
        if model._meta.managed
    }


def run(command: str, folder: Path) -> str:
    out = io.StringIO()
    call_command(command, folder, stdout=out)
    return out.getvalue()


def backup(live: Live, place: Path) -> Path:
    """A backup of a graph with a bit of everything."""
    alice, bob, carol = live.sign_up("alice"), live.sign_up("bob"), live.sign_up("carol", locked=True)
    with live.database():
        for follower, target in ((alice, bob), (bob, carol), (alice, carol)):
            graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"), note="p\\lease\n\t\u00fc")
        graph.accept(carol.pk, bob.pk, Actor(carol.pk, "test"))
        graph.block(alice.pk, bob.pk, Actor(alice.pk, "test"))
        token_for(alice)
        assert "files written to" in run("backup", place / "backup")
    return place / "backup"


def lose_the_files(place: Path) -> None:
    for folder in ("media", "private"):
        shutil.rmtree(place / folder)


def test_what_is_restored_is_what_was_there(live: Live, emptied: Live, place: Path, settings: Any) -> None:
    (place / "var" / "vapid_key").write_text(settings.VAPID_PRIVATE_KEY)
    folder = backup(live, place)
    with live.database():
        before = everything()
        newest = Account.objects.latest("pk").pk
    assert folder.stat().st_mode & 0o077 == 0
    lose_the_files(place)
    vapid, settings.VAPID_PRIVATE_KEY = settings.VAPID_PRIVATE_KEY, "another"
    (place / "var" / "vapid_key").write_text("another")
    settings.SECRET_KEY += "another"

    with emptied.database():
        said = run("restore", folder)
        assert everything() == before
        assert not any(chunk.wrong for chunk in tallies.verify())
        Account.objects.order_by("pk").last().delete()  # type: ignore[union-attr]
    assert emptied.sign_up("zoe").pk > newest  # no id comes again
    assert (place / "media/avatars/2026/a.jpg").read_bytes() == b"a picture"
    assert (place / "private/videos/v.mp4").read_bytes() == b"a video"
    assert (place / "var" / "vapid_key").read_text() == vapid
    assert "Set SECRET_KEY to the text in" in said
    assert "VAPID" not in said


def test_two_restores_at_once_are_refused(live: Live, emptied: Live, place: Path) -> None:
    folder = backup(live, place)
    lose_the_files(place)

    with emptied.database(), exclusive(Work.RESTORE):
        with pytest.raises(CommandError, match="Another restore is running"):
            run("restore", folder)
        assert not Account.objects.exists()
    assert not (place / "media").exists()
    with emptied.database():
        run("restore", folder)
        assert Account.objects.exists()


@pytest.mark.long
def test_a_database_without_tables_gets_them(live: Live, place: Path, django_db_blocker: Any, worker_id: str) -> None:
    folder = backup(live, place)
    with live.database():
        before = everything()
    lose_the_files(place)
    with database_of_its_own(place, f"latchkey_new_{worker_id}", django_db_blocker) as url:
        new = Live(url, place, django_db_blocker)
        with new.database():
            run("restore", folder)
            assert everything() == before


def test_only_an_empty_place_is_restored_into(live: Live, emptied: Live, place: Path) -> None:
    folder = backup(live, place)
    with live.database(), pytest.raises(CommandError, match="The database is not empty"):
        run("restore", folder)
    with emptied.database(), pytest.raises(CommandError, match="media is not empty"):
        run("restore", folder)
    with pytest.raises(CommandError, match="backup is not empty"), live.database():
        run("backup", folder)
    with emptied.database():
        assert not Account.objects.exists()


def test_a_damaged_backup_changes_nothing(live: Live, emptied: Live, place: Path) -> None:
    folder = backup(live, place)
    lose_the_files(place)
    manifest = json.loads((folder / folders.MANIFEST).read_text())

    def refused(why: str) -> None:
        with emptied.database():
            with pytest.raises(CommandError, match=why):
                run("restore", folder)
            assert not Account.objects.exists()
        assert not [path for path in (place / "media", place / "private") if path.exists() and any(path.iterdir())]

    picture = folder / "media/avatars/2026/a.jpg"
    picture.write_bytes(b"another picture")
    refused("a.jpg is missing or damaged")
    picture.write_bytes(b"a picture")
    for name, why in (("rows", "does not match its manifest"), ("kind", "The backup is of")):
        wrong = manifest["database"] | {
            name: "mysql" if name == "kind" else dict.fromkeys(manifest["database"]["rows"], 7)
        }
        (folder / folders.MANIFEST).write_text(json.dumps(manifest | {"database": wrong}))
        refused(why)
    (folder / folders.MANIFEST).write_text("{")
    refused("cannot be read")
    (folder / folders.MANIFEST).unlink()
    refused("not a complete backup")


def test_the_database_is_of_one_moment(live: Live, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody follows while the backup is being written: the follow and its tally are in it, or neither."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite copies its file in one step")
    alice, bob = live.sign_up("alice"), live.sign_up("bob")
    copy = snapshots._copy

    def and_follow(table: str, columns: list[str], where: str) -> str:
        if table == "follows_follow":

            def follow() -> None:
                with live.database():
                    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))

            thread = threading.Thread(target=follow)
            thread.start()
            thread.join()
        return copy(table, columns, where)

    monkeypatch.setattr(snapshots, "_copy", and_follow)
    with live.database():
        run("backup", place / "backup")
    follows, tallied = (
        (place / "backup/database" / f"{name}.copy").read_text() for name in ("follows_follow", "follows_tally")
    )
    assert f"\t{alice.pk}\t" not in follows
    assert f"\n{alice.pk}\t" not in f"\n{tallied}"
