"""The moderators' side of the gate: rules for whole servers, and limited accounts."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts import databases, people
from accounts.access import Actor
from accounts.domains import canonical, of_account
from accounts.models import Account
from accounts.validation import Fault, Invalid, Problem, clean_text
from follows.models import ServerRule, ServerRuleKind
from follows.models.gate import MAX_RULE_REASON

CHUNK = 1000  # accounts of a server that are rendered anew in one transaction


def set_rule(domain: str, rule: ServerRuleKind, reason: str, by: Actor) -> None:
    """Let a rule hold for every later follow from a server; a second one replaces the first.

    :raises NotADomain: for a malformed name.
    :raises Invalid: for this server, or a reason that is too long.
    """
    domain, reason = checked(domain), clean_text(reason)
    if len(reason) > MAX_RULE_REASON:
        raise Invalid([Fault("reason", Problem.TOO_LONG, MAX_RULE_REASON)])
    with databases.atomic(ServerRule):
        before = ServerRule.objects.filter(domain=domain).values_list("rule", flat=True).first()
        ServerRule.objects.update_or_create(
            domain=domain, defaults={"rule": rule, "reason": reason, "created_by_id": by.account}
        )
    if (before == ServerRuleKind.LIMITED) != (rule == ServerRuleKind.LIMITED):
        _show_anew(domain)


def checked(domain: str) -> str:
    """The name of another server as it is stored.

    :raises NotADomain: for a malformed name.
    :raises Invalid: for this server.
    """
    if of_account(domain, settings.LOCAL_DOMAIN) == "":
        raise Invalid([Fault("domain", Problem.NOT_ACCEPTED)])
    return canonical(domain)


def drop_rule(domain: str) -> None:
    """Remove the rule for a server; it is not an error if there is none.

    :raises NotADomain: for a malformed name.
    """
    domain = canonical(domain)
    limits = ServerRule.objects.filter(domain=domain, rule=ServerRuleKind.LIMITED).exists()
    ServerRule.objects.filter(domain=domain).delete()
    if limits:
        _show_anew(domain)


def limit(account: int) -> None:
    """Limit an account: it must always ask, and is in no search or directory. A second call is not an error."""
    people.change(account, limited_at=timezone.now())


def unlimit(account: int) -> None:
    """Take `limit` back."""
    people.change(account, limited_at=None)


def _show_anew(domain: str) -> None:
    """Clients are told of each account whether it is limited, so every version of them changes."""
    for chunk in _chunks(domain):
        Account.objects.filter(pk__in=chunk).update(version=F("version") + 1)


def _chunks(domain: str) -> Iterator[list[int]]:
    after = 0
    theirs = Account.objects.filter(domain=domain, domain__gt="").order_by("pk").values_list("pk", flat=True)
    while chunk := list(theirs.filter(pk__gt=after)[:CHUNK]):
        yield chunk
        after = chunk[-1]
