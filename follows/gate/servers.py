"""The moderators' side of the gate: rules for whole servers, and limited accounts."""

from django.utils import timezone

from accounts import people
from accounts.access import Actor
from accounts.domains import canonical
from follows.models import ServerRule, ServerRuleKind


def set_rule(domain: str, rule: ServerRuleKind, reason: str, by: Actor) -> None:
    """Let a rule hold for every later follow from a server; a second one replaces the first.

    :raises NotADomain: for a malformed name.
    """
    ServerRule.objects.update_or_create(
        domain=canonical(domain), defaults={"rule": rule, "reason": reason, "created_by_id": by.account}
    )


def drop_rule(domain: str) -> None:
    """No rule holds for the server any more; without one it is no error."""
    ServerRule.objects.filter(domain=canonical(domain)).delete()


def limit(account: int) -> None:
    """Follows of the account always ask from now on, and nobody finds it by chance. Repeated it is no error."""
    people.change(account, limited_at=timezone.now())


def unlimit(account: int) -> None:
    """Take `limit` back."""
    people.change(account, limited_at=None)
