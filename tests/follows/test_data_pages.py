"""The page /data: an archive with progress, single lists, and imports with a preview; without a script, too."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from accounts import limits
from accounts.access import Actor
from accounts.models import Account
from follows import background, export, graph, relationships
from follows.data import archives, imports
from follows.models import Archive, Block, Follow, Import, ImportState
from tests.compat_mastodon.oauth_client import browser

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Archive._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    monkeypatch.setattr(background, "carry_on", lambda step, account: None)  # the stories say when


class Visitor:
    """A browser without JavaScript: it sends forms with the tokens that the pages hold."""

    def __init__(self, account: Account) -> None:
        self.client = browser(account)

    def see(self, path: str, status: int = 200, **headers: str) -> str:
        answer = self.client.get(path, headers=headers)
        assert answer.status_code == status, answer.content
        return str(answer.content.decode())

    def press(self, page: str, action: str, status: int = 200, **form: Any) -> str:
        html = self.see(page)
        found = re.search(rf'action="{action}".*?name="csrfmiddlewaretoken" value="([^"]+)"', html, re.DOTALL)
        assert found, html
        self.answer: Any = self.client.post(action, {"csrfmiddlewaretoken": found[1], **form}, follow=True)
        assert self.answer.status_code == status, self.answer.content
        return str(self.answer.content.decode())

    def upload(self, text: str, name: str = "file.csv", status: int = 200, **form: str) -> str:
        form = {"mode": "merge", "kind": ""} | form
        return self.press("/data", "/data/imports", status, file=SimpleUploadedFile(name, text.encode()), **form)

    @property
    def path(self) -> str:
        return str(self.answer.redirect_chain[-1][0])


@pytest.fixture
def alices(alice: Account) -> Visitor:
    return Visitor(alice)


def test_an_archive_is_made_and_downloaded(alices: Visitor, alice: Account, bob: Account) -> None:
    assert "Make an archive" in alices.see("/data")
    alices.see("/data/archive.zip", 404)
    html = alices.press("/data", "/data/archive")
    assert "is being made" in html
    assert 'hx-get="/data/archive"' in html
    archives.take_step(alice.pk)
    part = alices.see("/data/archive", **HTMX)
    assert part.strip().startswith('<div id="archive" hx-get')
    assert "<progress" in part
    archives.finish(alice.pk)

    part = alices.see("/data/archive", **HTMX)
    assert "hx-get" not in part
    assert "You can download it until <time" in part
    answer: Any = alices.client.get("/data/archive.zip")
    assert answer.streaming
    assert re.fullmatch(r'attachment; filename="alice-\d{4}-\d\d-\d\d.zip"', answer["Content-Disposition"])
    assert "no-store" in answer["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.testzip() is None
        assert "following_accounts.csv" in archive.namelist()
    Visitor(bob).see("/data/archive.zip", 404)
    assert Client().get("/data/archive.zip").status_code == 302


def test_two_clicks_make_one_archive(alices: Visitor, alice: Account) -> None:
    html = alices.see("/data")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert token
    for _ in range(2):
        answer = alices.client.post("/data/archive", {"csrfmiddlewaretoken": token[1]})
        assert (answer.status_code, answer["Location"]) == (302, "/data")

    assert Archive.objects.count() == 1
    assert alices.client.post("/data/archive").status_code == 403


def test_a_list_as_a_file(alices: Visitor, alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, Actor(alice.pk, "test"))
    assert alices.see("/data").count("/data/lists/") == len(export.FILES)
    answer: Any = alices.client.get("/data/lists/following.csv")

    assert answer["Content-Disposition"] == 'attachment; filename="following_accounts.csv"'
    assert b"".join(answer.streaming_content) == b"".join(export.lines("following", alice.pk))
    alices.see("/data/lists/passwords.csv", 404)


def test_a_file_is_previewed_imported_and_reported(
    alices: Visitor, alice: Account, bob: Account, carol: Account, mallory: Account
) -> None:
    graph.follow(alice.pk, mallory.pk, Actor(alice.pk, "test"))
    html = alices.upload(
        "Account address,Show boosts\nbob,true\ncarol,true\nmallory,true\n<b>x,true\nnobody@far.example,\n"
    )
    page = alices.path
    for label, count in (("new", 2), ("already there", 1), ("not found here", 1), ("cannot be read", 1)):
        assert f'<th scope="row">{label}</th><td>{count}</td>' in html
    assert "&lt;b&gt;x" in html
    assert not Follow.objects.filter(target=bob).exists()

    html = alices.press(page, f"{page}/start")
    assert "The import is in progress" in html
    assert f'hx-get="{page}"' in html
    imports.finish(alice.pk)
    part = alices.see(page, **HTMX)
    assert part.strip().startswith('<div id="import">')
    assert "The import is done" in part
    assert '<th scope="row">follow request sent</th><td>1</td>' in part
    answer: Any = alices.client.get(f"{page}/results.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row[2] for row in rows] == ["Result", "added", "requested", "known", "invalid", "not_found"]
    assert relationships.one(alice.pk, carol.pk).requested
    assert page in alices.see("/data")


def test_overwriting_says_what_it_removes(alices: Visitor, alice: Account, bob: Account, mallory: Account) -> None:
    graph.block(alice.pk, mallory.pk, Actor(alice.pk, "test"))
    html = alices.upload("bob\n", "blocks.csv", mode="overwrite")
    assert "not in the file, will be removed</th><td>1</td>" in html
    alices.press(alices.path, f"{alices.path}/start")
    imports.finish(alice.pk)

    assert [block.target for block in Block.objects.all()] == [bob]


def test_a_file_that_seems_to_be_something_else_is_pointed_out(alices: Visitor, bob: Account) -> None:
    assert "Check your choice: the file seems to be “People you follow”." in alices.upload(
        "bob\n", "follows.csv", kind="blocks"
    )
    assert "Check your choice" not in alices.upload("bob\n", "blocks.csv", kind="blocks")


def test_a_preview_is_thrown_away(alices: Visitor, alice: Account, bob: Account) -> None:
    alices.upload("bob\n", kind="blocks")
    assert "Nothing was imported." in alices.press(alices.path, f"{alices.path}/stop")
    assert not Import.objects.exists()


def test_an_import_is_stopped(alices: Visitor, alice: Account, bob: Account) -> None:
    alices.upload("bob\n", kind="blocks")
    page = alices.path
    alices.press(page, f"{page}/start")
    assert "The import was stopped" in alices.press(page, f"{page}/stop")
    imports.finish(alice.pk)

    assert not Block.objects.exists()
    assert Import.objects.get().state == ImportState.DONE


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", "blocks", "The file is empty."),
        ("bob\n", "", "Please choose it."),
        ("bob\n", "friends", "friends"),
        ("#domain\nx.example\n", "blocks", "The file has no column “Account address”."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page(alices: Visitor, text: str, kind: str, says: str) -> None:
    html = alices.upload(text, kind=kind, status=422)

    assert says in html
    assert 'role="alert"' in html
    assert 'aria-invalid="true"' in html


def test_the_imports_of_others_are_not_there(alices: Visitor, alice: Account, bob: Account) -> None:
    alices.upload("bob\n", kind="blocks")
    bobs = Visitor(bob)
    for path in (alices.path, f"{alices.path}/results.csv", "/data/imports/99999999999999999999"):
        bobs.see(path, 404)
    assert alices.path not in bobs.see("/data")


def test_who_asks_too_often_hears_when_to_come_back(
    alices: Visitor, alice: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ARCHIVES", limits.ARCHIVES._replace(most=0))
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}):
        assert "Please try again" in alices.press("/data", "/data/archive", 429)
    assert not Archive.objects.exists()


def test_the_pages_need_a_bounded_number_of_queries(
    alices: Visitor, alice: Account, django_assert_max_num_queries: Any
) -> None:
    alices.upload("".join(f"person{number}\n" for number in range(100)), kind="blocks")
    for path in ("/data", alices.path):
        with django_assert_max_num_queries(10):
            alices.see(path)
