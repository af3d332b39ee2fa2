"""An upgrade as docs/operating.md describes it: servers of two versions side by side, and no request that fails."""

import io
import shutil
import subprocess
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.deploy.documents import Machine, blocks
from tests.deploy.proxies import DOMAIN, Nginx
from tests.servers import PATIENCE, Live, database_of_its_own, free_port

CLIENTS = 3
MIGRATIONS = [f"{app}/migrations/0*.py" for app in ("accounts", "follows", "compat_mastodon", "compat_twittner")]


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The version before the newest migration, of the repository's own history."""

    def git(*words: str) -> bytes:
        told = subprocess.run(["git", *words], cwd=settings.ROOT, capture_output=True)
        if told.returncode or not told.stdout:
            pytest.skip("needs the history of the repository")
        return told.stdout

    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", *MIGRATIONS).decode().strip()
    with tarfile.open(fileobj=io.BytesIO(git("archive", f"{newest}^"))) as archive:
        archive.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old"


@pytest.fixture
def machine(tmp_path: Path, django_db_blocker: Any, worker_id: str) -> Iterator[Machine]:
    with database_of_its_own(tmp_path, f"latchkey_upgraded_{worker_id}", django_db_blocker) as url:
        (tmp_path / "machine").mkdir()
        server = Live(url, tmp_path, django_db_blocker, BASE_URL=f"https://{DOMAIN}")
        machine = Machine(tmp_path / "machine", server)
        yield machine
        machine.end()


class Members(threading.Thread):
    """People who follow, unfollow and read through the proxy, one after the other, until they are stopped."""

    def __init__(self, nginx: Nginx, token: str, target: str) -> None:
        super().__init__()
        self.nginx, self.token, self.target = nginx, token, target
        self.answers: Counter[int | str] = Counter()
        self.stopped = threading.Event()

    def run(self) -> None:
        account = f"/api/v1/accounts/{self.target}"
        asked: list[tuple[str, bytes | None]] = [
            ("/api/v1/accounts/verify_credentials", None),
            (f"{account}/follow", b""),
            (f"{account}/followers", None),
            ("/api/v1/notifications", None),
            (f"{account}/unfollow", b""),
        ]
        while not self.stopped.is_set():
            for path, body in asked:
                try:
                    status, _, said = self.nginx.ask(path, body=body, token=self.token)
                    self.answers[status if status == 200 else f"{status} {path} {said[:200]!r}"] += 1
                except OSError as error:
                    self.answers[repr(error)] += 1


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("nginx"), reason="needs Debian's nginx")
def test_no_request_fails_while_a_new_version_takes_over(
    old_code: Path, machine: Machine, django_db_setup: str
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer, so writes wait for a migration, and may be refused")
    server, shell = machine.server, "cd /srv/latchkey; set -a; . /etc/latchkey.env; set +a; "
    machine.put_code("latchkey", old_code)
    machine.run("systemctl start latchkey")
    machine.wait(server.port)
    create = ".venv/bin/python manage.py create_account"
    tokens = [
        machine.run(
            f"{shell}{create} {name} --email {name}@example.org --password 'quite a long one' >&2; "
            f".venv/bin/python manage.py create_token {name}"
        ).split()[-1]
        for name in (f"member{number}" for number in range(CLIENTS))
    ]
    target = machine.run(
        f"{shell}{create} target --locked --email target@example.org --password 'quite a long one'"
    ).strip()
    (machine.folder / "nginx").rmdir()
    nginx = Nginx(machine.folder / "nginx", server.port, server.streaming_port, "/nowhere")
    ports = {"8000": server.port, "8001": server.streaming_port, "8010": free_port(), "8011": free_port()}
    begin, turn, back = blocks("docs/operating.md", "Upgrade without an outage")
    conf_d = ("/etc/nginx/conf.d", f"{machine.folder}/nginx/conf.d")

    def follow(block: str, *changes: tuple[str, str]) -> None:
        """Run a block; where it sleeps so that nginx can finish its requests, wait for that."""
        numbers = [(old, str(new)) for old, new in ports.items() if old in block]
        before, _, after = block.partition("sleep 60\n")
        old = nginx.workers()
        parts = [tuple(each for each in (*changes, *numbers) if each[0] in part) for part in (before, after)]
        machine.run(before, *parts[0])
        if after:
            nginx.wait_for_the_last_request(old)
            machine.run(after, *parts[1])

    with nginx.running():
        members = [Members(nginx, token, target) for token in tokens]
        for each in members:
            each.start()
        try:
            machine.put_code("latchkey-next")
            follow(begin)
            wait_for_answers(members)
            follow(turn, conf_d)
            wait_for_answers(members)
            machine.put_code("latchkey")
            follow(back, conf_d)
            wait_for_answers(members)
        finally:
            for each in members:
                each.stopped.set()
            for each in members:
                each.join(PATIENCE)

    assert {answer for each in members for answer in each.answers} == {200}
    for log in machine.folder.glob("latchkey*.log"):
        assert set(log.read_text().splitlines()) == {f"Latchkey answers at https://{DOMAIN}"}


def wait_for_answers(members: list[Members]) -> None:
    """Until each had some more."""
    before = [each.answers.total() for each in members]
    deadline = time.monotonic() + PATIENCE
    while any(each.answers.total() < count + 10 for each, count in zip(members, before, strict=True)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
