"""Rows that are not there, or cannot be: no page of the admin falls over an id."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Account
from tests.moderation import Desk

NOBODY = ["0", "-1", "999999", str(2**31), str(2**64), "9" * 5000, "x", "٩٩٩٩٩٩", "\0"]
LISTS = [model._meta.label_lower.replace(".", "_") for model in admin.site._registry]


@pytest.mark.parametrize("name", LISTS)
def test_an_unknown_row_has_no_page_and_takes_no_action(root: Account, name: str) -> None:
    desk = Desk(root)
    for row in NOBODY:
        for view in ("change", "history", "delete"):
            assert desk.page(name, row, view).status_code in {302, 403, 404}, (view, row)
        posted = desk.client.post(reverse(f"admin:{name}_changelist"), {"one": f"approve:{row}"})
        assert posted.status_code in {200, 302}, row


@pytest.mark.parametrize("account", [7, 2**31, 2**64])
def test_an_unknown_film_is_not_found(root: Account, account: int) -> None:
    assert Desk(root).client.get(f"/admin/accounts/badgerequest/{account}/film").status_code == 404
