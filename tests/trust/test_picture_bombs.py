"""Small files that would take hours or gigabytes to decode: their headers or the decoder's own limits stop them."""

import struct
import sys
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from accounts import decoder, images, sessions
from accounts.images import BadImage
from accounts.models import Account, Platform
from tests.compat_mastodon.conftest import token_for

pytestmark = pytest.mark.once

TOO_LARGE = "is too large: each side may have at most 10,000 pixels, and the whole 16 megapixels"
TOO_NARROW = "is too long or too high: one side may be at most 100 times the other"
SCANS = "has too many scans: a JPEG may have at most 50"
FRAMES = "has too many frames: a moving picture may have at most 300"
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def png(width: int, height: int, pixels: bytes = b"\0") -> bytes:
    """A PNG of one bit a pixel that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again until there are so many."""
    encoded = BytesIO()
    Image.new("L", (width, height)).save(encoded, "JPEG", progressive=True)
    data = encoded.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * (scans - decoder.scans(data) + 1) + data[-2:]


def frames(kind: str, count: int) -> bytes:
    first, *others = [Image.new("RGB", (2, 2), (n % 256, n // 256 * 8, 99)) for n in range(count)]
    encoded = BytesIO()
    first.save(
        encoded, kind, save_all=True, append_images=others, duration=20, lossless=True
    )  # equal ones would be joined
    return encoded.getvalue()


def webp(width: int, height: int) -> bytes:
    """A header that says so, and nothing behind it."""
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + (30).to_bytes(4, "little") + b"WEBPVP8X" + (10).to_bytes(4, "little") + b"\0\0\0\0" + sizes


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "one pixel wide": (lambda: png(1, 49_000_000), TOO_LARGE),
    "one pixel high": (lambda: png(49_000_000, 1), TOO_LARGE),
    "a side too long": (lambda: png(10_001, 200), TOO_LARGE),
    "both sides too long": (lambda: png(10_000, 10_000, bytes(12_510_000)), TOO_LARGE),
    "four billion": (lambda: png(2**31 - 1, 2**31 - 1), TOO_LARGE),
    "just too many pixels": (lambda: png(4097, 4096), TOO_LARGE),
    "narrow": (lambda: png(99, 10_000), TOO_NARROW),
    "flat": (lambda: png(10_000, 99), TOO_NARROW),
    "scans": (lambda: jpeg(1024, 1024, 5000), SCANS),
    "a scan too many": (lambda: jpeg(16, 16, 51), SCANS),
    "frames of a GIF": (lambda: frames("GIF", 3000), FRAMES),
    "frames of a PNG": (lambda: frames("PNG", 3000), FRAMES),
    "a frame too many": (lambda: frames("GIF", 301), FRAMES),
    "large frames": (
        lambda: (gif := frames("GIF", 40))[:6] + struct.pack("<HH", 2000, 2000) + gif[10:],
        "is too large: all frames may have at most 64 megapixels together",
    ),
}
OF_MASTODON: dict[str, tuple[Callable[[], bytes], str]] = {
    "frames of a WebP": (lambda: frames("WEBP", 1000), FRAMES),
    "a large WebP": (lambda: webp(16_384, 16_384), TOO_LARGE),
    "a narrow WebP": (lambda: webp(8_000, 4), TOO_NARROW),
}


@pytest.mark.parametrize("name", BOMBS | OF_MASTODON)
def test_a_bomb_is_refused_through_mastodon(alice: Account, media: Path, name: str) -> None:
    make, problem = (BOMBS | OF_MASTODON)[name]
    data = make()
    body = encode_multipart(BOUNDARY, {field: ContentFile(data, "bomb") for field in ("avatar", "header")})
    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})
    answer = client.patch("/api/v1/accounts/update_credentials", body, content_type=MULTIPART_CONTENT)

    assert answer.status_code == 422
    assert answer.json()["error"] == f"Validation failed: Avatar {problem}, Header {problem}"
    assert list(media.rglob("*")) == []


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("field", ["avatar", "cover"])
def test_a_bomb_is_refused_through_twittner(alice: Account, media: Path, name: str, field: str) -> None:
    make, problem = BOMBS[name]
    token = sessions.open_session(alice.pk, Platform.ANDROID).token
    answer = Client().post(f"/mobile_api/{field}", {"session_id": token, field: ContentFile(make(), "bomb.png")})

    assert answer.status_code == 200
    assert answer.json() == {"code": 400, "message": f"{field.capitalize()} image {problem}", "data": []}
    assert list(media.rglob("*")) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: png(100, 10_000, bytes(140_000)),
        lambda: png(4096, 4096, bytes(513 * 4096)),
        lambda: jpeg(640, 480, 50),
        lambda: frames("GIF", 300),
        lambda: frames("PNG", 300),
        lambda: frames("WEBP", 300),
    ],
    ids=["narrow", "large", "scans", "gif", "png", "webp"],
)
def test_pictures_that_just_keep_to_the_limits_are_taken(make: Callable[[], bytes]) -> None:
    assert images.avatar(ContentFile(make()), FORMATS).still
    assert images.header(ContentFile(make()), FORMATS).part


def test_the_instance_says_how_large_pictures_may_be(db: None) -> None:
    for address in ("/api/v1/instance", "/api/v2/instance"):
        limits = Client().get(address).json()["configuration"]["media_attachments"]
        assert (limits["image_matrix_limit"], limits["image_size_limit"]) == (4096 * 4096, 8 * 1024 * 1024)
    assert images.MOST_PIXELS == decoder.MOST_PIXELS


# --- what no header tells is bounded by the limits of the process -----------------------------------------

IMPORTED = f"import sys; sys.path.insert(0, {str(Path(decoder.__file__).parent)!r}); import decoder; "


@pytest.mark.parametrize(
    "work",
    [
        pytest.param("decoder.CPU = 1; decoder.limit()\nwhile True: pass", id="time of the processor"),
        pytest.param("decoder.limit(); b'x' * (decoder.MEMORY + 1)", id="memory"),
        pytest.param("import time; time.sleep(600)", id="time"),
        pytest.param("import os; os.kill(os.getpid(), 9)", id="a crash"),
    ],
)
def test_a_decoder_that_takes_too_much_is_ended(monkeypatch: pytest.MonkeyPatch, work: str) -> None:
    monkeypatch.setattr(images, "DECODER", [sys.executable, "-c", IMPORTED + work])
    waits = "sleep" in work
    monkeypatch.setattr(images, "PATIENCE", 3 if waits else 120)
    began = time.monotonic()

    with pytest.raises(BadImage, match="takes too long or too much memory to be read"):
        images.avatar(ContentFile(b"x" * 1_000_000))
    assert waits or time.monotonic() - began < images.PATIENCE  # it ended by itself


def test_the_decoder_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for decoders")
    code = "import os; assert 'SECRET_KEY' not in os.environ; print('[3, 0]'); print('abc', end='')"
    monkeypatch.setattr(images, "DECODER", [sys.executable, "-c", code])

    assert images.avatar(ContentFile(b"")) == (b"abc", b"")
