"""The example client of the documentation empties a queue by its rules."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts import people
from accounts.access import Actor
from accounts.models import Account
from compat_mastodon.management.commands.create_token import Command
from follows import graph, relationships
from follows.gate import servers
from tests.servers import Live

TRIAGE = Path(settings.ROOT) / "docs" / "examples" / "triage.py"


def triage(live: Live, token: str, *options: str) -> str:
    run = subprocess.run(
        [sys.executable, str(TRIAGE), live.url, token, *options], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def token_of(account: Account) -> str:
    said: list[str] = []
    command: Any = Command()
    command.stdout = type("Said", (), {"write": staticmethod(said.append)})
    command.handle(username=account.username, scopes="read:follows write:follows")
    return said[0].strip()


def test_it_approves_and_rejects_by_its_rules_and_leaves_the_rest(live: Live) -> None:
    owner = live.sign_up("owner", locked=True)
    friend, bot, spammer, stranger = (live.sign_up(name) for name in ("friend", "bot", "spammer", "stranger"))
    live.follow(owner, friend)
    with live.database():
        people.change(bot.pk, bot=True)
        people.change(stranger.pk, note="I paint")
        servers.limit(spammer.pk)
        token = token_of(owner)
    for requester in (friend, bot, spammer, stranger):
        live.follow(requester, owner)

    assert triage(live, token, "--dry-run") == "1 approved, 2 rejected, 1 left for you.\n"
    with live.database():
        assert all(
            relationships.one(requester.pk, owner.pk).requested for requester in (friend, bot, spammer, stranger)
        )
    assert triage(live, token) == "1 approved, 2 rejected, 1 left for you.\n"
    with live.database():
        assert relationships.one(friend.pk, owner.pk).following
        assert not any(relationships.one(requester.pk, owner.pk).requested for requester in (bot, spammer))
        assert relationships.one(stranger.pk, owner.pk).requested
        graph.accept(owner.pk, stranger.pk, Actor(owner.pk, "test"))
    assert triage(live, token) == "0 approved, 0 rejected, 0 left for you.\n"
