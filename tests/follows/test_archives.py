"""Everything of a member in one file, made in chunks behind the page, whole or not at all."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from accounts import badges, images, invitations, limits, people, sessions
from accounts.access import Actor
from accounts.models import Account, BadgeRequest, Platform
from compat_mastodon.models import AccessToken
from follows import export, graph, leaving, lists, marks
from follows.data import archives, contents
from follows.gate import approvals, kept_out
from follows.gate import settings as gate
from follows.models import Archive
from tests.compat_mastodon.conftest import token_for
from tests.compat_twittner.files import picture
from tests.factories import PASSWORD, AccountFactory


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of private files; all are the story's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    private = FileSystemStorage(tmp_path / "private")
    for model, column in ((BadgeRequest, "video"), (Archive, "file")):
        monkeypatch.setattr(model._meta.get_field(column), "storage", private)
    return tmp_path / "private"


def made(account: Account) -> zipfile.ZipFile:
    archives.request(account.pk)
    assert archives.finish(account.pk)
    with Archive.objects.get(account=account).file.open() as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def test_everything_of_the_member_is_in_it_and_no_secret(alice: Account, bob: Account, carol: Account) -> None:
    client = Client()
    client.post("/auth/sign_in", {"username": "alice", "password": PASSWORD}, headers={"User-Agent": "Lynx"})
    token = token_for(alice)
    tokens = sessions.open_session(alice.pk, Platform.IOS)
    people.change(alice.pk, note="I like =1+1", fields=[{"name": "Site", "value": "x"}])
    images.set_avatar(alice, images.avatar(picture()))
    badges.ask(alice, "Alice Adams", "It is me", SimpleUploadedFile("me.mp4", b"video", "video/mp4"))
    gate.change(alice.pk, by(alice), read_first="Say who you are.", accept_followed=True)
    graph.follow(alice.pk, carol.pk, by(alice), note="please")
    graph.follow(bob.pk, alice.pk, by(bob))
    marks.write_note(alice.pk, bob.pk, "a colleague")
    lists.create(alice.pk, "Friends")
    kept_out.keep_out(alice.pk, carol.pk, by(alice))
    kept_out.keep_server_out(alice.pk, "bad.example", by(alice))
    approvals.approve(alice.pk, ["someone@far.example"], None, by(alice))
    invite = invitations.make(alice.pk, 5, 7)
    archive = made(alice)
    files = {name: archive.read(name) for name in archive.namelist()}

    account = json.loads(files["account.json"])
    assert account["email"] == "alice@example.org"
    assert account["note"] == "I like =1+1"
    assert account["gate"]["read_first"] == "Say who you are."
    assert account["verification_request"]["full_name"] == "Alice Adams"
    assert files[account["avatar"]].startswith(b"\xff\xd8")
    assert files["verification.mp4"] == b"video"
    assert json.loads(files["sessions.json"])[0]["platform"] == "mobile_ios"
    assert json.loads(files["browsers.json"])[0]["agent"] == "Lynx"
    assert json.loads(files["apps.json"])[0]["scopes"]
    assert json.loads(files["notices.json"])[0] | {"created_at": ""} == {
        "account": "bob@testserver",
        "kind": "followed",
        "created_at": "",
        "seen": False,
        "filtered": False,
        "domain": "",
        "followers_lost": None,
        "following_lost": None,
    }
    assert json.loads(files["notes.json"]) == [{"account": "bob@testserver", "text": "a colleague"}]
    assert [row["domain"] or row["account"] for row in json.loads(files["kept_out.json"])] == [
        "bad.example",
        "carol@testserver",
    ]
    assert json.loads(files["approvals.json"])[0]["handle"] == "someone@far.example"
    assert json.loads(files["lists.json"])[0]["title"] == "Friends"
    (invitation,) = json.loads(files["invitations.json"])
    assert (invitation["max_uses"], invitation["uses"]) == (5, 0)
    for kind, name in contents.NAMES.items():
        assert files[name] == b"".join(export.lines(kind, alice.pk))
    alice.refresh_from_db()
    everything = b"\n".join(files.values())
    secrets = [alice.password, token, tokens.token, tokens.refresh_token, AccessToken.objects.get().nonce]
    secrets += [client.session.session_key or "", invite.code]
    assert not [secret for secret in secrets if secret.encode() in everything]


def test_no_column_of_an_account_is_forgotten_or_slips_in() -> None:
    names = {field.name for field in Account._meta.get_fields() if field.concrete}

    assert names > contents.NOT_OF_THE_MEMBER
    assert not [name for name in names - contents.NOT_OF_THE_MEMBER if any(word in name for word in ("pass", "token"))]


def test_another_is_made_only_when_the_first_is_done(alice: Account) -> None:
    archives.request(alice.pk)
    archives.request(alice.pk)
    assert Archive.objects.count() == 1
    assert archives.finish(alice.pk)
    first = Archive.objects.get().file.name
    made(alice)

    assert Archive.objects.get().file.name != first


def test_so_many_a_day(alice: Account, tmp_path: Path) -> None:
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}), time_machine.travel("2026-08-21", tick=False):
        for _ in range(limits.ARCHIVES.most):
            made(alice)
        with pytest.raises(limits.TooMany):
            archives.request(alice.pk)

    assert Archive.objects.get().ready_at  # the last one is still there


def test_a_long_archive_is_made_in_chunks_and_says_how_far_it_is(
    alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "CHUNK", 2)
    for _ in range(7):
        graph.follow(AccountFactory().pk, alice.pk, Actor(None, "test"))
    archives.request(alice.pk)
    seen = []
    while archives.take_step(alice.pk):
        archive = Archive.objects.get()
        seen.append((archive.done, archive.total))

    assert len(seen) > archive.total
    assert seen == sorted(seen)
    assert Archive.objects.get().done == archive.total


def test_an_archive_whose_process_was_killed_is_begun_anew_by_another(
    alice: Account, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives.request(alice.pk)
    assert archives.take_step(alice.pk)
    dead = archives._making.pop(alice.pk)
    assert not archives.take_step(alice.pk)  # it may be alive
    assert list(archives.unfinished()) == []

    with time_machine.travel(timezone.now() + 2 * archives.SILENT):
        assert list(archives.unfinished()) == [alice.pk]
        assert archives.finish(alice.pk)
    name = Archive.objects.get().file.name
    list(dead)  # it was alive, and changes nothing any more
    assert Archive.objects.get().file.name == name
    assert len(list(folders.rglob("*.zip"))) == 1


def test_a_fault_leaves_nothing_half_done(alice: Account, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(account: int) -> Any:
        yield {"fine": 1}
        raise OSError("no room")

    monkeypatch.setitem(contents._more, "broken.json", broken)
    archives.request(alice.pk)
    with pytest.raises(OSError, match="no room"):
        archives.finish(alice.pk)
    assert Archive.objects.get().ready_at is None
    monkeypatch.delitem(contents._more, "broken.json")

    assert archives.finish(alice.pk)  # the next try need not wait
    assert len(list(folders.rglob("*.zip"))) == 1


def test_it_is_deleted_after_a_day(
    alice: Account, bob: Account, folders: Path, django_capture_on_commit_callbacks: Any
) -> None:
    made(alice)
    (stray := folders / "archives" / "left.zip").write_bytes(b"")
    archives.request(bob.pk)
    with (
        time_machine.travel(timezone.now() + archives.KEPT + timedelta(seconds=1)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert archives.of(alice.pk) is None
        assert archives.forget_old() == 1

    assert not stray.exists()
    assert not list(folders.rglob("*.zip"))
    assert archives.of(bob.pk)


def test_it_goes_with_its_account(alice: Account, folders: Path, django_capture_on_commit_callbacks: Any) -> None:
    made(alice)
    with django_capture_on_commit_callbacks(execute=True):
        leaving.delete_account(alice.pk)

    assert not list(folders.rglob("*.zip"))
