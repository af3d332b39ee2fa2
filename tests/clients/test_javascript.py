"""masto.js and megalodon, unmodified from npm, against a real server. They need node and npm (20 or newer)."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clients import npm
from tests.clients.browser import Browser
from tests.compat_twittner.files import picture
from tests.factories import PASSWORD
from tests.servers import Live

HERE = Path(__file__).parent
PATIENCE = 120  # seconds


@pytest.fixture(scope="session")
def node() -> str:
    """The node that runs the clients, which are installed if they are not there yet."""
    return npm.installed()


@pytest.mark.parametrize("script", ["masto.mjs", "megalodon.mjs"])
def test_a_whole_life_around_people(live: Live, node: str, script: str) -> None:
    """The script is the client and checks what it gets; here is the person at its browser."""
    me, others = live.sign_up("javascript"), [live.sign_up("other") for _ in range(3)]
    environment = os.environ | {"SERVER": live.url, "OTHERS": json.dumps([str(other.pk) for other in others])}
    with subprocess.Popen(
        [node, HERE / script],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as client:
        assert client.stdin
        assert client.stdout
        assert client.stderr
        for line in client.stdout:
            answer = ""
            match json.loads(line):
                case ["sign in", address]:
                    answer = code_after_signing_in(address, me.email)
                case ["picture", *_]:
                    answer = base64.b64encode(picture().read()).decode()
                case ["others ask", *_]:
                    for other in others:
                        live.follow(other, me)
            client.stdin.write(json.dumps(answer) + "\n")
            client.stdin.flush()
        errors = client.stderr.read()
    assert client.returncode == 0, errors


def code_after_signing_in(address: str, email: str) -> str:
    browser = Browser()
    browser.open(address)
    browser.send("Sign in", username=email, password=PASSWORD)
    browser.send("Authorize")
    return browser.address("code")
