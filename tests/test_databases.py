"""Every query asks the project's routers for its database: a replica to read from, the primary for all else.

Here the two are connections to the one database of the test, and `default`, which no router names, may run nothing.
"""

import ast
import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import Client

from accounts import counts, sessions
from accounts.access import Actor
from accounts.models import Account, Platform
from accounts.statements import Statement, Write
from follows import changes, graph, leaving, opening
from follows.models import Decision, Follow, Tally
from follows.notices import delivery
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_twittner.conftest import Twittner
from tests.factories import AccountFactory

PRIMARY, REPLICA = "primary", "replica"
PACKAGES = ("accounts", "follows", "compat_mastodon", "compat_twittner")


class Router:
    """As for a primary with a replica. Within a transaction, reads have to see what it wrote."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return PRIMARY if connections[PRIMARY].in_atomic_block else REPLICA

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return PRIMARY

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True


class CarelessRouter(Router):
    """As in Django's documentation: it does not look at transactions."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return REPLICA


class Ran:
    """The statements that ran on one connection."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def ran(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Ran]]:
    """Two databases and the router; what runs on each. In the end, nothing ran where it should not."""
    monkeypatch.setattr(delivery, "_transports", {})  # nobody is told, by threads that outlive the story
    for alias in (PRIMARY, REPLICA):
        connections.settings[alias] = deepcopy(connections[DEFAULT_DB_ALIAS].settings_dict)
        connections[alias].connect()  # Django's test case lets nobody connect to a database that it does not know
    settings.DATABASE_ROUTERS = [Router()]
    ran = {alias: Ran() for alias in (DEFAULT_DB_ALIAS, PRIMARY, REPLICA)}
    with ExitStack() as wrapped:
        for alias, runs in ran.items():
            wrapped.enter_context(connections[alias].execute_wrapper(runs))
        yield ran
    settings.DATABASE_ROUTERS = []
    for alias in (PRIMARY, REPLICA):
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
    assert ran[DEFAULT_DB_ALIAS].statements == []
    assert [sql for sql in ran[REPLICA].statements if not sql.strip().startswith(("SELECT", "WITH"))] == []


READS: dict[str, Callable[[Mastodon, Twittner, int], Any]] = {
    "follow requests": lambda mastodon, twittner, me: mastodon.get("/api/v1/follow_requests"),
    "followers": lambda mastodon, twittner, me: mastodon.get(f"/api/v1/accounts/{me}/followers"),
    "relationships": lambda mastodon, twittner, me: mastodon.get(f"/api/v1/accounts/relationships?id={me}"),
    "search": lambda mastodon, twittner, me: mastodon.get("/api/v2/search?q=ali"),
    "search by one letter": lambda mastodon, twittner, me: mastodon.get("/api/v1/accounts/search?q=a"),
    "directory": lambda mastodon, twittner, me: mastodon.get("/api/v1/directory"),
    "suggestions": lambda mastodon, twittner, me: mastodon.get("/api/v2/suggestions"),
    "notifications": lambda mastodon, twittner, me: mastodon.get("/api/v1/notifications"),
    "instance": lambda mastodon, twittner, me: mastodon.get("/api/v2/instance"),
    "requests": lambda mastodon, twittner, me: twittner.get("follow_requests"),
    "profile": lambda mastodon, twittner, me: twittner.get("profile", user_id=me),
    "people": lambda mastodon, twittner, me: twittner.get("search_people", query="ali"),
    "page": lambda mastodon, twittner, me: Client().get("/@carol"),
    "servers": lambda mastodon, twittner, me: counts.domains(),
}


def test_reading_asks_the_replica_alone(alice: Account, carol: Account, ran: dict[str, Ran]) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    mastodon = Mastodon(token_for(carol))
    twittner = Twittner(sessions.open_session(carol.pk, Platform.ANDROID).token)
    mastodon.get("/api/v1/accounts/verify_credentials")  # notes that carol is there

    asked = {name: runs_on(ran, lambda read=read: read(mastodon, twittner, carol.pk)) for name, read in READS.items()}

    assert asked == {name: {REPLICA} for name in READS}


def test_the_graph_is_written_on_the_primary(alice: Account, bob: Account, carol: Account, ran: dict[str, Ran]) -> None:
    heard: list[int] = []
    listen = lambda change: heard.append(change.kind)  # noqa: E731
    changes.register(listen)
    mine, hers = Mastodon(token_for(alice)), Mastodon(token_for(carol))
    phone = Twittner(sessions.open_session(carol.pk, Platform.ANDROID).token)

    mine.post(f"/api/v1/accounts/{carol.pk}/follow")
    hers.post(f"/api/v1/follow_requests/{alice.pk}/authorize")
    graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    phone.post("accept_follow", req_id=Follow.objects.get(follower=bob).pk)
    hers.post(f"/api/v1/accounts/{alice.pk}/mute")
    hers.post(f"/api/v1/accounts/{alice.pk}/block")
    hers.post("/api/v1/domain_blocks", {"domain": "other.example"})
    kept = hers.post("/api/v1/lists", {"title": "Friends"}).json()["id"]
    hers.post(f"/api/v1/accounts/{bob.pk}/follow")
    hers.post(f"/api/v1/lists/{kept}/accounts", {"account_ids": [str(bob.pk)]})
    changes.unregister(listen)

    kinds = Decision.Kind
    assert heard == [*(kinds.ASKED, kinds.ACCEPTED) * 2, kinds.BLOCKED, kinds.FOLLOWED]
    assert list(Tally.objects.filter(pk=carol.pk).values_list("followers", "following")) == [(1, 1)]


def test_many_rows_are_written_on_the_primary(
    alice: Account, bob: Account, carol: Account, ran: dict[str, Ran]
) -> None:
    for requester in (alice, bob):
        graph.follow(requester.pk, carol.pk, Actor(requester.pk, "test"))

    graph.change_profile(carol.pk, Actor(carol.pk, "test"), locked=False)
    call_command("recount", "--check", verbosity=0)
    call_command("seed", accounts=3, requests=2, follows=3, verbosity=0)
    leaving.delete_account(alice.pk)

    assert Tally.objects.get(pk=carol.pk).followers == 1
    assert not Account.objects.filter(pk=alice.pk).exists()


def test_moderators_work_on_the_primary_too(alice: Account, carol: Account, root: Account, ran: dict[str, Ran]) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    desk = Client()
    desk.force_login(root)

    assert desk.get("/admin/follows/followrequest/?q=alice").status_code == 200
    assert desk.get("/admin/accounts/account/?q=alice").status_code == 200
    assert AccountFactory().pk


def test_what_a_lock_protects_is_read_on_the_primary_whatever_the_router_says(
    alice: Account, carol: Account, ran: dict[str, Ran], settings: Any
) -> None:
    settings.DATABASE_ROUTERS = [CarelessRouter()]

    written = runs_on(ran, lambda: graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test")))

    assert written == {PRIMARY}


def test_a_queue_that_the_replica_does_not_know_yet_is_not_taken_for_empty(
    alice: Account, carol: Account, ran: dict[str, Ran]
) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    opening.begin(carol.pk, Actor(carol.pk, "test"))
    Account.objects.filter(pk=carol.pk).update(locked=False)

    assert runs_on(ran, lambda: opening.accept_oldest(carol.pk)) == {PRIMARY}


def test_a_statement_names_its_database_when_it_runs(ran: dict[str, Ran]) -> None:
    # Not isinstance, which asks a weak proxy for what may be gone.
    statements = [kept for kept in gc.get_objects() if issubclass(type(kept), Statement)]
    writes = [kept for kept in gc.get_objects() if issubclass(type(kept), Write)]

    assert len(statements) > 30
    assert {kept.alias() for kept in statements} == {REPLICA, PRIMARY}  # those that lock rows
    assert {kept.alias() for kept in writes} == {PRIMARY}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_chooses_a_database_itself(package: str) -> None:
    """Neither by Django's words for the default one, nor by leaving out which one is meant."""
    chosen = [
        f"{path.relative_to(settings.ROOT)}:{line}"
        for path in sorted((settings.ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts and path.name not in {"databases.py", "routing.py"}
        for line in choices(ast.parse(path.read_text()))
    ]

    assert chosen == []


def choices(module: ast.Module) -> Iterator[int]:
    """The lines that choose a database."""
    for node in ast.walk(module):
        match node:
            case ast.ImportFrom(module="django.db", names=names):
                if {name.name for name in names} & {"connection", "DEFAULT_DB_ALIAS", "router"}:
                    yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id="transaction"), attr="atomic"), args=[]):
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id="transaction"), attr="on_commit"), args=[_]):
                yield node.lineno
            case ast.FunctionDef(decorator_list=decorators):
                if any(ast.unparse(decorator) == "transaction.atomic" for decorator in decorators):
                    yield node.lineno


def runs_on(ran: dict[str, Ran], act: Callable[[], Any]) -> set[str]:
    """The databases that a call uses."""
    for runs in ran.values():
        runs.statements.clear()
    act()
    return {alias for alias, runs in ran.items() if runs.statements}
