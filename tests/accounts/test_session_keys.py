"""A cookie that holds no key of a session signs nobody in, whatever it holds."""

import pytest
from django.conf import settings
from django.test import Client

from accounts import session_store

NO_KEYS = ["\0bcdefgh", "a" * 10_000, "unknown-key", "é" * 20, ""]


@pytest.mark.django_db
@pytest.mark.parametrize("key", NO_KEYS)
def test_a_key_of_no_session_is_nobodys(key: str) -> None:
    assert session_store.member(key) is None


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/requests", "/auth/sign_in", "/admin/login/"])
def test_a_page_takes_a_malformed_key_for_none(path: str) -> None:
    client = Client(headers={"Cookie": rf'{settings.SESSION_COOKIE_NAME}="\000bcdefgh"'})
    assert client.get(path).status_code in {200, 302}
