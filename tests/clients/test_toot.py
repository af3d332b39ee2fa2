"""toot, the command-line client, unmodified from PyPI, against a real server: signed in by its browser flow."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account
from tests.clients.browser import Browser
from tests.factories import PASSWORD
from tests.servers import PATIENCE, Live

# One process for all commands: its libraries take a while to load, and are not for the process of the tests.
SHELL = """
import json, sys
from click.testing import CliRunner
from toot.cli import cli
for line in sys.stdin:
    done = CliRunner().invoke(cli, json.loads(line))
    print(json.dumps([done.exit_code, done.output]), flush=True)
"""
Toot = Callable[..., Any]


@pytest.fixture
def me(live: Live) -> Account:
    return live.sign_up("me", display_name="Me Myself")


@pytest.fixture
def toot(live: Live, tmp_path: Path, me: Account) -> Iterator[Toot]:
    """`toot("follow", "bob")` is what somebody types; gives the JSON that is printed."""
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}

    with subprocess.Popen(
        [sys.executable, "-m", "toot", "login", "--instance", live.url],
        env=os.environ | environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as login:
        assert login.stdin
        assert login.stdout
        address = next(line.strip() for line in login.stdout if line.startswith(live.url))
        told, _ = login.communicate(f"n\n{code_for(me, address)}\n", timeout=PATIENCE)
        assert "Successfully logged in" in told, told

    with subprocess.Popen(
        [sys.executable, "-c", SHELL],
        env=os.environ | environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as shell:
        assert shell.stdin
        assert shell.stdout
        typed, shown = shell.stdin, shell.stdout

        def run(*words: str) -> Any:
            print(json.dumps([*words, "--json"]), file=typed, flush=True)
            code, output = json.loads(shown.readline())
            assert code == 0, output
            return json.loads(output)

        yield run


def code_for(person: Account, address: str) -> str:
    """What the person copies out of the browser."""
    browser = Browser()
    browser.open(address)
    browser.send("Sign in", username=person.username, password=PASSWORD)
    assert "toot" in browser.page.text
    browser.send("Authorize")
    return browser.address("code")


def test_a_life_around_people_at_the_command_line(live: Live, toot: Toot, me: Account) -> None:
    other, fan = live.sign_up("other"), live.sign_up("fan")
    live.follow(fan, me)

    assert toot("whoami")["acct"] == me.username
    assert toot("whois", other.username)["id"] == str(other.pk)
    assert [found["acct"] for found in toot("search", other.username)["accounts"]] == [other.username]

    assert toot("follow", other.username)["following"]
    assert names(toot("following")) == [other.username]
    assert names(toot("followers")) == [fan.username]
    assert [(told["type"], told["account"]["acct"]) for told in toot("notifications")] == [("follow", fan.username)]

    assert toot("lists", "create", "Friends")["title"] == "Friends"
    toot("lists", "add", "Friends", other.username)
    assert names(toot("lists", "accounts", "Friends")) == [other.username]
    toot("lists", "remove", "Friends", other.username)
    toot("lists", "delete", "Friends")
    assert toot("lists", "list") == []

    assert not toot("unfollow", other.username)["following"]
    assert toot("mute", other.username)["muting"]
    assert names(toot("muted")) == [other.username]
    assert not toot("unmute", other.username)["muting"]
    assert toot("block", other.username)["blocking"]
    assert names(toot("blocked")) == [other.username]
    assert not toot("unblock", other.username)["blocking"]

    assert toot("update_account", "--locked", "--note", "At a prompt")["locked"]
    live.follow(other, me)
    assert [told["type"] for told in toot("notifications", "--type", "follow_request")] == ["follow_request"]


def names(accounts: Any) -> list[str]:
    return [account["acct"] for account in accounts]
