"""`make lint` fails on modules that import each other in a circle."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT

pytest.importorskip("importlinter", reason="import-linter comes with the tools of `make lint`")

CONTRACTS = """
[tool.importlinter]
root_packages = ["house"]
contract_types = ["no_circles: tests.import_contracts.NoCircles"]

[[tool.importlinter.contracts]]
name = "No modules import each other in a circle"
type = "no_circles"
"""


def lint(tree: Path, **modules: str) -> subprocess.CompletedProcess[str]:
    house = tree / "house"
    house.mkdir()
    for name, text in {"__init__": "", **modules}.items():
        (house / f"{name}.py").write_text(text)
    (tree / "pyproject.toml").write_text(CONTRACTS)
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=tree,
        env={"PYTHONPATH": f"{tree}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
    )


def test_a_circle_is_told_even_when_one_import_hides_in_a_function(tmp_path: Path) -> None:
    result = lint(tmp_path, models="def make():\n    from house import people\n", people="from house import models\n")

    assert result.returncode == 1
    assert "house.models" in result.stdout
    assert "house.people" in result.stdout


def test_modules_in_layers_pass(tmp_path: Path) -> None:
    result = lint(tmp_path, models="", people="from house import models\n", doors="from house import people, models\n")

    assert result.returncode == 0, result.stdout + result.stderr
