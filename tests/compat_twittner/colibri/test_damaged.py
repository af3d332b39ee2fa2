"""A file that is not complete, not UTF-8 or no dump imports nothing, and one sentence says why."""

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from compat_twittner.colibri.dump import Dump
from compat_twittner.colibri.source import DumpError
from compat_twittner.models import ColibriImport, ColibriRows
from tests.compat_twittner.colibri.dumps import DIALECTS, Network, mysqldump, navicat, old_navicat, phpmyadmin

pytestmark = pytest.mark.django_db


def refusal(path: Path, **options: Any) -> str:
    """What the command says when it refuses a file; nothing is written and nothing printed."""
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_colibri", path, stdout=out, **options)
    assert (out.getvalue(), refused.value.returncode) == ("", 1)
    assert not Account.objects.exists()
    assert not ColibriImport.objects.exists()
    assert not ColibriRows.objects.exists()
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.once
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_truncated_dump_is_known_at_every_place(network: Network, dialect: Callable[[Network], str]) -> None:
    text = dialect(network).rstrip()
    places = {
        *range(text.index("cl_"), len(text) - 60, 211),
        *range(text.rindex("INSERT") - 30, text.rindex("INSERT") + 30),
    }
    if dialect is old_navicat:  # nothing ends it, so only a statement that is cut through can be known
        last = text.rindex("INSERT")
        places = set(range(last + 8, len(text) - 1))
    for place in places:
        with pytest.raises(DumpError, match="not complete"):
            list(Dump([text[:place]]).rows())


def test_a_truncated_file_imports_nothing(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    text = mysqldump(network)
    path.write_text(text[: text.index("-- Dump completed")])
    assert "not complete" in refusal(path)
    path.write_text(text[: text.rindex("INSERT INTO `cl_users`")])
    assert "not complete" in refusal(path, json=True)


@pytest.mark.parametrize("cut", [-1, -6, -9, 200])
def test_a_damaged_gzip_file_imports_nothing(network: Network, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "dump.sql.gz"
    path.write_bytes(gzip.compress(mysqldump(network).encode())[:cut])
    assert "gzip" in refusal(path)


def test_a_gzip_file_with_a_wrong_checksum_imports_nothing(network: Network, tmp_path: Path) -> None:
    data = bytearray(gzip.compress(mysqldump(network).encode()))
    data[-8:-4] = zlib.crc32(b"another file").to_bytes(4, "little")
    path = tmp_path / "dump.sql.gz"
    path.write_bytes(data)
    assert "gzip" in refusal(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_by_name(network: Network, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "dump.sql"
    path.write_bytes(mysqldump(network).encode(encoding))
    assert "UTF-16" in refusal(path)


def test_bytes_that_are_no_utf_8_are_refused(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    text = mysqldump(network).encode()
    place = text.index(b"Bob")
    path.write_bytes(text[:place] + b"\xe9" + text[place:])
    assert f"byte {place:,}" in refusal(path)


@pytest.mark.parametrize("dialect", [mysqldump, phpmyadmin, navicat])
def test_rows_must_have_a_value_for_each_column(
    network: Network, tmp_path: Path, dialect: Callable[[Network], str]
) -> None:
    network.tables["cl_connections"][2]["one_more"] = 5
    path = tmp_path / "dump.sql"
    path.write_text(dialect(network))
    assert "6 values for 5 columns" in refusal(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "PK\x03\x04",
        "CREATE TABLE `wp_users` (`id` int);\n",
        "INSERT INTO `cl_users` VALUES (1,'ann');\n",
        "CREATE TABLE `cl_users` (`a` int);\nINSERT INTO `cl_users` VALUES (1);\n",
        "CREATE TABLE cl_users (id int, username text);\nINSERT INTO cl_users SELECT 1, 'ann';\n",
        "CREATE TABLE cl_users (id int, username text);\nINSERT INTO cl_users VALUES (1, 'ann'),\n;\n",
    ],
)
def test_what_is_no_dump_of_colibri_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dump.sql"
    path.write_text(text)
    assert refusal(path)


def test_two_networks_in_one_file_are_refused(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    path.write_text("".join(f"CREATE DATABASE `{name}`;\nUSE `{name}`;\n{mysqldump(network)}" for name in ("a", "b")))
    assert "two databases" in refusal(path)


def test_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nothing.sql")
    assert "directory" in refusal(tmp_path)


def test_the_network_must_leave_ids(network: Network, tmp_path: Path) -> None:
    network.follow(3, 1, id=2**31 - 9_000_000)
    path = tmp_path / "dump.sql"
    path.write_text(mysqldump(network))
    assert "cl_connections" in refusal(path)
    assert "8,999,999" in refusal(path, dry_run=True)
