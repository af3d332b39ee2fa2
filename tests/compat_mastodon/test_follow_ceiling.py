"""Following more than one may sounds like a validation error (mastodon.md §5.8)."""

from collections.abc import Callable
from typing import Any

from accounts.models import Account
from follows import policy
from follows.models import Tally


def test_following_too_many_is_422(mastodon: Callable[..., Any], alice: Account, bob: Account) -> None:
    Tally.objects.create(account=alice, following=policy.MAX_FOLLOWS)
    answer = mastodon(alice).post(f"/api/v1/accounts/{bob.pk}/follow")

    assert answer.status_code == 422
    assert answer.json() == {"error": "Validation failed: You cannot follow more than 7500 people"}
