"""Avatars and covers (twittner.md §2.2): cut to size, encoded anew, nothing kept but the pixels."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts import images, lookup
from accounts.models import Account
from tests.compat_twittner.conftest import Twittner
from tests.compat_twittner.files import picture

pytestmark = pytest.mark.once

Phone = Callable[..., Twittner]
Commit = Callable[..., Any]


def at(client: Client, url: str) -> Image.Image:
    """The picture that the server has at an address."""
    response = client.get(url.removeprefix("http://testserver"))
    assert response.status_code == 200
    return Image.open(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]


def stored(settings: Any) -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*.*"))


def striped(width: int = 600, height: int = 600) -> SimpleUploadedFile:
    """Red above, blue below."""
    drawn = Image.new("RGB", (width, height), "red")
    drawn.paste("blue", (0, height // 2, width, height))
    encoded = BytesIO()
    drawn.save(encoded, "PNG")
    return SimpleUploadedFile("me.png", encoded.getvalue(), "image/png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
@pytest.mark.parametrize("size", [(1, 1), (2000, 30), (640, 480)])
def test_an_avatar_is_a_square_jpeg(
    twittner: Phone, client: Client, alice: Account, kind: str, size: tuple[int, int]
) -> None:
    url = twittner(alice).post("avatar", avatar=picture(*size, kind=kind))["data"]["avatar_url"]

    shown = at(client, url)
    assert (shown.format, shown.size) == ("JPEG", (512, 512))
    assert twittner().get("profile", user_id=alice.pk)["data"]["avatar"] == url
    assert twittner().get("search_people", query="alice")["data"][0]["avatar"] == url


def test_metadata_stays_behind_and_the_picture_stands_upright(twittner: Phone, client: Client, alice: Account) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # lies on its side
    sideways = picture(800, 400, "JPEG", exif=exif.tobytes(), comment=b"secret")
    url = twittner(alice).post("cover", cover=sideways)["data"]["cover_url"]

    assert at(client, url).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    original = at(client, twittner().get("profile", user_id=alice.pk)["data"]["cover_orig"])
    assert original.size == (600, 1200)


def test_transparency_becomes_white(twittner: Phone, client: Client, alice: Account) -> None:
    clear = picture(mode="RGBA", color=(0, 0, 0, 0))
    url = twittner(alice).post("avatar", avatar=clear)["data"]["avatar_url"]

    assert at(client, url).getpixel((256, 256)) == (255, 255, 255)


def test_a_cover_is_cut_from_the_top_and_can_be_moved(twittner: Phone, client: Client, alice: Account) -> None:
    phone = twittner(alice)
    first = phone.post("cover", cover=striped())["data"]["cover_url"]
    moved = phone.post("cover_reposition", cover_position="350")["data"]["cover_url"]

    assert at(client, moved).size == (600, 200)
    red, _, blue = at(client, moved).convert("RGB").getpixel((300, 100))  # type: ignore[misc]
    assert blue > 200 > red
    assert first != moved
    profile = twittner().get("profile", user_id=alice.pk)["data"]
    assert profile["cover"] == moved
    assert at(client, profile["cover_orig"]).size == (600, 600)


@pytest.mark.parametrize("position", ["9" * 40, "-5", "400", "00012.5"])
def test_a_cover_is_never_moved_off_its_edge(twittner: Phone, client: Client, alice: Account, position: str) -> None:
    phone = twittner(alice)
    phone.post("cover", cover=striped())
    url = phone.post("cover_reposition", cover_position=position)["data"]["cover_url"]

    assert at(client, url).size == (600, 200)


def test_old_files_are_deleted(
    twittner: Phone, settings: Any, alice: Account, django_capture_on_commit_callbacks: Commit
) -> None:
    phone = twittner(alice)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            phone.post("avatar", avatar=picture())
            phone.post("cover", cover=picture())
            phone.post("cover_reposition", cover_position="20")

    assert len(stored(settings)) == 3


def test_of_two_uploads_at_once_one_is_kept(
    settings: Any, alice: Account, django_capture_on_commit_callbacks: Commit
) -> None:
    both = [lookup.by_id(alice.pk) for _ in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        for account in both:
            images.set_avatar(account, images.avatar(picture()))
            images.set_header(account, images.header(picture()))

    assert len(stored(settings)) == 3


def bomb() -> SimpleUploadedFile:
    """A small file that says it is huge."""
    encoded = picture(10_000, 10_000, "PNG", "1", 0).read()
    return SimpleUploadedFile("me.png", encoded, "image/png")


def truncated() -> SimpleUploadedFile:
    return SimpleUploadedFile("me.png", picture(color="blue").read()[:60], "image/png")


def script() -> SimpleUploadedFile:
    return SimpleUploadedFile("me.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml")


@pytest.mark.parametrize(
    "bad", [bomb, truncated, script, lambda: picture(kind="TIFF"), lambda: SimpleUploadedFile("me.png", b"")]
)
def test_what_is_no_picture_is_refused_and_nothing_changes(
    twittner: Phone, settings: Any, alice: Account, bad: Callable[[], SimpleUploadedFile]
) -> None:
    phone = twittner(alice)

    assert phone.post("avatar", avatar=bad())["code"] == 400
    assert phone.post("cover", cover=bad())["code"] == 400
    assert stored(settings) == []
    alice.refresh_from_db()
    assert not alice.avatar


@pytest.mark.parametrize("size", [(600, 70_000), (1, 200_000)])
def test_a_cover_too_high_to_be_kept_uncut_is_refused(
    twittner: Phone, settings: Any, alice: Account, size: tuple[int, int]
) -> None:
    """Six hundred wide it would have more pixels than memory, or than a JPEG can have."""
    assert twittner(alice).post("cover", cover=picture(*size, mode="1", color=0))["code"] == 400
    assert stored(settings) == []


def test_too_many_bytes_are_refused(twittner: Phone, monkeypatch: pytest.MonkeyPatch, alice: Account) -> None:
    monkeypatch.setattr(images, "MOST_BYTES", 100)

    assert twittner(alice).post("avatar", avatar=picture())["code"] == 400


@pytest.mark.parametrize("path", ["nobody.jpg", "", "../secret_key", "%2e%2e/secret_key", "%00", "é"])
def test_no_other_file_is_served(client: Client, path: str) -> None:
    assert client.get(f"/media/{path}").status_code in {400, 404}
