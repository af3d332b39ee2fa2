"""docs/operating.md and docs/moving-in.md are followed line by line: what they say to type is typed."""

import gzip
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat_twittner.colibri.dumps import Network, mysqldump
from tests.deploy.documents import Machine, blocks
from tests.servers import Live, database_of_its_own

pytestmark = [pytest.mark.long, pytest.mark.once]

ENVIRONMENT = "cd /srv/latchkey; set -a; . /etc/latchkey.env; set +a\n"
# By their first line, the blocks that no test can run, and why.
NOT_RUN = {
    "DATABASE_URL=postgres://latchkey:password@127.0.0.1:6432/latchkey": "needs PgBouncer; variables, no commands",
    "export PGOPTIONS=": "needs PgBouncer",
    "cd /srv/latchkey-next": "tests/deploy/test_upgrade.py runs it",
    "sed -i 's/127.0.0.1:8000": "tests/deploy/test_upgrade.py runs it",
    "cd /srv/latchkey\n.venv/bin/pip install --require-hashes -r requirements/base.txt\nsystemctl start": "so is this",
    "mysqldump": "needs the old MySQL server; the tests have dumps of their own",
}


@pytest.fixture
def machine(tmp_path: Path, django_db_setup: str, django_db_blocker: Any, worker_id: str) -> Iterator[Machine]:
    with database_of_its_own(tmp_path, f"latchkey_followed_{worker_id}", django_db_blocker, django_db_setup) as url:
        (tmp_path / "machine").mkdir()
        machine = Machine(tmp_path / "machine", Live(url, tmp_path, django_db_blocker))
        machine.put_code("latchkey")
        yield machine
        machine.end()


def take(left: list[str], beginning: str) -> str:
    """The next block that begins so; it is done now."""
    found = next(block for block in left if block.lstrip().startswith(beginning))
    left.remove(found)
    return found


def install(machine: Machine, left: list[str]) -> None:
    """The section "Install", but for what changes the users and packages of this machine."""
    owner = ("-o latchkey ", "")
    block = take(left, "useradd")
    users, _, rest = block.partition("install -d")
    assert all(line.startswith(("useradd", "runuser -u postgres")) for line in users.splitlines())
    machine.run("install -d" + rest, owner)
    (machine.folder / "etc" / "systemd" / "system").mkdir(parents=True)
    machine.environment |= {
        "DJANGO_SUPERUSER_USERNAME": "root",
        "DJANGO_SUPERUSER_EMAIL": "root@example.org",
        "DJANGO_SUPERUSER_PASSWORD": "correct horse battery",
    }
    block = take(left, "set -a")
    machine.run(f"cd /srv/latchkey\n{block}", ("createsuperuser", "createsuperuser --noinput"))
    machine.wait(machine.server.port)
    packages, _, rest = take(left, "apt-get install nginx").partition("sed ")
    assert all(line.startswith(("apt-get", "certbot")) for line in packages.splitlines())
    (machine.folder / "etc" / "nginx" / "conf.d").mkdir(parents=True)
    machine.run(f"cd /srv/latchkey\nsed {rest}", ("nginx -t && systemctl reload nginx", ":"))  # test_proxies does
    assert "server_name YOUR-DOMAIN;" in (machine.folder / "etc" / "nginx" / "conf.d" / "latchkey.conf").read_text()


def test_operating(machine: Machine) -> None:
    left = [
        block for block in blocks("docs/operating.md") if not any(block.startswith(beginning) for beginning in NOT_RUN)
    ]
    backups = ("/backup", f"{machine.folder}/backup")
    install(machine, left)

    found = machine.run(
        ENVIRONMENT + take(left, "runuser -u latchkey -- .venv/bin/python manage.py doctor"),
        ("--mail you@example.org ", ""),  # no mail server is here
        ("/backup\n", f"{machine.folder}/backup || [ $? = 1 ]\n"),  # there is none yet, which is a fault
    )
    assert "database" in found

    for name, locked in (("carol", "--locked"), ("dora", ""), ("requester", ""), ("alice", ""), ("alice2", "")):
        words = f"{name} {locked} --email {name}@example.org --password 'quite a long one'"
        machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py create_account {words}")
    (machine.folder / "follows").mkdir()
    (machine.folder / "follows" / "following_accounts.csv").write_text("Account address\ncarol\ndora\n")
    for name in ("requester", "alice"):
        command = f"import_mastodon {machine.folder}/follows --account {name}"
        machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py {command}")
    undone = machine.run(
        ENVIRONMENT + take(left, "manage()"),
        ("@spam.example", "requester"),
        ("/tmp/done", f"{machine.folder}/tmp/done"),
    )
    assert "requester" in undone
    listed = machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py requests list carol")
    assert {line.split()[1].partition("@")[0] for line in listed.splitlines()} == {"requester", "alice"}

    imported = machine.run(
        ENVIRONMENT + take(left, "runuser -u latchkey -- .venv/bin/python manage.py export"),
        ("/tmp/alice", f"{machine.folder}/tmp/alice"),
    )
    assert imported
    machine.run(ENVIRONMENT + take(left, "install -d -m 700 -o latchkey /backup"), ("-o latchkey ", ""), backups)
    machine.run(take(left, "cd /srv/latchkey"))  # the restart
    machine.wait(machine.server.port)
    (backup,) = (machine.folder / "backup").iterdir()
    restore(machine, take(left, "runuser -u latchkey -- .venv/bin/python manage.py restore"), backup)

    assert not left


def restore(machine: Machine, block: str, backup: Path) -> None:
    """Into an emptied place: the same machine, which has lost everything."""
    machine.run("systemctl stop latchkey")
    machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py flush --noinput")
    shutil.rmtree(machine.folder / "srv" / "latchkey-media")
    (machine.folder / "srv" / "latchkey-media").mkdir()
    machine.run(ENVIRONMENT + block, ("/backup/latchkey-2026-11-28", str(backup)))
    machine.wait(machine.server.port)
    shown = machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py account show carol")
    assert "carol" in shown


def test_moving_in(machine: Machine) -> None:
    network = Network()
    ann, bob = network.user("ann", follow_privacy="approved"), network.user("bob")
    network.follow(bob, ann, status="pending")
    with gzip.open(machine.folder / "srv" / "latchkey" / "colibri.sql.gz", "wt") as file:
        file.write(mysqldump(network))
    (machine.folder / "upload").mkdir()
    with tarfile.open(machine.folder / "upload.tar", "w") as archive:
        archive.add(machine.folder / "upload", "upload")
    machine.run(f"mkdir /srv/old && tar xf {machine.folder}/upload.tar -C /srv/old")
    left = [block for block in blocks("docs/moving-in.md") if not any(block.startswith(each) for each in NOT_RUN)]

    tried, moved = (machine.run(ENVIRONMENT + block) for block in left)

    assert "cl_users: 2,147,483,645 ids are left." in tried
    assert moved in tried
    listed = machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py requests list ann")
    assert "bob" in listed
    machine.run(f"{ENVIRONMENT}.venv/bin/python manage.py recount --check")
