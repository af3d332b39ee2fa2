"""Files that phones upload, good and bad."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

FILM = b"\x00\x00\x00\x18ftypmp42" + b"\0" * 100


def picture(
    width: int = 640, height: int = 480, kind: str = "PNG", mode: str = "RGB", color: Any = "red", **options: Any
) -> SimpleUploadedFile:
    encoded = BytesIO()
    Image.new(mode, (width, height), color).save(encoded, kind, **options)
    return SimpleUploadedFile(f"me.{kind.lower()}", encoded.getvalue(), f"image/{kind.lower()}")


def film(name: str = "me.mp4", kind: str = "video/mp4", content: bytes = FILM) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def garbage(name: str = "me.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"no picture at all", "image/png")
