"""A member's data as files: Mastodon's where it has such a file, bounded, and harmless in a spreadsheet."""

from typing import Any

import pytest
from django.conf import settings

from accounts.models import Account
from follows import domains, export, graph, lists, marks
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_mastodon.extension.conftest import V1, ask, by
from tests.factories import AccountFactory

HOST = settings.LOCAL_DOMAIN


def file(client: Any, kind: str) -> list[str]:
    response = client.get(f"{V1}/export/{kind}.csv")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
    assert response.streaming
    return b"".join(response).decode().splitlines()


def test_what_mastodon_has_is_as_mastodon_writes_it(
    mastodon: Clients, alice: Account, bob: Account, eve: Account, mallory: Account
) -> None:
    graph.follow(alice.pk, bob.pk, by(alice), show_reblogs=False, notify=True, languages=["de", "en"])
    shelf = lists.create(alice.pk, "=Friends, old")
    lists.add(alice.pk, shelf.pk, [bob.pk])
    graph.block(alice.pk, mallory.pk, by(alice))
    marks.mute(alice.pk, eve.pk)
    domains.block(alice.pk, "third.example", by(alice))
    client = mastodon(alice)

    assert file(client, "following") == [
        "Account address,Show boosts,Notify on new posts,Languages",
        f'bob@{HOST},false,true,"de, en"',
    ]
    assert file(client, "blocks") == [f"mallory@{HOST}"]
    assert file(client, "mutes") == ["Account address,Hide notifications", "eve@other.example,true"]
    assert file(client, "domain_blocks") == ["third.example"]
    assert file(client, "lists") == [f'"\'=Friends, old",bob@{HOST}']


def test_the_others_begin_with_the_address(mastodon: Clients, alice: Account, carol: Account, bob: Account) -> None:
    ask(carol, alice, bob, note="=1+1")
    graph.accept(carol.pk, bob.pk, by(carol))
    hers, theirs = mastodon(carol), mastodon(alice)
    asked_at = hers.get(f"{V1}/requests").json()[0]["asked_at"]
    since = hers.get(f"{V1}/followers").json()[0]["since"]

    assert file(hers, "requests") == [
        "Account address,Asked at,Reason,Note",
        f"alice@{HOST},{asked_at},locked,'=1+1",
    ]
    assert file(hers, "followers") == ["Account address,Since", f"bob@{HOST},{since}"]
    assert file(theirs, "sent") == ["Account address,Asked at,Note", f"carol@{HOST},{asked_at},'=1+1"]
    header, first, *rest = file(hers, "decisions")
    assert header == "Account address,Kind,By,Door,Decided at"
    assert first.startswith(f"bob@{HOST},accepted,me,test,")
    assert len(rest) == 2


@pytest.mark.parametrize("note", ["=a", "+a", "-a", "@a", "＝a"])
def test_a_cell_that_looks_like_a_formula_is_quoted(
    mastodon: Clients, alice: Account, carol: Account, note: str
) -> None:
    ask(carol, alice, note=note)

    assert file(mastodon(carol), "requests")[1].endswith(f",'{note}")


def test_an_requester_exports_only_the_own_share(mastodon: Clients, alice: Account, carol: Account) -> None:
    ask(carol, alice)
    graph.reject(carol.pk, alice.pk, by(carol))

    assert [line.split(",")[1] for line in file(mastodon(alice), "decisions")] == ["Kind", "asked"]


def test_long_files_come_in_chunks(alice: Account, carol: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 3)
    accounts = [AccountFactory() for _ in range(10)]
    ask(carol, *accounts)
    chunks = list(export.lines("requests", carol.pk))

    assert len(chunks) > 3
    assert len(b"".join(chunks).splitlines()) == 11
    assert len(b"".join(export.lines("decisions", carol.pk)).splitlines()) == 11


def test_an_unknown_file_is_not_found(mastodon: Clients, alice: Account) -> None:
    assert refusal(mastodon(alice).get(f"{V1}/export/passwords.csv"))[0] == 404
    assert refusal(mastodon(alice, "write").get(f"{V1}/export/sent.csv"))[0] == 403
    assert refusal(mastodon(alice).get(f"{V1}/export/sent"))[0] == 404
