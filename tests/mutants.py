"""`python -m tests.mutants [module ...]`: find out whether the tests notice small changes of the code.

cosmic-ray changes one operator, number or condition at a time, in a copy of the tree. Then the tests that
`mutants.toml` names for the module have to fail: on SQLite or, if it names some, on PostgreSQL. A change that they do
not notice is a survivor. The command fails unless `mutants.toml` says why it is no fault that nothing notices it.
"""

import ast
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from difflib import unified_diff
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cosmic_ray.commands import init
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB

from tests.__main__ import postgres, say

PLAN = Path(__file__).with_suffix(".toml")
PYTEST = ["-x", "-q", "--reuse-db", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", "--assert=plain"]
FIRST_RUN = 1800  # seconds that tests may take without a change; they make the test database
# Imported once, for all runs of the tests. They must not import the code that is changed.
SLOW_IMPORTS = ["_pytest.pytester", "django.test", "faker", "hypothesis", "inline_snapshot", "requests", "schemathesis"]
# These changes only lead to TypeErrors, such as None < 1, or to the same, such as `is` between small numbers.
POINTLESS = re.compile(
    r"core/Replace(BinaryOperator_Bit(Or|And)_(?!Bit)|ComparisonOperator_(Is(Not)?_(?!Is)|(?!Is)\w+_Is(Not)?$))"
)


class Mutant(NamedTuple):
    """A change: the function or class around it, and the lines before and after it, without indentation."""

    module: str
    function: str
    line: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.module}, {self.function}\n    - {self.line}\n    + {self.becomes}"


def passes(tests: list[str], limit: float, url: str = "") -> bool:
    """Run tests in the copy, the working directory, in a process of their own; those that take too long fail.

    They use SQLite, or the PostgreSQL with this URL.
    """
    process = get_context("fork").Process(target=_run, args=([*PYTEST, *tests], url))
    process.start()
    process.join(limit)
    if process.is_alive():
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
    return process.exitcode == 0


def _run(arguments: list[str], url: str) -> None:
    os.setsid()
    os.environ["DATABASE_URL"] = url
    with Path(os.devnull).open("r+") as nothing:
        for stream in range(3):
            os.dup2(nothing.fileno(), stream)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]  # the copy has its own
    sys.dont_write_bytecode = True  # a file may change twice within a second
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(pytest.main(arguments))


def mutants(module: str) -> Iterator[Mutant]:
    """Make each change of a module of the copy, for as long as the caller looks at it."""
    found = WorkDB(":memory:", WorkDB.Mode.create)
    init([Path(module)], found, {})
    for item in found.work_items:
        (change,) = item.mutations
        if POINTLESS.match(change.operator_name):
            continue
        with use_mutation(change.module_path, get_operator(change.operator_name)(), change.occurrence) as (old, new):
            if _meaning(new) in {"", _meaning(old)}:
                continue
            lines = list(unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[3:]
            before, after = (" ".join(line[1:].strip() for line in lines if line[0] == sign).strip() for sign in "-+")
            yield Mutant(module, change.definition_name or "", before, after)


def _meaning(source: str) -> str:
    """Describe code without its types, and without `*` and `/` between parameters; empty if it is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        match node:
            case ast.arg() | ast.AnnAssign():
                node.annotation = None
            case ast.FunctionDef():
                node.returns = None
            case ast.arguments():
                node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
                node.defaults = [*node.defaults, *filter(None, node.kw_defaults)]
                node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
    return ast.dump(tree)


def explained(plan: dict[str, Any]) -> dict[Mutant, str]:
    """The survivors that are listed, and why each of them changes nothing."""
    return {
        Mutant(entry["module"], entry["function"], entry["line"], becomes): entry["why"]
        for entry in plan["equivalent"]
        for becomes in entry["becomes"]
    }


def examine(module: str, runs: list[tuple[list[str], str]], reasons: dict[Mutant, str]) -> tuple[str, bool]:
    """Run tests against each change of a module, until some fail: a row of the table, and whether all is well.

    `runs` are the tests and the URL of their database.
    """
    started, limits = time.monotonic(), []
    for tests, url in runs:
        before = time.monotonic()
        if not passes(tests, FIRST_RUN, url):
            return f"{module}: its tests fail without any change", False
        limits.append(30 + 5 * (time.monotonic() - before))
    outcomes, well = Counter[str](), True
    unseen = {mutant for mutant in reasons if mutant.module == module}
    for mutant in mutants(module):
        if all(passes(tests, limit, url) for (tests, url), limit in zip(runs, limits, strict=True)):
            unseen.discard(mutant)
            outcomes["explained" if mutant in reasons else "unexplained"] += 1
            if mutant not in reasons:
                say(f"  survived: {mutant}")
        else:
            outcomes["killed"] += 1
    for mutant in unseen:
        well = False
        say(f"  listed, but no survivor: {mutant}")
    minutes = (time.monotonic() - started) / 60
    counts = ", ".join(f"{outcomes[name]} {name}" for name in ("killed", "explained", "unexplained"))
    return f"{module}: {outcomes.total()} changes, {counts}, {minutes:.0f} min", well and not outcomes["unexplained"]


def main(modules: list[str]) -> int:
    plan = tomllib.loads(PLAN.read_text())
    chosen = {module: entry for module, entry in plan["modules"].items() if not modules or module in modules}
    reasons, rows = explained(plan), []
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="mutants-") as copy, ExitStack() as stack:
        _copy_tree(Path(copy))
        os.chdir(copy)
        if any("postgresql" in entry for entry in chosen.values()):
            url = stack.enter_context(postgres())
        for module, entry in chosen.items():
            say(module)
            runs = [(entry["tests"], "")]
            if "postgresql" in entry:
                runs.append((entry["postgresql"], url))
            rows.append(examine(module, runs, reasons))
    say("\n" + "\n".join(row for row, _ in rows))
    return 0 if all(well for _, well in rows) else 1


def _copy_tree(copy: Path) -> None:
    """Copy the files that Git knows, and those that it does not ignore."""
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
    for file in files.stdout.splitlines():
        if Path(file).exists():
            target = copy / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
