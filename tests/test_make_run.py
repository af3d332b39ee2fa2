"""The life of `make run`: it fills a demo once, finds it again, ends at once and leaves nobody behind."""

import http.client
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.factories import PASSWORD
from tests.runs import OURS, Run, clean_copy, running
from tests.servers import PATIENCE

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which `make run` ran once."""
    folder = clean_copy(tmp_path_factory.mktemp("clone"))
    with running(folder):
        pass
    return folder


@pytest.fixture(scope="module")
def again(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A second run, in a copy of the folder, so that it is nobody's but the readers'."""
    copied = tmp_path_factory.mktemp("again") / "clone"
    shutil.copytree(folder, copied, symlinks=True)
    with running(copied) as run:
        yield run


def test_the_second_start_finds_its_data(folder: Path) -> None:
    kept = (folder / "var" / "demo.env").read_text()
    with running(folder) as run, urllib.request.urlopen(f"{run.url}/api/v1/instance") as answer:
        assert answer.status == 200

    assert without_site(kept) == without_site((folder / "var" / "demo.env").read_text())
    assert re.search(r"^PASSWORD=(.+)$", kept, re.MULTILINE)[1] in run.said
    assert f"Latchkey answers at {run.url}\n" in run.said


def test_the_second_start_is_little_more_work_than_any_command(folder: Path) -> None:
    """The least of three each: a busy machine disturbs some."""
    start, command = (min(work(folder) for _ in range(3)) for work in (work_of_a_start, work_of_a_command))
    assert start < 1.4 * command


def work_of_a_start(folder: Path) -> float:
    """The seconds of CPU until the server has answered a request."""
    with running(folder) as run:
        urllib.request.urlopen(f"{run.url}/api/v1/instance").close()
        times = [process.cpu_times() for process in run.processes()]  # unlike the clock, alike on a busy machine
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


def work_of_a_command(folder: Path) -> float:
    """The seconds of CPU that `manage.py check` takes, which differ from machine to machine as those of a start do."""
    before = os.times()
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    subprocess.run([sys.executable, "manage.py", "check"], cwd=folder, env=environment, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def without_site(kept: str) -> list[str]:
    return [line for line in kept.splitlines() if not line.startswith("SITE=")]


def test_only_the_owner_may_read_the_data(folder: Path) -> None:
    assert (folder / "var").stat().st_mode & 0o777 == 0o700
    for name in ("demo.env", "secret_key"):
        assert (folder / "var" / name).stat().st_mode & 0o777 == 0o600


def test_every_printed_line_answers(again: Run) -> None:
    answers = [
        subprocess.check_output(f"{line} -sS -w ' %{{http_code}}'", shell=True, text=True, cwd=again.folder)
        for line in re.findall(r"^  (curl .*)$", again.said, re.MULTILINE)
    ]

    assert len(answers) == 7
    assert [answer.rpartition(" ")[2] for answer in answers] == ["200"] * 7
    assert all('"code":4' not in answer for answer in answers)


def test_the_admin_has_its_style_without_any_further_step(again: Run) -> None:
    page = urllib.request.urlopen(f"{again.url}/admin/login/").read().decode()
    (style, *_) = re.findall(r'href="(/static/[^"]+\.css)"', page)
    with urllib.request.urlopen(again.url + style) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')


@pytest.mark.parametrize("target", ["make", "server"])
def test_sigterm_ends_everything(folder: Path, target: str) -> None:
    with running(folder) as run:
        processes = run.processes()
        os.kill(run.make.pid if target == "make" else processes[1].pid, signal.SIGTERM)
        _, left = psutil.wait_procs(processes, timeout=PATIENCE)

    assert left == []
    assert "Traceback" not in run.said


def test_ctrl_c_ends_everything(folder: Path) -> None:
    with running(folder) as run:
        processes = run.processes()
        os.killpg(run.make.pid, signal.SIGINT)  # what a terminal does
        _, left = psutil.wait_procs(processes, timeout=PATIENCE)

    assert left == []
    assert "Traceback" not in run.said


def test_its_children_do_not_outlive_a_server_that_is_killed(folder: Path) -> None:
    with running(folder) as run:
        _, server, *children = run.processes()
        server.kill()
        _, left = psutil.wait_procs(children, timeout=PATIENCE)

    assert left == []


def test_an_idle_client_does_not_hold_the_end_up(folder: Path) -> None:
    with running(folder) as run:
        client = http.client.HTTPConnection(run.url.removeprefix("http://"))
        client.request("GET", "/api/v1/instance")
        client.getresponse().read()
        processes = run.processes()
        run.make.send_signal(signal.SIGTERM)
        _, left = psutil.wait_procs(processes, timeout=PATIENCE)
        client.close()

    assert left == []


def test_a_taken_port_is_said_in_one_sentence(folder: Path, again: Run) -> None:
    port = again.port
    second = Run(folder, port)
    code = second.make.wait(PATIENCE)

    assert code != 0
    assert f"Port {port} on 127.0.0.1 is taken; set PORT to another one." in second.said
    assert "Traceback" not in second.said


def test_ports_are_tried_before_anything_is_installed(again: Run, tmp_path: Path) -> None:
    folder = clean_copy(tmp_path)
    (folder / ".venv").unlink()
    refused = Run(folder, again.port)

    assert refused.make.wait(PATIENCE) != 0
    assert f"Port {again.port} on 127.0.0.1 is taken; set PORT to another one." in refused.said
    assert not (folder / ".venv").exists()


def test_a_run_with_another_database_leaves_the_demo_as_it_is(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "clone"
    shutil.copytree(folder, copied, symlinks=True)
    kept = (copied / "var" / "demo.env").read_text()
    other = {"DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3", "SECRET_KEY": secrets.token_urlsafe(50)}
    with running(copied, **other) as run:
        assert "belongs to the demo of another database" in run.said
        assert "To start over" in run.said
    assert (copied / "var" / "demo.env").read_text() == kept


def test_other_devices_are_told_which_address_the_server_needs(folder: Path) -> None:
    with running(folder, HOST="0.0.0.0") as run:
        assert f"Latchkey answers at http://127.0.0.1:{run.port}\n" in run.said
        assert re.search(rf"start it with BASE_URL=http://\S+:{run.port};", run.said)


def test_a_database_with_accounts_is_left_without_demo(tmp_path: Path) -> None:
    folder = clean_copy(tmp_path)
    with running(folder, target="serve"):
        subprocess.run(
            [
                ".venv/bin/python",
                "manage.py",
                "create_account",
                "dora",
                "--email",
                "dora@example.org",
                "--password",
                PASSWORD,
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    with running(folder) as run:
        assert "The database has accounts of its own, so that the demo was left out." in run.said
    assert not (folder / "var" / "demo.env").exists()
