"""Uploaded files on the disk: who may read them, and what is said when one is missing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import Client

from accounts.models import Account, BadgeRequest


@pytest.fixture(params=[0o077, 0o000])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(root: Path) -> set[str]:
    return {f"{path.stat().st_mode & 0o777:o}" for path in (root, *root.rglob("*"))}


def test_a_proxy_may_read_pictures_whatever_the_umask(umask: int, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    default_storage.save("avatars/2026/11/one.jpg", ContentFile(b"picture"))

    assert modes(settings.MEDIA_ROOT) == {"755", "644"}


def test_nobody_else_reads_films_for_moderators(umask: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    private = storages["private"]
    monkeypatch.setattr(private, "_location", str(tmp_path / "private"))
    for cached in ("base_location", "location"):
        private.__dict__.pop(cached, None)
    private.save("videos/one.mp4", ContentFile(b"film"))
    for cached in ("base_location", "location"):
        private.__dict__.pop(cached, None)

    assert modes(tmp_path / "private") == {"700", "600"}


@pytest.mark.parametrize("name", ["avatars/gone.jpg", "avatars", "", "a" * 300, "a/" * 3000])
def test_a_picture_that_is_not_there_is_not_found(
    client: Client, db: None, settings: Any, tmp_path: Path, name: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "avatars").mkdir()

    assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize("name", ["videos/gone.mp4", "videos", ""])
def test_a_film_that_is_not_there_is_not_found(client: Client, alice: Account, root: Account, name: str) -> None:
    BadgeRequest.objects.create(account=alice, full_name="Alice Adams", message="It is me", video=name)
    client.force_login(root)

    assert client.get(f"/admin/accounts/badgerequest/{alice.pk}/film").status_code == 404
