"""Running the command on a network, and what it says."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.compat_twittner.colibri.dumps import Network, mysqldump

Import = Callable[..., dict[str, Any]]


class Told(dict[str, Any]):
    """The JSON of the report, with its problems by kind."""

    @property
    def kinds(self) -> dict[str, int]:
        return {problem["kind"]: problem["count"] for problem in self["problems"]}

    def first(self, kind: str) -> list[Any]:
        return next((problem["first"] for problem in self["problems"] if problem["kind"] == kind), [])

    def imported(self, table: str) -> int:
        return int(self["tables"][table]["imported"])


def run(path: Path, **options: Any) -> Told:
    out = io.StringIO()
    call_command("import_colibri", path, json=True, stdout=out, stderr=io.StringIO(), **options)
    return Told(json.loads(out.getvalue()))


@pytest.fixture
def importing(db: None, tmp_path: Path) -> Callable[..., Told]:
    """`importing(network)` writes a dump, imports it and gives the report; options are the command's."""

    def importing(network: Network | str, dialect: Callable[[Network], str] = mysqldump, **options: Any) -> Told:
        path = tmp_path / "dump.sql"
        path.write_text(network if isinstance(network, str) else dialect(network), "utf-8")
        return run(path, **options)

    return importing


@pytest.fixture
def network() -> Network:
    """Ann and Bob follow each other, Cem is locked: Bob follows him, and Ann waits."""
    network = Network()
    ann, bob, cem = (
        network.user("ann", admin="1"),
        network.user("bob", about="I &amp; my &quot;bike&quot;", last_active="1600000500"),
        network.user("cem", fname="Cem &lt;3", follow_privacy="approved", last_active="0", gender="T"),
    )
    network.follow(ann, bob, time="1650000000")
    network.follow(bob, ann)
    network.follow(bob, cem)
    network.follow(ann, cem, status="pending", time="1650000100", id=77)
    return network
