"""Pictures and private files in S3-compatible storage."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage, storages
from PIL import Image

from accounts import images, sessions
from accounts.images import BadImage
from accounts.models import Account, Platform
from accounts.pictures import avatar_url
from config import files
from tests.compat_mastodon.conftest import Mastodon, token_for
from tests.compat_mastodon.test_pictures import send
from tests.compat_twittner.conftest import Twittner
from tests.s3_server import Storage, storage
from tests.servers import PATIENCE, free_port

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(scope="module")
def served() -> Iterator[Storage]:
    with storage() as server:
        yield server


@pytest.fixture
def s3(served: Storage, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The files of this process are there."""
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = settings.STORAGES | files.storages(Path("unused"))
    settings.S3_BUCKET, settings.MEDIA_URL = served.environment["S3_BUCKET"], f"{served.environment['MEDIA_URL']}/"
    return served


def picture() -> "File[Any]":
    Image.new("RGB", (600, 600), "teal").save(content := BytesIO(), "PNG")
    return File(content, "picture.png")


def test_a_picture_is_stored_shown_and_replaced(
    s3: Storage, alice: Account, django_capture_on_commit_callbacks: Any
) -> None:
    first = avatar_url(images.set_avatar(alice, images.avatar(picture())))
    answer = requests.get(first, timeout=PATIENCE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    with django_capture_on_commit_callbacks(execute=True):
        images.set_avatar(alice, images.avatar(picture()))
    assert requests.get(first, timeout=PATIENCE).status_code in {403, 404}
    images.set_header(alice, images.header(picture()))
    images.reposition(alice, 20)  # reads the original
    images.drop_header(alice)
    with pytest.raises(BadImage):
        images.reposition(alice, 0)


def test_private_files_are_private(s3: Storage) -> None:
    private = storages["private"]
    name = private.save("archives/one.zip", ContentFile(b"secret"))

    assert requests.get(f"{s3.url}/private/{name}", timeout=PATIENCE).status_code == 403
    with private.open(name) as file:
        assert file.read() == b"secret"
    assert private.listdir("archives") == ([], ["one.zip"])
    assert private.get_modified_time(name).tzinfo
    private.delete(name)
    assert not private.exists(name)
    with pytest.raises(FileNotFoundError):
        private.open(name)


def test_a_storage_that_is_away_is_a_clear_refusal(
    s3: Storage, alice: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.set_avatar(alice, images.avatar(picture()))
    before = alice.avatar.name
    monkeypatch.setenv("S3_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    settings.STORAGES = settings.STORAGES | files.storages(Path("unused"))

    answer = send(Mastodon(token_for(alice)), avatar=picture())
    phone = Twittner(sessions.open_session(alice.pk, Platform.ANDROID).token)
    answers = phone.post("avatar", avatar=picture())

    assert answer.status_code == 422
    assert answer.json()["error"] == "Validation failed: Avatar is invalid"
    assert answers["code"] == 400
    assert Account.objects.get(pk=alice.pk).avatar.name == before
    with pytest.raises(OSError, match="EndpointConnectionError"):
        default_storage.exists("x")
