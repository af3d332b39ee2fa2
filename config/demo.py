"""The demo of `make run`, and the examples that it prints.

The password and the tokens are random, made once, and kept in `demo.env` of VAR for its owner alone.
"""

import io
import secrets
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts import databases, people, sessions
from accounts.models import Account, Platform
from compat_mastodon import bearer
from config import demo_people
from follows import queries
from follows.locks import embedded
from follows.paging import Window

FILE = Path(settings.VAR) / "demo.env"
HEADER = "# Made by `make run` for the accounts of its demo: ids, tokens and sessions, and the password of all.\n"

INVITATION = """
  accounts   alice, bob, carol (locked, {waiting} people ask to follow her), admin (moderates)
  e-mail     NAME@example.org
  password   {PASSWORD}
  admin      {SITE}/admin/

Try it as a Mastodon client. Alice asks to follow carol. Carol lists her follow requests, and approves one:

  curl -X POST -H 'Authorization: Bearer {ALICE}' {SITE}/api/v1/accounts/{CAROL_ID}/follow
  curl -H 'Authorization: Bearer {CAROL}' {SITE}/api/v1/follow_requests
  curl -X POST -H 'Authorization: Bearer {CAROL}' {SITE}/api/v1/follow_requests/{asking}/authorize

And as a Twittner client. Carol signs in, lists her follow requests, and approves one. Then bob asks to follow her:

  curl -d email=carol@example.org -d password={PASSWORD} {SITE}/mobile_api/login
  curl '{SITE}/mobile_api/follow_requests?session_id={CAROL_SESSION}'
  curl -d session_id={CAROL_SESSION} -d req_id={request} {SITE}/mobile_api/accept_follow
  curl -d session_id={BOB_SESSION} -d user_id={CAROL_ID} {SITE}/mobile_api/follow

`. {file}` sets these values in a shell. README.md has a tour that uses them. Ctrl-C ends the server.
"""

STRANGER = """
The database has accounts of its own, so that the demo was left out. Ctrl-C ends the server.
To start over with the demo, {start_over} and run it again.
"""
ELSEWHERE = """
{FILE} belongs to the demo of another database, so there is no demo in this one. Ctrl-C ends the server.
To start over with a demo here, move that file away and run it again.
"""


def invitation() -> str:
    """Return the examples. Fill the database first if it is empty."""
    kept = _kept()
    if not Account.objects.exists():
        if kept and kept.get("DATABASE") != _database():
            return ELSEWHERE.format(FILE=FILE)
        _fill()
        kept = _kept()
    if not bearer.find(kept.get("ALICE", "")):
        here = settings.VAR / "latchkey.sqlite3"
        return STRANGER.format(start_over=f"move {here} away" if settings.EMBEDDED else "use an empty database")
    if kept["SITE"] != settings.BASE_URL:
        _keep(kept := kept | {"SITE": settings.BASE_URL})
    carol = int(kept["CAROL_ID"])
    page = queries.requests_to(carol, Window(2))
    first, last = (page.rows[0], page.ids[-1]) if page.ids else (None, "REQ_ID")
    return INVITATION.format(
        waiting=queries.pending_count(carol),
        asking=first.account if first else "ACCOUNT_ID",
        request=last,
        file=FILE.relative_to(Path.cwd()) if FILE.is_relative_to(Path.cwd()) else FILE,
        **kept,
    )


def _fill() -> None:
    """All of it or nothing, so that a start that was broken off begins anew."""
    with databases.atomic(Account), embedded():
        _keep(_made())


def _made() -> dict[str, str]:
    """Fill the database; gives what is kept."""
    password = secrets.token_urlsafe(9)
    kept = {"SITE": settings.BASE_URL, "DATABASE": _database(), "PASSWORD": password}
    cast: list[Account] = []
    for name, surname in {"alice": "Adams", "bob": "Brown", "carol": "Clark"}.items():
        account = people.sign_up(
            username=name,
            email=f"{name}@example.org",
            password=password,
            display_name=f"{name.capitalize()} {surname}",
            locked=name == "carol",
        )
        cast.append(account)
        kept[f"{name.upper()}_ID"] = str(account.pk)
        kept[name.upper()] = _output_of("create_token", name)
        kept[f"{name.upper()}_SESSION"] = sessions.open_session(account.pk, Platform.ANDROID).token
    Account.objects.create_superuser("admin", "admin@example.org", password)
    demo_people.arrive(*cast)
    return kept


def _database() -> str:
    """Name the database, without its password."""
    values = connection.settings_dict
    return "default" if settings.EMBEDDED else f"'{connection.vendor} {values.get('HOST')} {values['NAME']}'"


def _keep(kept: dict[str, str]) -> None:
    FILE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    FILE.unlink(missing_ok=True)
    FILE.touch(0o600)
    FILE.write_text(HEADER + "".join(f"{name}={value}\n" for name, value in kept.items()))


def _kept() -> dict[str, str]:
    if not FILE.exists():
        return {}
    lines = FILE.read_text().removeprefix(HEADER).splitlines()
    return dict(line.split("=", 1) for line in lines)


def _output_of(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().strip()
