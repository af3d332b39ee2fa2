"""`manage.py export` and `manage.py import_mastodon`: the members' pages from a shell."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.access import Actor
from accounts.models import Account
from follows import export, graph, lists
from follows.models import Block, Follow, Import, ImportKind
from tests.factories import AccountFactory


def run(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def by(account: Account) -> Actor:
    return Actor(account.pk, "test")


def test_what_one_account_exports_another_imports(
    alice: Account, bob: Account, carol: Account, mallory: Account, tmp_path: Path
) -> None:
    graph.follow(alice.pk, bob.pk, by(alice), show_reblogs=False)
    shelf = lists.create(alice.pk, "Friends")
    lists.add(alice.pk, shelf.pk, [bob.pk])
    graph.block(alice.pk, mallory.pk, by(alice))
    graph.follow(alice.pk, carol.pk, by(alice))
    zoe = AccountFactory(username="zoe")
    folder = tmp_path / "new" / "alice"

    assert f"files written to {folder}." in run("export", "alice", folder)
    assert json.loads((folder / "account.json").read_text())["username"] == "alice"
    assert (folder / "requests_sent.csv").read_text().count("carol@") == 1
    assert folder.stat().st_mode & 0o077 == 0
    told = json.loads(run("import_mastodon", folder, account="zoe", json=True))
    assert told == {
        "following_accounts.csv": {"added": 1},
        "blocked_accounts.csv": {"added": 1},
        "lists.csv": {"added": 1},
    }
    for kind in ImportKind.values:
        assert b"".join(export.lines(kind, zoe.pk)) == b"".join(export.lines(kind, alice.pk))


def test_a_dry_run_changes_nothing(alice: Account, bob: Account, tmp_path: Path) -> None:
    (tmp_path / "blocks.csv").write_text("bob\nnobody\n")

    assert run("import_mastodon", tmp_path, account="alice", dry_run=True) == "blocks.csv: 1 new, 1 unknown\n"
    assert not Block.objects.exists()
    assert not Import.objects.exists()


def test_overwriting(alice: Account, bob: Account, mallory: Account, tmp_path: Path) -> None:
    graph.follow(alice.pk, mallory.pk, by(alice))
    (tmp_path / "follows.csv").write_text("Account address\nbob\n")

    assert "1 added, 1 removed" in run("import_mastodon", tmp_path, account="alice", overwrite=True)
    assert [follow.target for follow in Follow.objects.all()] == [bob]


@pytest.mark.parametrize(
    ("files", "account", "says"),
    [
        ({}, "alice", "has no file that can be imported"),
        ({"blocks.csv": b"bob\n"}, "nobody", "There is no account 'nobody' on this server."),
        ({"blocks.csv": b"bob\n", "mutes.csv": b"\xff\xfe"}, "alice", "mutes.csv: The file is not a text in UTF-8."),
        ({"blocks.csv": b"bob\n", "blocked_accounts.csv": b"bob\n"}, "alice", "are of the same kind"),
    ],
)
def test_what_cannot_be_read_imports_nothing(
    alice: Account, tmp_path: Path, files: dict[str, bytes], account: str, says: str
) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CommandError, match=says):
        run("import_mastodon", tmp_path, account=account)

    assert not Import.objects.exists()


def test_a_folder_that_is_not_there_or_not_empty(alice: Account, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        run("import_mastodon", tmp_path / "no", account="alice")
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="is not empty"):
        run("export", "alice", tmp_path)
    with pytest.raises(CommandError, match="cannot be written"):
        run("export", "alice", tmp_path / "file" / "within")
