"""Pictures and videos out of the folder `upload/`, and nothing from outside of it."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError
from PIL import Image

from accounts import images
from accounts.models import Account, BadgeRequest
from tests.compat_twittner.colibri.conftest import Told
from tests.compat_twittner.colibri.dumps import Network

Importing = Callable[..., Told]
AVATAR, COVER = "upload/avatars/2021/02/a_thumbnail_512x512.png", "upload/covers/2021/02/c_image_cover_600x200.jpeg"


def picture(kind: str, size: tuple[int, int] = (60, 60)) -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", size, "teal").save(encoded, kind, **({"comment": b"secret place"} if kind == "JPEG" else {}))
    return encoded.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An avatar and a cover as the old site had them."""
    folder = tmp_path / "old site"
    for name, data in ((AVATAR, picture("PNG")), (COVER, picture("JPEG", (600, 200)))):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    return folder


def test_pictures_are_encoded_anew(importing: Importing, folder: Path) -> None:
    network = Network()
    network.user("ann", avatar=AVATAR, cover=COVER)
    network.user("bob")
    told = importing(network, media=folder)

    ann, bob = Account.objects.order_by("pk")
    for name, size in ((ann.avatar.name, (512, 512)), (ann.header.name, (600, 200))):
        with default_storage.open(name) as file:
            stored = file.read()
        assert Image.open(io.BytesIO(stored)).size == size
        assert b"secret place" not in stored
    assert (bob.avatar.name, bob.header.name) == ("", "")
    assert "picture_not_copied" not in told.kinds


def test_pictures_may_come_later_but_never_come_back(importing: Importing, folder: Path) -> None:
    network = Network()
    network.user("ann", avatar=AVATAR)
    network.user("bob", avatar=AVATAR)
    assert importing(network).first("picture_not_copied") == ["1 ann", "2 bob"]
    mine = images.avatar(io.BytesIO(picture("JPEG")))  # type: ignore[arg-type]
    images.set_avatar(Account.objects.get(pk=2), mine)
    chosen = Account.objects.get(pk=2).avatar.name

    importing(network, media=folder)
    assert Account.objects.get(pk=1).avatar
    assert Account.objects.get(pk=2).avatar.name == chosen
    images.drop_avatar(Account.objects.get(pk=1))
    importing(network, media=folder)
    assert not Account.objects.get(pk=1).avatar


def test_nothing_outside_is_read_and_a_bad_picture_stops_nothing(importing: Importing, folder: Path) -> None:
    (folder / "outside.png").write_bytes(picture("PNG"))
    (folder / "upload/link.png").symlink_to(folder / "outside.png")
    (folder / "upload/folder").symlink_to(folder)
    (folder / "upload/inner.png").symlink_to(folder / AVATAR)
    os.mkfifo(folder / "upload/pipe.png")
    (folder / "upload/text.png").write_text("no picture")
    network = Network()
    for number, name in enumerate(
        (
            "upload/../outside.png",
            "upload/link.png",
            "upload/folder/outside.png",
            "upload/pipe.png",
            "upload/nothing.png",
            "upload/" + "x" * 290,
            "upload/nul\0.png",
            "upload/text.png",
            "upload/inner.png",
            f"/{folder}/outside.png",
            "outside.png",
            "https://elsewhere.example/a.png",
        )
    ):
        network.user(f"user{number}", avatar=name)
    dry = importing(network, media=folder, dry_run=True)
    told = importing(network, media=folder)

    assert list(Account.objects.exclude(avatar="").values_list("username", flat=True)) == ["user8"]
    assert told.kinds["picture_missing"] == dry.kinds["picture_missing"] == 7
    assert told.first("picture_bad") == ["8 user7"]


def test_a_folder_upload_that_is_a_link_leads_nowhere(importing: Importing, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "upload").symlink_to(folder / "upload")
    network = Network()
    network.user("ann", avatar=AVATAR)
    assert importing(network, media=other).first("picture_missing") == ["1 ann"]


def test_the_folder_must_hold_upload(importing: Importing, folder: Path) -> None:
    with pytest.raises(CommandError, match="upload"):
        importing(Network(), media=folder / "upload")


def test_videos_for_the_badge_are_private(importing: Importing, folder: Path) -> None:
    video = folder / "upload/videos/v.mp4"
    video.parent.mkdir()
    video.write_bytes(b"\0\0\0\x18ftypmp42" + b"film")
    network = Network()
    for number, name in enumerate(("upload/videos/v.mp4", "upload/videos/none.mp4", AVATAR), 1):
        network.user(f"user{number}", verified="2")
        network.add("cl_verifications", user_id=number, full_name="Name", text_message="?", video_message=name)
    told = importing(network, media=folder)

    first, *others = BadgeRequest.objects.order_by("pk")
    with first.video.open() as file:
        assert file.read().endswith(b"film")
    assert not default_storage.exists(first.video.name)
    assert [asked.video.name for asked in others] == ["", ""]
    assert told.first("picture_missing") == ["2 user2"]
    assert told.first("picture_bad") == ["3 user3"]
