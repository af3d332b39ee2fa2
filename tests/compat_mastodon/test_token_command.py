"""`manage.py token`: tokens of the Mastodon API for scripts."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from tests.compat_mastodon.conftest import Mastodon, token_for


def run(*words: Any) -> str:
    out = io.StringIO()
    call_command("token", *words, stdout=out)
    return out.getvalue().strip()


def status(token: str) -> int:
    return Mastodon(token).get("/api/v1/accounts/verify_credentials").status_code


def test_a_token_works_until_it_is_revoked(alice: Account) -> None:
    app = token_for(alice)
    token = run("create", "alice", "--scopes", "read")
    assert status(token) == 200
    assert run("create", "alice", "--scopes", "read") == token
    out = io.StringIO()
    call_command("create_token", "alice", scopes="read", stdout=out)
    assert out.getvalue().strip() == token

    assert run("revoke", "alice") == "1 tokens revoked."
    assert status(token) == 401
    assert status(app) == 200
    with pytest.raises(CommandError, match="no token that a command created"):
        run("revoke", "alice")
    assert run("create", "alice", "--scopes", "read") != token


def test_tokens_are_listed_without_being_shown(alice: Account, bob: Account) -> None:
    token = run("create", "alice", "--scopes", "read follow")
    app = token_for(bob)
    (held,) = json.loads(run("list", "alice", "--json"))
    assert (held["app"], held["scopes"]) == ("Command line", ["read", "follow"])
    assert token not in run("list", "alice") + json.dumps(held)
    (bobs,) = json.loads(run("list", "bob", "--json"))

    with pytest.raises(CommandError, match="Nothing was revoked"):
        run("revoke", "bob", str(bobs["id"]), str(held["id"]))
    assert status(app) == 200
    run("revoke", "bob", str(bobs["id"]))
    assert status(app) == 401


def test_wrong_words(alice: Account) -> None:
    with pytest.raises(CommandError, match="not a list of scopes"):
        run("create", "alice", "--scopes", "everything")
    with pytest.raises(CommandError, match="There is no account 'nobody'"):
        run("create", "nobody")
    Account.objects.update(suspended_at="2026-01-01T00:00Z")
    with pytest.raises(CommandError, match="alice is suspended"):
        run("create", "alice")
