"""The files of an import: which can be read, what they are, and why others are refused."""

import pytest

from accounts.models import Account
from accounts.validation import Invalid
from follows.data import reading
from follows.models import Import
from tests.follows.importing import read, results, run


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"Account address,Show boosts\n", "nothing else"),
        ("Account address\nbob\n".encode("utf-16"), "UTF-8"),
        ("Jürgen\n".encode("latin-1"), "UTF-8"),
        (b"bo\0b\n", "UTF-8"),
        (b"List name;Account address\n", "semicolons"),
        (b"#domain\nx.example\n", "no column"),
        (b'"bob\nalice\n', "Line "),
        (b"x" * (reading.MOST_BYTES + 1), "5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(alice: Account, data: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(alice, "following", data)

    assert reason in refused.value.faults[0].reason
    assert not Import.objects.exists()


def test_a_file_with_too_many_lines_is_refused(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    read(alice, "blocks", "Account address\na\nb\nc\n")
    with pytest.raises(Invalid, match="file"):
        read(alice, "blocks", "a\nb\nc\nd\n")


def test_a_byte_order_mark_is_no_part_of_the_text(alice: Account, bob: Account) -> None:
    assert results(run(alice, "blocks", "Account address\nbob\n".encode("utf-8-sig"))) == {"added": 1}
    assert results(run(alice, "mutes", "bob\n".encode("utf-8-sig"))) == {"added": 1}


@pytest.mark.parametrize(
    ("name", "header", "kind"),
    [
        ("x.csv", "Account address,Show boosts,Notify on new posts,Languages", "following"),
        ("x.csv", '"Account address","Hide notifications"', "mutes"),
        ("x.csv", "List name,Account address", "lists"),
        ("x.csv", "#domain", "domain_blocks"),
        ("following_accounts.csv", "bob", "following"),
        ("blocked_accounts (1).csv", "bob", "blocks"),
        ("muted_accounts.csv", "Account address", "mutes"),
        ("blocked_domains.csv", "x.example", "domain_blocks"),
        ("lists.csv", "Friends,bob", "lists"),
        ("followers.csv", "Account address,Since", None),
        ("x.csv", "bob", None),
    ],
)
def test_a_file_says_what_it_is(name: str, header: str, kind: str | None) -> None:
    assert reading.kind_of(name, f"\ufeff{header}\n".encode()) == kind
