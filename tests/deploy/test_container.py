"""Containerfile builds an image of this tree, on a Debian made for the test, and the image serves."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.runs import clean_copy
from tests.servers import PATIENCE, free_port

TOOLS = ("buildah", "mmdebstrap")
pytestmark = [
    pytest.mark.once,
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0, reason="mmdebstrap needs root"),
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs Debian's {' and '.join(TOOLS)}"),
]
Buildah = Callable[..., str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("images")
    yield folder
    shutil.rmtree(folder)  # gigabytes


@pytest.fixture(scope="module")
def command(folder: Path) -> list[str]:
    return ["buildah", f"--root={folder}/store", f"--runroot={folder}/run", "--storage-driver=vfs"]


@pytest.fixture(scope="module")
def buildah(command: list[str]) -> Buildah:
    """`buildah("images")` is what it says; it fails the test if it fails."""

    def buildah(*words: str) -> str:
        told = subprocess.run([*command, *words], capture_output=True, text=True)
        assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-4000:]
        return told.stdout.strip()

    return buildah


@pytest.fixture(scope="module")
def container(folder: Path, buildah: Buildah) -> str:
    """A container of the image."""
    debian = folder / "debian"
    packages = "python3,python3-venv,ca-certificates"
    made = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", "bookworm", debian],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"mmdebstrap made no Debian here: {made.stdout[-300:]}")
    base = buildah("from", "scratch")
    buildah("add", base, str(debian), "/")
    buildah("commit", "--quiet", base, "latchkey-base")
    certificates = "--volume=/etc/ssl/certs:/etc/ssl/certs:ro"  # for a machine behind a proxy of its own
    options = [
        "--isolation=chroot",
        "--format=docker",
        "--pull-never",
        "--build-arg=BASE=localhost/latchkey-base",
        certificates,
    ]
    (context := folder / "tree").mkdir()
    clean_copy(context)
    (context / "var").mkdir()
    (context / "var" / "secret_key").write_text("a secret of this machine")
    buildah("build", *options, "--tag=latchkey", "--file", str(context / "Containerfile"), str(context))
    return buildah("from", "--pull-never", "localhost/latchkey")


def test_the_image_has_this_tree_alone_and_serves_as_a_user_without_rights(
    command: list[str], buildah: Buildah, container: str, folder: Path
) -> None:
    """One story, because the image takes two minutes, and each process of the tests would make its own."""
    config: dict[str, Any] = json.loads(buildah("inspect", container))["Docker"]["config"]
    assert config["User"] == "latchkey"
    assert config["Entrypoint"] + config["Cmd"] == ["python", "manage.py", "serve"]
    assert "/health" in config["Healthcheck"]["Test"][-1]
    assert list(config["Volumes"]) == ["/var/lib/latchkey"]

    names = buildah("run", "--isolation=chroot", container, "--", "find", "/srv/latchkey", "-maxdepth", "1")
    packages = {"accounts", "follows", "compat_mastodon", "compat_twittner", "config", "locale"}
    assert {Path(name).name for name in names.splitlines()[1:]} == packages | {
        *("manage.py", "pyproject.toml", "LICENSE", ".venv")
    }

    port = free_port()
    variables = {"HOST": "127.0.0.1", "PORT": port, "STREAMING_PORT": free_port(), "WORKERS": 1}
    environment = [f"--env={name}={value}" for name, value in variables.items()]
    run = ["run", "--isolation=chroot", *environment, container, "--"]
    (before := folder / "before").touch()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *run, "python", "manage.py", "serve"], stdout=log, stderr=log, start_new_session=True
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while (status := health(port)) != 200:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, status
            time.sleep(0.5)
        buildah(*run, *config["Healthcheck"]["Test"][1:])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)

    root = Path(buildah("mount", container))
    wrote = [
        path
        for path in root.rglob("*")
        if not path.is_symlink() and path.is_file() and path.stat().st_mtime > before.stat().st_mtime
    ]
    assert [path for path in wrote if not path.is_relative_to(root / "var/lib/latchkey")] == []


def health(port: int) -> int:
    """The status of `/health`, 0 if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_the_repository_names_no_registry() -> None:
    text = (settings.ROOT / "Containerfile").read_text()

    assert "://" not in text.replace("http://127.0.0.1", "")
