"""An avatar that moves goes on moving; beside it lies one that stands still, for all who ask for that."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from accounts import sessions
from accounts.columns import portrait
from accounts.models import Account, Platform
from follows import leaving
from tests.compat_mastodon.conftest import Clients
from tests.compat_twittner.files import picture

pytestmark = pytest.mark.once

UPDATE = "/api/v1/accounts/update_credentials"
KINDS = ["GIF", "PNG", "WEBP"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def film(kind: str, size: tuple[int, int] = (120, 80), **options: Any) -> SimpleUploadedFile:
    """Five frames, each of its own colour."""
    first, *others = [Image.new("RGB", size, (50 * step, 0, 255 - 50 * step)) for step in range(5)]
    encoded = BytesIO()
    first.save(encoded, kind, save_all=True, append_images=others, duration=[40, 50, 60, 70, 80], loop=0, **options)
    return SimpleUploadedFile(f"me.{kind.lower()}", encoded.getvalue(), f"image/{kind.lower()}")


def send(client: Any, **files: Any) -> Any:
    response = client.patch(UPDATE, encode_multipart(BOUNDARY, files), content_type=MULTIPART_CONTENT)
    assert response.status_code == 200, response.content
    return response.json()


def at(url: str) -> tuple[Any, Image.Image]:
    response = Client().get(url.removeprefix("http://testserver"))
    assert response.status_code == 200
    return response, Image.open(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_it_moves_and_stands_still(mastodon: Clients, alice: Account, kind: str) -> None:
    me = send(mastodon(alice), avatar=film(kind))

    response, moving = at(me["avatar"])
    assert response.headers["Content-Type"] == f"image/{kind.lower()}"
    assert (moving.format, moving.size, moving.n_frames) == (kind, (80, 80), 5)  # type: ignore[attr-defined]
    durations = []
    for frame in range(5):
        moving.seek(frame)
        moving.load()
        durations.append(int(moving.info["duration"]))
    assert durations == [40, 50, 60, 70, 80]
    assert moving.info["loop"] == 0
    _, still = at(me["avatar_static"])
    assert (still.format, still.size, getattr(still, "n_frames", 1)) == ("JPEG", (512, 512), 1)
    assert me["avatar"] != me["avatar_static"]
    assert mastodon().get(f"/api/v1/accounts/{alice.pk}").json()["avatar"] == me["avatar"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_kept_of_it_but_pixels(mastodon: Clients, alice: Account, media: Path, kind: str) -> None:
    extra = {"GIF": {"comment": b"taken at home"}, "PNG": {}, "WEBP": {}}[kind]
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    send(mastodon(alice), avatar=film(kind, **extra, **({} if kind == "GIF" else {"exif": exif.tobytes()})))

    stored = [path for path in media.rglob("*") if path.is_file()]
    assert len(stored) == 2
    assert not any(b"taken at home" in path.read_bytes() for path in stored)


def test_a_film_with_one_frame_stands_still(mastodon: Clients, alice: Account, media: Path) -> None:
    me = send(mastodon(alice), avatar=picture(kind="GIF"))

    assert me["avatar"] == me["avatar_static"]
    assert len(list(media.rglob("*.*"))) == 1


def test_both_files_go_when_it_is_replaced_taken_away_or_its_owner_leaves(
    mastodon: Clients, alice: Account, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = mastodon(alice)

    def files() -> list[str]:
        return sorted(path.suffix for path in media.rglob("*.*"))

    with django_capture_on_commit_callbacks(execute=True):
        send(client, avatar=film("GIF"))
    with django_capture_on_commit_callbacks(execute=True):
        send(client, avatar=film("WEBP"))
    assert files() == [".jpg", ".webp"]
    with django_capture_on_commit_callbacks(execute=True):
        client.delete("/api/v1/profile/avatar")
    assert files() == []
    with django_capture_on_commit_callbacks(execute=True):
        send(client, avatar=film("PNG"))
    assert files() == [".jpg", ".png"]
    with django_capture_on_commit_callbacks(execute=True):
        leaving.delete_account(alice.pk)
    assert files() == []


def test_a_header_stands_still(mastodon: Clients, alice: Account) -> None:
    me = send(mastodon(alice), header=film("GIF"))

    assert me["header"] == me["header_static"]
    assert at(me["header"])[1].format == "JPEG"


def test_phones_of_the_other_door_are_shown_the_still_one(mastodon: Clients, alice: Account) -> None:
    """Their documentation promises a JPEG."""
    token = sessions.open_session(alice.pk, Platform.ANDROID).token
    sent = Client().post("/mobile_api/avatar", {"session_id": token, "avatar": film("GIF")}).json()
    me = mastodon(alice).get("/api/v1/accounts/verify_credentials").json()

    assert sent["data"]["avatar_url"] == me["avatar_static"] != me["avatar"]
    assert Client().get("/mobile_api/profile", {"user_id": alice.pk}).json()["data"]["avatar"] == me["avatar_static"]


def test_any_page_may_draw_uploaded_pictures(mastodon: Clients, alice: Account) -> None:
    me = send(mastodon(alice), avatar=film("GIF"), header=picture())

    for address in (me["avatar"], me["avatar_static"], me["header"]):
        assert at(address)[0].headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("kind", ["avatar", "header"])
def test_pictures_that_were_never_given_have_the_addresses_that_clients_test_for(
    mastodon: Clients, alice: Account, kind: str
) -> None:
    me = mastodon().get(f"/api/v1/accounts/{alice.pk}").json()

    assert me[kind] == me[f"{kind}_static"] == f"http://testserver/{kind}s/original/missing.png"
    response = Client().get(f"/{kind}s/original/missing.png")
    response.close()
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_moderators_see_it_stand_still(mastodon: Clients, alice: Account, bob: Account) -> None:
    me = send(mastodon(alice), avatar=film("GIF"))
    alice.refresh_from_db()

    assert f'src="{me["avatar_static"]}"' in portrait(alice)
    assert 'src="/avatars/original/missing.png"' in portrait(bob)
