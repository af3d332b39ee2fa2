"""`make bench`: what requests cost, side by side with a bare view, in one run and one table."""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import instructions

SECRET_KEY = "only for benchmarks, and long enough for a server with a database"
os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings", "RATE_LIMITS": "off", "SECRET_KEY": SECRET_KEY}
PAIRS = 16


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument(
        "--only", metavar="NAME", default="", help="scenes whose name contains this, or `import`, `hot` or `replicas`"
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--big", action="store_true", help="a million accounts and requests, ten million follows")
    parser.add_argument("--accounts", type=int, default=20_000, metavar="N", help="default 20,000")
    parser.add_argument("--requests", type=int, default=10_000, metavar="N", help="default 10,000, at least 9,000")
    parser.add_argument("--follows", type=int, default=100_000, metavar="N", help="default 100,000")
    parser.add_argument("--seconds", type=float, default=5, help="of load for each scene, default 5")
    parser.add_argument("--into", type=Path, default=Path("var"), help="where figures and plot go, default var/")
    parser.add_argument("--instructions", action="store_true", help="count instructions instead, with valgrind")
    parser.add_argument("--chief", action="store_true", help="count only what clients ask most")
    parser.add_argument("--limits", action="store_true", help="count them with RATE_LIMITS=on")
    parser.add_argument("--record", action="store_true", help="keep them as the figures that later ones are held to")
    parser.add_argument("--draw", action="store_true", help="draw docs/images/shares.svg: where they go")
    arguments = parser.parse_args()
    if arguments.instructions and not instructions.is_available():
        print("Instructions are not counted: valgrind is not installed here.")  # noqa: T201
        return
    run = count if arguments.instructions else bench
    with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as directory:
        os.environ["VAR"] = directory
        if arguments.database == "sqlite":
            os.environ["DATABASE_URL"] = f"sqlite:///{directory}/bench.sqlite3"
            run(arguments)
        else:
            from tests.__main__ import postgres  # starts a server of its own, or takes DATABASE_URL's

            with postgres() as url:
                os.environ["DATABASE_URL"] = url
                run(arguments)


def count(arguments: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.models import Account
    from tests.benchmarks import scenes, shares

    call_command("migrate", verbosity=0)
    call_command("seed", accounts=1_000, requests=500, follows=2_000, locked_account="owner", verbosity=0)
    plan = scenes.counted(scenes.cast_of(Account.objects.get(username="owner").pk, followers=2 * scenes.PAGE))
    wanted = scenes.CHIEF if arguments.chief else plan
    plan = {name: requests for name, requests in plan.items() if arguments.only in name and name in wanted}
    os.environ["RATE_LIMITS"] = "on" if arguments.limits else "off"
    case = arguments.database + (", limits" if arguments.limits else "")
    counted = instructions.count(plan, Path(os.environ["VAR"]))
    good = instructions.table(counted, instructions.recorded(case))
    if arguments.record:
        instructions.record(case, counted)
    if arguments.draw:
        shares.draw({name: plan[name] for name in scenes.CHIEF}, counted, Path("docs/images/shares.svg"))
    sys.exit(0 if good or arguments.record else 1)


def bench(arguments: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from accounts.models import Account
    from tests.benchmarks import hot, importing, measure, replicas, report, scenes
    from tests.benchmarks.machine import Machine
    from tests.factories import AccountFactory

    accounts, requests, follows = arguments.accounts, arguments.requests, arguments.follows
    if arguments.big:
        accounts, requests, follows = 1_000_000, 1_000_000, 10_000_000
    call_command("migrate", verbosity=0)
    if arguments.only == "import":  # it needs no server and no seeded graph
        sys.exit(0 if importing.measure(accounts, follows, Path(os.environ["VAR"])) else 1)
    if arguments.only == "hot":
        sys.exit(0 if hot.measure(arguments.seconds) else 1)
    if min(accounts, requests) < scenes.WALKED:
        raise SystemExit(f"Memory is measured over {scenes.WALKED:,} accounts and requests: give as many or more")
    call_command("seed", accounts=accounts, requests=requests, follows=follows, locked_account="owner")
    cast = scenes.cast_of(Account.objects.get(username="owner").pk)
    if arguments.only == "replicas":
        replicas.measure(cast, arguments.seconds)
        return
    scenes.befriend(cast)
    pairs = [(AccountFactory(), AccountFactory(locked=True)) for _ in range(4 * PAIRS)]
    wanted = lambda name: arguments.only in name  # noqa: E731

    with Machine(dict(os.environ)) as machine:
        rows = [measure.read(machine, scene, arguments.seconds) for scene in scenes.reads(cast) if wanted(scene.name)]
        rows += [measure.write(machine, scene) for scene in scenes.writes(cast, 2_000) if wanted(scene.name)]
        if wanted("mixed"):
            rows.append(measure.mixture(machine, scenes.mixed(cast, pairs[:PAIRS]), arguments.seconds * 6))
        if wanted("bulk decision"):
            rows.append(measure.decisions(machine, cast, scenes.mixed(cast, pairs[PAIRS : 2 * PAIRS]), 1_500))
        if wanted("expiry"):
            expiring = min(100_000, requests // 5)
            rows.append(measure.expiring(machine, cast, scenes.mixed(cast, pairs[2 * PAIRS : 3 * PAIRS]), expiring))
        if wanted("opening"):
            rows.append(measure.opening(machine, cast, scenes.mixed(cast, pairs[3 * PAIRS :])))
        measure.walk(machine, scenes.walk(cast))  # memory is what it costs with all fragments kept
        memory, start, bare = machine.memory(), machine.start_seconds, measure.bare(machine)
    call_command("recount", check=True)

    report.table(rows, memory=memory, start=start, bare=bare)
    figures = {
        "machine": report.machine(),
        "database": arguments.database,
        "accounts": accounts,
        "requests": requests,
        "follows": follows,
        "memory_mib": memory,
        "start_seconds": start,
        "scenes": [asdict(row) | {"ratio": row.ratio} for row in rows],
    }
    arguments.into.mkdir(parents=True, exist_ok=True)
    (arguments.into / f"benchmarks-{arguments.database}-{requests}.json").write_text(json.dumps(figures, indent=2))
    report.plot(arguments.into, arguments.database)
    good = all(row.good for row in rows) and memory <= report.MEMORY and start * 1000 / bare <= report.START
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
