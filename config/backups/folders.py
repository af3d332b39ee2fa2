"""A backup is a folder: the database, the files of `MEDIA_ROOT` and `PRIVATE_ROOT`, the keys, and a manifest.

The manifest is written last and has the checksum of each file, so an incomplete backup has none.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError

from config.backups import snapshots
from config.backups.snapshots import Snapshot

MANIFEST, DATABASE, KEYS = "manifest.json", "database", "keys"
FORMAT = 1


def save(folder: Path) -> dict[str, Any]:
    """Back everything up into a folder that is empty or not there yet; gives the manifest.

    Files are never changed, but written before the rows that name them, and deleted after. So they are copied before
    the database, and the newest ones after it.

    :raises CommandError: when the folder is not empty.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CommandError(f"{folder} is not empty.")
    folder.chmod(0o700)  # it holds keys
    for name in (DATABASE, KEYS):
        (folder / name).mkdir()
    _copy_files(folder)
    snapshot = snapshots.save(folder / DATABASE)
    _copy_files(folder)
    for name, value in _keys().items():
        (key := folder / KEYS / name).touch(0o600)
        key.write_text(value)
    manifest = {
        "format": FORMAT,
        "version": settings.VERSION,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": snapshot._asdict(),
        "files": {str(path.relative_to(folder)): _digest(path) for path in _files(folder)},
    }
    (partial := folder / f"{MANIFEST}.part").write_text(json.dumps(manifest, indent=1))
    partial.replace(folder / MANIFEST)
    return manifest


def load(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Restore a backup into an empty place; gives its manifest, and the keys that you have to set yourself.

    :raises CommandError: when the backup is not whole, or the place not empty; nothing is changed then.
    """
    manifest = _checked(folder)
    snapshot = Snapshot(**manifest["database"])
    snapshots.check_empty()
    roots = {name: root for name, root in _roots().items() if (folder / name).is_dir()}
    for root in roots.values():
        if root.is_dir() and any(root.iterdir()):
            raise CommandError(f"{root} is not empty.")
    try:
        for name, root in roots.items():
            shutil.copytree(folder / name, root, dirs_exist_ok=True)
        snapshots.load(folder / DATABASE, snapshot)
    except BaseException:
        for root in roots.values():
            _clear(root)
        raise
    return manifest, _restore_keys(folder / KEYS)


def _roots() -> dict[str, Path]:
    if settings.S3_BUCKET:  # which has backups of its own
        return {}
    return {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.PRIVATE_ROOT)}


def _keys() -> dict[str, str]:
    """The names of the files in `VAR`, and what they hold or the environment has instead."""
    return {"secret_key": settings.SECRET_KEY, "vapid_key": settings.VAPID_PRIVATE_KEY}


def _restore_keys(folder: Path) -> list[str]:
    """Put keys into the files of `VAR` that this server uses; gives the variables of those from the environment."""
    to_set = []
    for name, here in _keys().items():
        value, place = (folder / name).read_text(), settings.VAR / name
        if value == here:
            continue
        if place.is_file() and place.read_text() == here:
            (new := settings.VAR / f"{name}.restored").write_text(value)
            new.chmod(0o600)
            new.replace(place)
        else:
            to_set.append({"secret_key": "SECRET_KEY", "vapid_key": "VAPID_PRIVATE_KEY"}[name])
    return to_set


def _copy_files(folder: Path) -> None:
    """Copy the files that are not there yet. Those that are deleted meanwhile are left out."""
    for name, root in _roots().items():
        for path in _files(root):
            place = folder / name / path.relative_to(root)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):
                    shutil.copy2(path, place)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose files are all as they were written."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        files, kind = manifest["files"], manifest["format"]
    except FileNotFoundError:
        raise CommandError(f"{folder} has no {MANIFEST}: it is not a complete backup.") from None
    except (ValueError, KeyError, TypeError):
        raise CommandError(f"{folder / MANIFEST} cannot be read.") from None
    if kind != FORMAT:
        raise CommandError(f"The backup was made by another version of Latchkey, {manifest.get('version')}.")
    for name, digest in files.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise CommandError(f"{path} is missing or damaged.")
    return manifest


def _clear(root: Path) -> None:
    """Take back what was copied, and leave the folder itself, which may be a mount."""
    for path in root.iterdir() if root.is_dir() else ():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
