"""Avatar and header picture: sent as files or as data URIs, kept only as pixels (mastodon.md §3.1)."""

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from accounts import profile
from accounts.models import Account
from tests.compat_mastodon.conftest import Clients, refusal
from tests.compat_twittner.files import garbage, picture

pytestmark = pytest.mark.once

UPDATE = "/api/v1/accounts/update_credentials"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def send(client: Any, **files: Any) -> Any:
    return client.patch(UPDATE, encode_multipart(BOUNDARY, files), content_type=MULTIPART_CONTENT)


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_an_avatar_is_stored_as_a_square(mastodon: Clients, alice: Account, media: Path, kind: str) -> None:
    response = send(mastodon(alice), avatar=picture(640, 480, kind))

    assert response.status_code == 200
    name = Account.objects.get(pk=alice.pk).avatar.name
    assert response.json()["avatar"] == response.json()["avatar_static"]
    assert response.json()["avatar"].endswith(f"/media/{name}")
    with Image.open(media / name) as avatar:
        assert (avatar.format, avatar.size) == ("JPEG", (512, 512))


def test_a_header_comes_as_a_data_uri(mastodon: Clients, alice: Account) -> None:
    data = base64.b64encode(picture(1200, 600).read()).decode()
    me = mastodon(alice).patch(UPDATE, {"header": f"data:image/png;base64,{data}", "note": "new"}).json()

    assert "/media/headers/" in me["header"]
    assert me["source"]["note"] == "new"
    assert mastodon().get(f"/api/v1/accounts/{alice.pk}").json()["header"] == me["header"]


def test_a_data_uri_may_be_as_large_as_a_file(mastodon: Clients, alice: Account) -> None:
    data = base64.b64encode(picture().read().ljust(profile.MAX_FILE, b"\0")).decode()
    uri = f"data:image/png;base64,{data}"
    me = mastodon(alice).patch(UPDATE, {"avatar": uri, "header": uri}).json()

    assert "/media/avatars/" in me["avatar"]
    assert "/media/headers/" in me["header"]


def test_a_new_avatar_takes_the_place_of_the_old(
    mastodon: Clients, alice: Account, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            send(mastodon(alice), avatar=picture())

    assert len(stored(media)) == 1


def test_a_blank_picture_is_not_sent(mastodon: Clients, alice: Account) -> None:
    client = mastodon(alice)
    before = send(client, avatar=picture()).json()["avatar"]

    assert client.patch(UPDATE, {"avatar": "", "header": ""}).json()["avatar"] == before


@pytest.mark.parametrize("column", ["avatar", "header"])
def test_a_picture_may_be_taken_away_again(
    mastodon: Clients, alice: Account, media: Path, django_capture_on_commit_callbacks: Any, column: str
) -> None:
    client = mastodon(alice)
    send(client, **{column: picture()})

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            me = client.delete(f"/api/v1/profile/{column}").json()
        assert me == client.get("/api/v1/accounts/verify_credentials").json()
        assert me[column].endswith(f"/{column}s/original/missing.png")
    assert client.get("/api/v1/profile").json()[column] is None
    assert stored(media) == []


FORMAT = "has a format that cannot be used here: send JPEG, PNG, GIF or WebP"
SVG = SimpleUploadedFile("me.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
HEIC = SimpleUploadedFile("me.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
JXL = [
    SimpleUploadedFile("me.jxl", head) for head in (b"\xff\x0a\xfa\x7f", b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ")
]
NO_URI = "is neither a file nor a data URI in base64"


@pytest.mark.parametrize(
    ("avatar", "problem"),
    [
        (garbage(), "is invalid"),
        (SimpleUploadedFile("big.png", b"x" * (8 * 1024 * 1024 + 1)), "is too large: the file may have at most 8 MB"),
        *((sent, FORMAT) for sent in (picture(kind="BMP"), picture(kind="TIFF"), SVG, HEIC, *JXL)),
        (SimpleUploadedFile("me.png", picture(color="blue").read()[:60]), "is damaged and cannot be read"),
        ("data:image/png;base64,!!!", "is no data URI in base64"),
        ("data:image/png;base64,eHh4", "is invalid"),
        *(
            (sent, NO_URI)
            for sent in ("x", "data:,x", "data:image/png,x", "https://example.org/me.png", ",", ";base64,")
        ),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason_and_nothing_changes(
    mastodon: Clients, alice: Account, avatar: Any, problem: str
) -> None:
    response = send(mastodon(alice), avatar=avatar, note="new", header=picture())

    assert refusal(response) == (422, f"Validation failed: Avatar {problem}")
    account = Account.objects.get(pk=alice.pk)
    assert (account.note, account.avatar.name, account.header.name) == ("", "", "")


@pytest.mark.parametrize("head", ["image/png;charset=utf-8", "image/png;name=me.png", 'image/png;name="a,b.png"', ""])
@pytest.mark.parametrize(
    "written",
    [
        lambda encoded: encoded,
        lambda encoded: "\r\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76)) + "\n",
        lambda encoded: encoded.replace("+", "-").replace("/", "_").rstrip("="),
        lambda encoded: quote(encoded, safe=""),
    ],
    ids=["plain", "lines", "url-safe", "quoted"],
)
def test_data_uris_come_in_many_ways(
    mastodon: Clients, alice: Account, head: str, written: Callable[[str], str]
) -> None:
    pixels = Image.effect_noise((20, 20), 90)
    encoded = BytesIO()
    pixels.save(encoded, "PNG")
    data = base64.b64encode(encoded.getvalue()).decode()
    assert {"+", "/"} <= set(data)

    me = mastodon(alice).patch(UPDATE, {"avatar": f"data:{head};base64,{written(data)}"})
    assert "/media/avatars/" in me.json()["avatar"], me.content
    upper = mastodon(alice).patch(UPDATE, {"avatar": f"DATA:{head}; Base64,{written(data)}"})
    assert upper.status_code == 200


def test_a_bad_header_leaves_the_avatar_as_it_was(mastodon: Clients, alice: Account) -> None:
    response = send(mastodon(alice), avatar=picture(), header=garbage())

    assert response.json()["details"] == {"header": [{"error": "ERR_INVALID", "description": "is invalid"}]}
    assert Account.objects.get(pk=alice.pk).avatar.name == ""
