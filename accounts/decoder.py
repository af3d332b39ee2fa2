"""Decode one picture in a process of its own, which `images` starts.

A broken or hostile file can only end this process.

The picture comes on standard input; its header is checked before any pixel is decoded, and then it is encoded again.
The answer is a line of JSON and the encoded files behind it, or with the exit code `REFUSED` what is wrong with the
picture. Nothing of this project is imported, and Pillow is imported nowhere else.
"""

import json
import math
import re
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

CPU, MEMORY = 5, 512 * 2**20  # seconds of the processor, and bytes beyond what the interpreter has at the start
REFUSED = 3
LONGEST, NARROWEST, MOST_PIXELS = 10_000, 100, 4096 * 4096  # pixels of a side, sides to each other, pixels
MOST_SCANS = 50  # of a JPEG; each goes over all pixels
MOST_FRAMES, MOST_MOVING = 300, 64_000_000  # of a moving picture, and pixels of all its frames
MOST_KEPT, MOST_KEPT_BYTES = 16_000_000, 12_000_000  # pixels and bytes of all frames of an avatar that moves
AVATAR = (512, 512)
HEADER = (600, 200)
HIGHEST = 65_500  # pixels of a JPEG
QUALITY = 88
MOVING = {"GIF": {}, "PNG": {}, "WEBP": {"quality": 80, "method": 2}}  # formats that may, and how they are saved
NAMES = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "GIF", "WEBP": "WebP"}
SCAN = 0xDA
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)  # what else follows 0xFF belongs to a scan

Image.MAX_IMAGE_PIXELS = None  # the limits here are lower
Picture = Image.Image


class Refusal(Exception):
    """The error of a picture, as words that follow its name; empty if the file is not a picture."""


def avatar(data: bytes, place: int, formats: list[str]) -> list[bytes]:
    """A square as JPEG, and if the picture moves the moving one in its own format.

    `place` is where the square lies on the longer side: 0 at the left or upper end, 50 in the middle, 100 at the other.
    """
    picture = opened(data, formats)
    frames = 1 if picture.format not in MOVING else getattr(picture, "n_frames", 1)
    centre = (place / 100, place / 100)
    still = ImageOps.fit(flat(picture), AVATAR, centering=centre)
    return [jpeg(still)] if frames == 1 else [jpeg(still), moving(picture, frames, centre)]


def header(data: bytes, place: int, formats: list[str]) -> list[bytes]:
    """The whole picture, as wide as a header and at least as high, a part of it, and where that begins.

    `place` is 0 for the upper part, 100 for the lower.
    """
    width, least = HEADER
    picture = flat(opened(data, formats))
    height = max(least, round(picture.height * width / picture.width))
    if height > HIGHEST:
        raise Refusal(TOO_NARROW)
    picture = picture.resize((width, height))
    top = round((height - least) * place / 100)
    return [jpeg(picture), jpeg(picture.crop((0, top, width, top + least))), str(top).encode()]


def cut(data: bytes, top: int) -> list[bytes]:
    """The part of a header picture of ours that begins `top` pixels below its upper edge, and where it begins."""
    picture = Image.open(BytesIO(data), formats=["JPEG"])
    top = min(max(top, 0), picture.height - HEADER[1])
    return [jpeg(picture.crop((0, top, HEADER[0], top + HEADER[1]))), str(top).encode()]


def opened(data: bytes, formats: list[str]) -> Picture:
    """The picture, not decoded yet.

    :raises Refusal: when it is none of these formats, or larger than the limits.
    """
    if (size := webp_size(data)) and "WEBP" in formats:
        check_size(*size)  # Pillow makes room for the whole picture before it says how large it is
    try:
        picture = Image.open(BytesIO(data), formats=formats)
    except UnidentifiedImageError:
        *names, last = (NAMES[name] for name in formats)
        advice = f"has a format that cannot be used here: send {', '.join(names)} or {last}"
        raise Refusal(advice if is_picture(data) else "") from None
    check_size(*picture.size)
    if picture.format in {"JPEG", "MPO"} and scans(data) > MOST_SCANS:
        raise Refusal(f"has too many scans: a JPEG may have at most {MOST_SCANS}")
    frames = getattr(picture, "n_frames", 1) if picture.format in MOVING else 1
    if frames > MOST_FRAMES:
        raise Refusal(f"has too many frames: a moving picture may have at most {MOST_FRAMES}")
    if frames > 1 and frames * picture.width * picture.height > MOST_MOVING:
        raise Refusal(f"is too large: all frames may have at most {MOST_MOVING // 1_000_000} megapixels together")
    return picture


