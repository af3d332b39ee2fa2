"""`manage.py gate-check`: what would become of a follow, and by which row of the table."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import people
from accounts.models import Account, Verification
from follows import graph
from follows.gate import approvals, kept_out, servers, settings
from follows.models import ServerRuleKind
from tests.follows.ledger import by


def check(account: Any, requester: Any) -> str:
    out = StringIO()
    call_command("gate-check", str(account), str(requester), stdout=out)
    return out.getvalue()


def test_it_says_what_would_become_of_a_follow_and_why(alice: Account, carol: Account) -> None:
    assert check("carol", "alice") == (
        "alice follows carol: a request.\nRow 6: the account is locked, or the requester must ask.\n"
        "Rule: locked.\nReason: the account is locked.\n"
    )
    assert check(carol.pk, "@alice") == check("carol", alice.pk).replace(f"{alice.pk} f", "@alice f").replace(
        "s carol", f"s {carol.pk}"
    )


def test_each_row_is_named(alice: Account, bob: Account, carol: Account) -> None:
    zoe = Account.objects.create(username="zoe", domain="other.example")
    servers.set_rule("other.example", ServerRuleKind.REFUSE, "", by(carol))
    rows = [(check("bob", "bob"), 0), (check("bob", zoe.acct), 1), (check("bob", "alice"), 7)]
    approvals.approve_account(carol.pk, alice.pk, None, by(carol))
    rows.append((check("carol", "alice"), 3))
    settings.change(bob.pk, by(bob), accept_verified=True, paused=True)
    rows.append((check("bob", "alice"), 5))
    people.change(alice.pk, verification=Verification.VERIFIED)
    rows.append((check("bob", "alice"), 4))
    kept_out.keep_out(bob.pk, alice.pk, by(bob))
    rows.append((check("bob", "alice"), 2))
    people.suspend(bob.pk)
    rows.append((check("bob", "alice"), 0))
    graph.follow(alice.pk, carol.pk, by(alice))
    rows.append((check("carol", "alice"), 0))

    for said, row in rows:
        assert f"Row {row}:" in said, said


def test_nobody_is_an_error(alice: Account) -> None:
    for account, requester in (("alice", "nobody"), ("nobody", "alice"), ("alice", 10**12)):
        with pytest.raises(CommandError, match="There is no account"):
            check(account, requester)
