"""A real server for the tests that need one: `manage.py serve` with two workers and its own database.

One server serves all tests of a run, so each test makes accounts of its own. `Live.database` lets
the models and the domain of the test's process read and write the server's database.
"""

import gc
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.db.utils import load_backend

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from follows import graph
from tests import pgbouncer
from tests.factories import PASSWORD

PATIENCE = 300  # seconds until a server must answer, or must have ended, on a machine that is very busy


class Live:
    """A running server. `url` is its origin."""

    def __init__(self, database_url: str, directory: Path, blocker: Any, **environment: str) -> None:
        self.host, self.port = environment.get("HOST", "127.0.0.1"), free_port()
        self.url = f"http://{self.host}:{self.port}"
        self.streaming_port = free_port()
        self.database_url = database_url
        self.log = directory / "stderr"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "VAR": str(directory),
            "MEDIA_ROOT": str(directory / "media"),
            "HOST": self.host,
            "PORT": str(self.port),
            "WORKERS": "2",
            "BASE_URL": self.url,
            "STREAMING_PORT": str(self.streaming_port),
            "PUSH_TO_PRIVATE": "on",
            "RATE_LIMITS": "off",
            "REGISTRATIONS": "open",
            **environment,
        }
        self.command = [sys.executable, str(settings.ROOT / "manage.py"), "serve"]
        self._blocker = blocker

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for_answer(self.url, self.process, self.log)
        except BaseException:
            self.process.terminate()  # it must not outlive the run
            self.process.wait(PATIENCE)
            raise

    def start_streams(self) -> str:
        """Wait until the streams, which start behind the answers, take connections; gives their origin."""
        url = f"ws://{self.host}:{self.streaming_port}"
        wait_for_answer(url, self.process, self.log)
        return url

    def end(self) -> int:
        """End the server, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        """End the server, and fail if it had anything to complain about."""
        assert self.end() == 0
        said = self.log.read_text().removeprefix(f"Latchkey answers at {self.environment['BASE_URL']}\n")
        assert not said, said

    def kill(self) -> None:
        """Kill all of its processes at once with SIGKILL, if it runs."""
        if self.process.poll() is None:
            server = psutil.Process(self.process.pid)
            everybody = [*server.children(recursive=True), server]
            for process in everybody:
                os.kill(process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
            psutil.wait_procs(everybody, PATIENCE)

    @contextmanager
    def running(self, *, quiet: bool = True) -> Iterator["Live"]:
        """Inside, the server runs. One that is not `quiet` may complain."""
        self.start()
        try:
            yield self
        finally:
            self.stop() if quiet else self.end()

    @contextmanager
    def database(self) -> Iterator[None]:
        """Inside, the models of this process and thread are those of the server's database.

        What is to happen after a commit does not.
        """
        ours = connections[DEFAULT_DB_ALIAS]
        values = ours.settings_dict | {"NAME": urlsplit(self.database_url).path[1:]}
        theirs = load_backend(values["ENGINE"]).DatabaseWrapper(values, DEFAULT_DB_ALIAS)

        def forget() -> None:
            """Threads would carry on in the database of this process, and leave their connections open."""
            theirs.run_on_commit = []

        theirs.run_and_clear_commit_hooks = forget
        connections[DEFAULT_DB_ALIAS] = theirs
        try:
            with self._blocker.unblock():
                yield
        finally:
            theirs.close()
            connections[DEFAULT_DB_ALIAS] = ours

    def sign_up(self, name: str = "person", **values: Any) -> Account:
        """A new account on the server; its user name is `name` and some digits, its password `PASSWORD`."""
        username = f"{name}_{secrets.token_hex(4)}"
        values = {"username": username, "email": f"{username}@example.org", "password": PASSWORD} | values
        with self.database():
            account = people.sign_up(**values)
            # Of the server's own hashers, with the least work; it hashes anew when the person signs in.
            password = PBKDF2PasswordHasher().encode(values["password"], salt="salt", iterations=1)
            people.change(account.pk, password=password)
        return account

    def follow(self, follower: Account, target: Account) -> None:
        """Follow, or ask to, on the server."""
        with self.database():
            graph.follow(follower.pk, target.pk, Actor(follower.pk, "test"))


def free_port() -> int:
    """One that is free and stays so: below those that systems give to connections going out (32768 and more)."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)  # another one in each process, whatever the seed of the run
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_answer(url: str, process: subprocess.Popen[Any], log: Path) -> None:
    """Until the server at `url` takes connections."""
    address = urlsplit(url)
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"no answer after {PATIENCE} seconds: {log.read_text()}"
        try:
            socket.create_connection((address.hostname, address.port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def name_of_the_test_database() -> str:
    """The database of this process, which must be one that was made for the tests.

    :raises RuntimeError: when it is another one, such as the developer's own.
    """
    name = str(connection.settings_dict["NAME"])
    theirs = TEST_DATABASE_PREFIX + urlsplit(settings.DATABASE_URL).path[1:]
    if name != (connection.settings_dict["TEST"]["NAME"] or theirs):
        raise RuntimeError(f"{name} is no test database, so it is not copied. Does the test have a database mark?")
    return name


@contextmanager
def database_of_its_own(directory: Path, name: str, blocker: Any, like: str = "") -> Iterator[str]:
    """The URL of a new database, of the kind under test: an empty one, or a copy of `like`."""
    if connection.vendor == "sqlite":
        path = directory / f"{name}.sqlite3"
        if like:
            shutil.copy(like, path)
        yield f"sqlite:///{path}"
        return
    copied = f" TEMPLATE {like}" if like else ""
    with blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}{copied}")
    yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    with blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Copy a migrated database, if there is one, on SQLite as Django does on PostgreSQL.

    SQLite copies it itself: it does not take the log that a killed run left beside the file for that of the new one.
    """
    if connection.vendor == "sqlite" and (migrated := connection.settings_dict["TEST"].get("TEMPLATE")):
        make = connection.creation._create_test_db

        def copied(*words: Any) -> str:
            name: str = make(*words)
            with closing(sqlite3.connect(migrated)) as source, closing(sqlite3.connect(name)) as target:
                source.backup(target)
            return name

        connection.creation._create_test_db = copied


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any, worker_id: str
) -> Iterator[str]:
    """Keep a copy of the database while all its tables are empty, to spare servers the migrations; gives its name."""
    original = name_of_the_test_database()
    if connection.vendor == "sqlite":
        blank = str(tmp_path_factory.mktemp("blank") / "blank.sqlite3")
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [blank])
        yield blank
        return
    with django_db_blocker.unblock():
        connection.close()  # nobody may be connected to what is copied
    name = f"latchkey_blank_{worker_id}"
    with database_of_its_own(Path(), name, django_db_blocker, like=original):
        yield name
    with django_db_blocker.unblock():
        connection.close()
        wait_until_nobody_is_connected(original)  # it is dropped now


def wait_until_nobody_is_connected(database: str) -> None:
    """Give threads of the last stories the time to end; then end what stays connected, and tell its last statement."""
    deadline = time.monotonic() + 60
    others = "FROM pg_stat_activity WHERE datname = %s AND backend_type = %s"
    while True:
        gc.collect()  # connections of threads that are gone are closed with what refers to them
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"SELECT state, state_change, query {others}", [database, "client backend"])
            if not (connected := cursor.fetchall()):
                return
            if time.monotonic() > deadline:
                sys.stderr.write(f"Left connected to {database}: {connected}\n")
                cursor.execute(f"SELECT pg_terminate_backend(pid) {others}", [database, "client backend"])
        time.sleep(0.1)


class NewServer(Protocol):
    def __call__(self, name: str, **environment: str) -> AbstractContextManager[Live]: ...


@pytest.fixture(scope="session")
def new_server(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: str, django_db_blocker: Any, worker_id: str
) -> NewServer:
    """Make further servers, each with its own database: `with new_server("name") as server, server.running():`."""

    @contextmanager
    def made(name: str, **environment: str) -> Iterator[Live]:
        directory = tmp_path_factory.mktemp(name)
        with database_of_its_own(directory, f"latchkey_{name}_{worker_id}", django_db_blocker, django_db_setup) as url:
            yield Live(url, directory, django_db_blocker, **environment)

    return made


@pytest.fixture(scope="session")
def live(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: str, worker_id: str
) -> Iterator[Live]:
    """A real server, as `make serve` starts it, on a free port."""
    pooled = request.config.getoption("--pooler") and connection.vendor == "postgresql"
    directory, blocker = tmp_path_factory.mktemp("live"), request.getfixturevalue("django_db_blocker")
    with (
        pgbouncer.pooling(settings.DATABASE_URL) if pooled else nullcontext() as pooling,
        database_of_its_own(directory, f"latchkey_live_{worker_id}", blocker, django_db_setup) as url,
    ):
        server = Live(url, directory, blocker, **(pooling(url) if pooling else {}))
        server.start()
        yield server
        server.stop()
