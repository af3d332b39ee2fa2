"""A Twittner client for the stories: it sends what the phones send, and holds every answer to the promise."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from accounts import sessions
from accounts.models import Account, BadgeRequest, Platform
from tests.compat_twittner import networks


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(BadgeRequest._meta.get_field("video"), "storage", FileSystemStorage(tmp_path / "private"))


@pytest.fixture(scope="session")
def networks_address() -> Iterator[str]:
    with networks.answering() as address:
        yield address


@pytest.fixture
def social_networks(settings: Any, networks_address: str) -> None:
    """Google and Facebook are configured, and answer."""
    settings.GOOGLE_CLIENT_ID = networks.CLIENT_ID
    settings.FACEBOOK_APP_ID, settings.FACEBOOK_APP_SECRET = networks.APP_ID, networks.APP_SECRET
    settings.GOOGLE_TOKEN_API = settings.GOOGLE_USER_API = settings.FACEBOOK_API = networks_address


class Twittner:
    """Writes as multipart forms and reads with a query, both with the session of one account."""

    def __init__(self, token: str | None = None) -> None:
        self.http = Client(raise_request_exception=False)
        self.token = token

    def post(self, endpoint: str, content_type: str | None = None, **form: Any) -> dict[str, Any]:
        body = self._with_token(form)
        kind = {"content_type": content_type} if content_type else {}
        return kept_promise(self.http.post(f"/mobile_api/{endpoint}", body, **kind))

    def get(self, endpoint: str, **query: Any) -> dict[str, Any]:
        return kept_promise(self.http.get(f"/mobile_api/{endpoint}", self._with_token(query)))

    def _with_token(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"session_id": self.token} | params if self.token else params


def kept_promise(response: Any) -> dict[str, Any]:
    """The JSON of an answer, which is always HTTP 200 and `application/json` (twittner.md §1.5, §1.6)."""
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    body = response.json()
    assert isinstance(body, dict)
    return body


@pytest.fixture
def twittner(db: None) -> Callable[..., Twittner]:
    """`twittner(alice)` is alice's phone, `twittner()` one without a session."""

    def phone(account: Account | None = None) -> Twittner:
        return Twittner(sessions.open_session(account.pk, Platform.ANDROID).token if account else None)

    return phone