def is_picture(data: bytes) -> bool:
    """Return True if this is a picture of any format: one that Pillow knows, AVIF, HEIC, JPEG XL or SVG."""
    if data[4:8] in {b"ftyp", b"JXL "} or data.startswith(b"\xff\x0a") or b"<svg" in data[:1000]:
        return True
    try:
        return bool(Image.open(BytesIO(data)))
    except UnidentifiedImageError:
        return False


TOO_LARGE = f"is too large: each side may have at most {LONGEST:,} pixels, and the whole 16 megapixels"
TOO_NARROW = f"is too long or too high: one side may be at most {NARROWEST} times the other"


def check_size(width: int, height: int) -> None:
    if max(width, height) > LONGEST or width * height > MOST_PIXELS:
        raise Refusal(TOO_LARGE)
    if max(width, height) > NARROWEST * min(width, height):
        raise Refusal(TOO_NARROW)


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header of a WebP file says them; None for other files."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    match data[12:16]:
        case b"VP8X":
            return 1 + little(data[24:27]), 1 + little(data[27:30])
        case b"VP8L":
            bits = little(data[21:25])
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return little(data[26:28]) & 0x3FFF or 1, little(data[28:30]) & 0x3FFF or 1


def little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def scans(data: bytes) -> int:
    """Count how many scans a JPEG has, counted up to one more than the limit."""
    found, place = 0, 2
    while found <= MOST_SCANS and (marker := MARKER.search(data, place)):
        place = marker.end()
        found += marker[1][0] == SCAN
        place += int.from_bytes(data[place : place + 2], "big")  # over what the segment holds
    return found


def moving(picture: Picture, frames: int, centre: tuple[float, float]) -> bytes:
    """Each frame cut to the same square, as large as the source and the limits allow, in the source's format."""
    kind = str(picture.format)
    side = min(AVATAR[0], *picture.size, math.isqrt(MOST_KEPT // frames))
    squares, durations = [], []
    for frame in shown(picture):
        check_size(*frame.size)  # a frame of a GIF may enlarge it
        squares.append(ImageOps.fit(flat(frame), (side, side), centering=centre))
        durations.append(int(frame.info.get("duration", 100)))
    options = {"loop": picture.info["loop"]} if "loop" in picture.info else {}
    encoded = BytesIO()
    first, *others = squares
    first.save(encoded, kind, save_all=True, append_images=others, duration=durations, **options, **MOVING[kind])
    if encoded.tell() > MOST_KEPT_BYTES:
        raise Refusal("is too large for a picture that moves: use fewer frames")
    return encoded.getvalue()


def shown(picture: Picture) -> Iterator[Picture]:
    """The frames of the animation; a PNG may have one before them for programs that know no animations."""
    for place, frame in enumerate(ImageSequence.Iterator(picture)):
        if place or not getattr(picture, "default_image", False):
            yield frame


def flat(picture: Picture) -> Picture:
    """The present frame, the right way up, in RGB, on white where it is transparent, without any metadata."""
    picture = ImageOps.exif_transpose(picture)
    upright = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    ground = Image.new("RGB", upright.size, "white")
    ground.paste(upright, mask=upright if upright.mode == "RGBA" else None)
    return ground


def jpeg(picture: Picture) -> bytes:
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=QUALITY, optimize=True)
    return encoded.getvalue()


def limit() -> None:
    """Bound what this process may take from here on."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    statm = Path("/proc/self/statm")
    if statm.exists():  # Linux; elsewhere this limit means nothing
        present = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (present + MEMORY, present + MEMORY))


def main(task: str, *arguments: str) -> int:
    limit()
    Image.preinit()
    data, out = sys.stdin.buffer.read(), sys.stdout.buffer
    try:
        match task:
            case "avatar":
                files = avatar(data, int(arguments[0]), list(arguments[1:]))
            case "header":
                files = header(data, int(arguments[0]), list(arguments[1:]))
            case _:
                files = cut(data, int(arguments[0]))
    except Refusal as refusal:
        out.write(str(refusal).encode())
        return REFUSED
    except MemoryError:
        out.write(b"takes too much memory to be read")
        return REFUSED
    except Exception:  # decoders of broken files raise whatever they like
        out.write(b"is damaged and cannot be read")
        return REFUSED
    out.write(json.dumps([len(file) for file in files]).encode() + b"\n")
    out.writelines(files)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
