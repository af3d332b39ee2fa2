"""A member brings lists from another server: a preview, then every line once, politely and to its end."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from accounts import limits
from accounts.access import Actor
from accounts.models import Account
from accounts.validation import Invalid
from follows import domains, export, graph, lists, marks, relationships
from follows.data import applying, imports
from follows.models import (
    Block,
    DomainBlock,
    Follow,
    Import,
    ImportKind,
    ImportResult,
    ImportState,
    ListMember,
    Mute,
    Outlook,
)
from tests.factories import AccountFactory
from tests.follows.importing import by, read, report, results, run

HOST = settings.LOCAL_DOMAIN


@pytest.fixture
def remote(db: None) -> Account:
    account = AccountFactory(username="eve")
    Account.objects.filter(pk=account.pk).update(domain="other.example", email="", password="")
    account.refresh_from_db()
    return account


def test_the_preview_changes_nothing_and_says_what_to_expect(alice: Account, bob: Account, carol: Account) -> None:
    graph.follow(alice.pk, bob.pk, by(alice))
    text = f"Account address,Show boosts\nbob,true\n@Carol@{HOST.upper()},false\ncarol,true\nno@where.example,\n??,\n"
    job = read(alice, "following", text)

    assert imports.foreseen(job) == {Outlook.KNOWN: 2, Outlook.NEW: 1, Outlook.UNKNOWN: 1, Outlook.INVALID: 1}
    assert not Follow.objects.filter(target=carol).exists()
    imports.finish(alice.pk)
    assert not Follow.objects.filter(target=carol).exists()


def test_each_line_is_reported(alice: Account, bob: Account, carol: Account, remote: Account, mallory: Account) -> None:
    graph.follow(alice.pk, bob.pk, by(alice))
    graph.block(mallory.pk, alice.pk, by(mallory))
    text = (
        "Account address,Show boosts,Notify on new posts,Languages\r\n"
        'bob,false,true,"de, en"\r\ncarol,,,\r\neve@other.example,true,false,\r\n\r\n'
        "mallory,true,false,\r\nalice,true,false,\r\nnobody,,,\r\nbob?,,,\r\n"
    )
    job = run(alice, "following", text)

    assert job.state == ImportState.DONE
    assert [[line, address, result] for line, address, result, _ in report(job)[1:]] == [
        ["2", "bob", "known"],
        ["3", "carol", "requested"],
        ["4", "eve@other.example", "requested"],
        ["6", "mallory", "blocked"],
        ["7", "alice", "self"],
        ["8", "nobody", "not_found"],
        ["9", "bob?", "invalid"],
    ]
    follow = Follow.objects.get(follower=alice, target=bob)
    assert (follow.show_reblogs, follow.notify, follow.languages) == (False, True, ["de", "en"])
    assert relationships.one(alice.pk, carol.pk).requested


def test_options_that_the_file_does_not_have_stay(alice: Account, bob: Account) -> None:
    graph.follow(alice.pk, bob.pk, by(alice), show_reblogs=False, languages=["de"])
    run(alice, "following", "bob\n")

    follow = Follow.objects.get(follower=alice, target=bob)
    assert (follow.show_reblogs, follow.languages) == (False, ["de"])


def test_blocks_mutes_and_servers(alice: Account, bob: Account, carol: Account, remote: Account) -> None:
    graph.follow(bob.pk, alice.pk, by(bob))
    graph.follow(alice.pk, remote.pk, by(alice))
    marks.mute(alice.pk, carol.pk, notices_too=False, seconds=3600)

    assert results(run(alice, "blocks", f"bob@{HOST}\nalice\n")) == {"added": 1, "self": 1}
    assert results(
        run(alice, "mutes", "Account address,Hide notifications\ncarol,true\neve@other.example,false\n")
    ) == {
        "known": 1,
        "added": 1,
    }
    assert results(run(alice, "domain_blocks", "#domain\nOther.example.\nnot a domain\n")) == {"added": 1, "invalid": 1}
    assert Block.objects.filter(blocker=alice, target=bob).exists()
    assert not relationships.one(bob.pk, alice.pk).following
    kept, new = Mute.objects.get(target=carol), Mute.objects.get(target=remote)
    assert (kept.notices_too, new.notices_too, new.expires_at) == (True, False, None)
    assert kept.expires_at
    assert DomainBlock.objects.get(account=alice).domain == "other.example"
    assert not Follow.objects.filter(follower=alice, target=remote).exists()


def test_lists_follow_whom_they_hold(alice: Account, bob: Account, carol: Account) -> None:
    old = lists.create(alice.pk, "Friends")
    graph.follow(alice.pk, bob.pk, by(alice))
    lists.add(alice.pk, old.pk, [bob.pk])
    text = "Friends,bob\nFriends,carol\n'=New,bob\n,bob\n"

    assert results(run(alice, "lists", text)) == {"known": 1, "added": 2, "invalid": 1}
    found = ListMember.objects.filter(list__owner=alice).values_list("list__title", "member__username")
    assert set(found) == {("Friends", "bob"), ("Friends", "carol"), ("=New", "bob")}
    assert relationships.one(alice.pk, carol.pk).requested


@pytest.mark.parametrize("kind", ImportKind.values)
def test_overwriting_removes_what_the_file_does_not_have(
    alice: Account, bob: Account, mallory: Account, remote: Account, kind: str
) -> None:
    shelf = lists.create(alice.pk, "Old")
    for other in (bob, mallory):
        graph.follow(alice.pk, other.pk, by(alice))
        lists.add(alice.pk, shelf.pk, [other.pk])
        marks.mute(alice.pk, other.pk)
    if kind == "blocks":
        for other in (bob, mallory):
            graph.block(alice.pk, other.pk, by(alice))
    for domain in ("one.example", "two.example"):
        domains.block(alice.pk, domain, by(alice))
    text = {"domain_blocks": "one.example\n", "lists": "New,bob\n"}.get(kind, "bob\neve@other.example\n")
    job = read(alice, kind, text, overwrite=True)
    expected = 2 if kind == "lists" else 1

    assert imports.removable(job) == expected
    imports.begin(alice.pk, job.pk)
    imports.finish(alice.pk)
    assert results(job)["removed"] == expected
    if kind == "lists":
        assert [row.title for row in lists.of(alice.pk)] == ["New"]
    else:
        assert imports.removable(job) == 0
        left = applying.KINDS[ImportKind(kind)].removable(alice.pk)
        assert left.count() == (1 if kind in {"domain_blocks", "following"} else 2)  # the other is asked
    assert ["", "removed"] in [[row[0], row[-2]] for row in report(job)]


def test_what_is_newer_than_the_import_is_not_removed(alice: Account, bob: Account, mallory: Account) -> None:
    job = read(alice, "following", "bob\n", overwrite=True)
    imports.begin(alice.pk, job.pk)
    graph.follow(alice.pk, mallory.pk, by(alice))
    imports.finish(alice.pk)

    assert relationships.one(alice.pk, mallory.pk).following


def test_merging_removes_nothing(alice: Account, bob: Account, mallory: Account) -> None:
    graph.follow(alice.pk, mallory.pk, by(alice))

    assert results(run(alice, "following", "bob\n")) == {"added": 1}
    assert relationships.one(alice.pk, mallory.pk).following


def test_a_job_that_broke_goes_on_where_it_stopped(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [AccountFactory() for _ in range(5)]
    job = read(alice, "following", "".join(f"{other.username}\n" for other in others), overwrite=True)
    graph.follow(alice.pk, AccountFactory(username="old").pk, by(alice))
    imports.begin(alice.pk, job.pk)
    follow, calls = applying.KINDS[ImportKind.FOLLOWING].apply, []

    def break_off(job: Import, row: Any, by: Actor) -> ImportResult:
        result = follow(job, row, by)
        calls.append(row.subject)
        if len(calls) == 3:
            raise KeyboardInterrupt  # as a process that is killed within the line's transaction
        return result

    broken = applying.KINDS[ImportKind.FOLLOWING]._replace(apply=break_off)
    with monkeypatch.context() as patched:
        patched.setitem(applying.KINDS, ImportKind.FOLLOWING, broken)
        with pytest.raises(KeyboardInterrupt):
            imports.finish(alice.pk)

    assert imports.results(job) == {ImportResult.ADDED: 2, None: 3}
    assert Follow.objects.filter(follower=alice).count() == 3  # nothing was removed, and the third is not half done
    imports.finish(alice.pk)
    assert results(job) == {"added": 5, "removed": 1}


def test_a_fault_at_one_line_stops_no_other(alice: Account, bob: Account, caplog: Any, monkeypatch: Any) -> None:
    def fail(job: Import, row: Any, by: Actor) -> ImportResult:
        raise RuntimeError("a fault")

    broken = applying.KINDS[ImportKind.BLOCKS]._replace(apply=fail)
    monkeypatch.setitem(applying.KINDS, ImportKind.BLOCKS, broken)

    assert results(run(alice, "blocks", "bob\n")) == {"failed": 1}
    assert "Line 1 of import" in caplog.text


@pytest.fixture
def limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(limits, "FOLLOWS", limits.FOLLOWS._replace(most=2))
    file = {"BACKEND": "config.cache.SharedFile", "LOCATION": str(tmp_path / "cache.sqlite3")}
    with override_settings(RATE_LIMITS=True, CACHES={"default": file}):
        yield


def test_many_follows_wait_for_the_next_day(limited: None, alice: Account) -> None:
    others = [AccountFactory(username=f"friend{number}") for number in range(5)]
    text = "".join(f"{other.username}\n" for other in others)
    with time_machine.travel("2026-08-21T12:00:00Z", tick=False) as clock:
        job = run(alice, "following", text)
        assert imports.results(job) == {ImportResult.ADDED: 2, None: 3}
        assert (job.state, f"{job.waits_until:%d %H:%M}") == (ImportState.RUNNING, "22 00:00")
        assert results(run(alice, "blocks", "friend4\n")) == {"added": 1}  # others need not wait

        clock.move_to("2026-08-22T00:00:01Z")
        imports.finish(alice.pk)
        clock.move_to("2026-08-23T00:00:01Z")
        imports.finish(alice.pk)
        assert results(job) == {"added": 4, "blocked": 1}


def test_known_follows_cost_nothing(limited: None, alice: Account) -> None:
    others = [AccountFactory(username=f"friend{number}") for number in range(4)]
    Follow.objects.bulk_create(Follow(follower=alice, target=other, accepted_at=timezone.now()) for other in others)
    with time_machine.travel("2026-08-21T12:00:00Z", tick=False):
        assert results(run(alice, "following", "".join(f"{other.username}\n" for other in others))) == {"known": 4}


def test_one_of_a_kind_runs_at_a_time(alice: Account, bob: Account) -> None:
    job = read(alice, "blocks", "bob\n")
    assert imports.begin(alice.pk, job.pk)
    assert imports.begin(alice.pk, job.pk)
    with pytest.raises(Invalid) as refused:
        read(alice, "blocks", "bob\n")

    assert "being imported" in refused.value.faults[0].reason
    assert imports.stop(alice.pk, job.pk)
    imports.finish(alice.pk)
    assert not Block.objects.exists()
    assert report(job)[1][2] == "waiting"
    assert results(run(alice, "blocks", "bob\n")) == {"added": 1}


def test_another_preview_replaces_the_first(alice: Account, bob: Account) -> None:
    first = read(alice, "blocks", "bob\n")
    second = read(alice, "blocks", "bob\n")

    assert imports.find(alice.pk, first.pk) is None
    assert imports.find(bob.pk, second.pk) is None
    assert not imports.begin(bob.pk, second.pk)
    assert not imports.stop(bob.pk, second.pk)


def test_what_is_exported_here_can_be_imported_here(
    alice: Account, bob: Account, carol: Account, remote: Account, mallory: Account
) -> None:
    graph.follow(alice.pk, bob.pk, by(alice), show_reblogs=False, notify=True, languages=["de", "en"])
    graph.follow(alice.pk, mallory.pk, by(alice))
    for title in ("=1+1", "'=2", 'Büch"er, alt', "@home"):
        shelf = lists.create(alice.pk, title)
        lists.add(alice.pk, shelf.pk, [bob.pk])
    graph.block(alice.pk, remote.pk, by(alice))
    marks.mute(alice.pk, carol.pk, notices_too=False)
    marks.mute(alice.pk, mallory.pk)
    domains.block(alice.pk, "bücher.example", by(alice))
    zoe = AccountFactory(username="zoe")
    for kind in ImportKind.values:
        job = run(zoe, kind, b"".join(export.lines(kind, alice.pk)))
        assert set(results(job)) == {"added"}, kind

    for kind in ImportKind.values:
        hers, mine = (set(b"".join(export.lines(kind, pk)).splitlines()) for pk in (zoe.pk, alice.pk))
        assert hers == mine, kind


def test_mutes_that_are_over_are_not_exported(alice: Account, bob: Account) -> None:
    with time_machine.travel("2026-01-01"):
        marks.mute(alice.pk, bob.pk, seconds=60)

    assert len(b"".join(export.lines("mutes", alice.pk)).splitlines()) == 1


def test_unknown_lines_take_few_queries(alice: Account, django_assert_max_num_queries: Any) -> None:
    text = "".join(f"person{number}@other.example,true\n" for number in range(1000))
    with django_assert_max_num_queries(100):
        job = run(alice, "following", f"Account address,Show boosts\n{text}")

    assert results(job) == {"not_found": 1000}


@pytest.mark.long
def test_ten_thousand_lines_take_little_memory(alice: Account) -> None:
    text = "".join(f"person{number}@other.example\n" for number in range(10_000))
    tracemalloc.start()
    try:
        job = run(alice, "blocks", text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert results(job) == {"not_found": 10_000}
    assert peak < 25_000_000


def test_old_imports_are_forgotten(alice: Account, bob: Account) -> None:
    with time_machine.travel("2026-01-01"):
        done = run(alice, "blocks", "bob\n")
        running = read(alice, "mutes", "bob\n")
        imports.begin(alice.pk, running.pk)
        read(alice, "following", "bob\n")

    assert imports.forget_old() == 2
    assert imports.find(alice.pk, done.pk) is None
    assert imports.recent(alice.pk) == [running]


def test_a_suspended_account_imports_nothing(alice: Account, bob: Account) -> None:
    job = read(alice, "blocks", "bob\n")
    imports.begin(alice.pk, job.pk)
    Account.objects.filter(pk=alice.pk).update(suspended_at="2026-01-01T00:00Z")
    imports.finish(alice.pk)

    assert imports.results(job) == {None: 1}
