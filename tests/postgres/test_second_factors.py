"""Each code of a second factor signs one person in, also if two give it in the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts import second_factor
from accounts.models import Account
from tests.accounts.test_second_factor import code_now
from tests.postgres.conftest import Other


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_that_two_give_at_once_is_good_for_one(
    alice: Account, beside: Callable[[Callable[[], Any]], Other], kind: str
) -> None:
    second_factor.begin(alice.pk)
    (code, *_) = second_factor.confirm(alice.pk, code_now(alice))
    if kind == "app":
        code = code_now(alice, later=1)

    with transaction.atomic():
        second_factor.use(alice.pk, code)
        second = beside(lambda: second_factor.use(alice.pk, code))
        second.waits()

    assert isinstance(second.ends(), second_factor.WrongCode)
