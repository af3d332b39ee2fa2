"""Checks of what belongs to the server alone: settings, cache, disks, backups."""

import inspect
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache import caches

from config.backups.folders import MANIFEST
from config.doctor.findings import Fault, Options, Skipped, reason
from config.health import folders

OLDEST_BACKUP = timedelta(days=2)
LEAST_INODES = 0.02  # of all that a disk has


def check_settings(_: Options) -> str:
    if faults := list(_wrong_settings()):
        raise Fault(*faults)
    kept = "DATABASE_URL is not set, so this is about the SQLite file in VAR" if settings.EMBEDDED else "DATABASE_URL"
    return f"version {settings.VERSION} at {settings.BASE_URL}; {kept}"


def _wrong_settings() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG is on and shows internals of the server to everybody: set DEBUG=off."
    if not settings.RATE_LIMITS:
        yield "RATE_LIMITS is off, so nothing stops people who guess passwords: set RATE_LIMITS=on."
    if settings.PUSH_TO_PRIVATE:
        yield "PUSH_TO_PRIVATE is on, so members can make the server call your network: set PUSH_TO_PRIVATE=off."
    for message in checks.run_checks(include_deployment_checks=settings.HTTPS):
        if message.level >= checks.WARNING and not message.is_silenced():
            yield f"{message.msg} ({message.id}): {message.hint or 'see the documentation of Django'}"


def check_cache(_: Options) -> str:
    """Use the shared cache itself, and not what stands in for it while it is away."""
    cache = caches["default"]
    kind = type(cache)
    key, value = f"doctor:{secrets.token_hex(8)}", secrets.token_hex(8)
    try:
        _shared(kind, "set")(cache, key, value, 60)
        found = _shared(kind, "get")(cache, key)
        _shared(kind, "delete")(cache, key)
    except Exception as error:
        remedy = "start it, or correct CACHE_URL" if settings.CACHE_URL else "make VAR writable for the server"
        raise Fault(
            f"The shared cache does not answer ({reason(error)}), so each process counts limits alone: {remedy}."
        ) from error
    if found != value:
        raise Fault("The cache does not keep values: give Redis more memory, or correct CACHE_URL.")
    return "takes a value and gives it back"


def _shared(kind: type[Any], name: str) -> Any:
    return inspect.unwrap(getattr(kind, name))


def check_disk(options: Options) -> str:
    faults, free = [], {}
    for name, folder in folders().items():
        free[name] = shutil.disk_usage(folder).free // 10**6
        inodes = os.statvfs(folder)
        if free[name] < options.least_free:
            faults.append(
                f"The disk of {name} has {free[name]:,} MB left: delete what you do not need, or enlarge the disk."
            )
        elif inodes.f_files and inodes.f_favail < inodes.f_files * LEAST_INODES:
            faults.append(f"The disk of {name} has almost no room for more files: delete small files on it.")
    if faults:
        raise Fault(*faults)
    return f"{min(free.values()):,} MB or more are free"


def check_backups(options: Options) -> str:
    if options.backups is None:
        raise Skipped("name the folder with your backups: --backups DIR")
    made = []
    for manifest in [options.backups / MANIFEST, *options.backups.glob(f"*/{MANIFEST}")]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            made.append(datetime.fromisoformat(json.loads(manifest.read_text())["made_at"]).astimezone(UTC))
    if not made:
        raise Fault(f"{options.backups} has no finished backup: run manage.py backup once a day.")
    age = datetime.now(UTC) - max(made)
    if age > OLDEST_BACKUP:
        raise Fault(
            f"The newest backup is {age.days} days old: find out why manage.py backup no longer runs every day."
        )
    return f"the newest is {age.total_seconds() / 3600:.0f} hours old"


CHECKS: tuple[tuple[str, Callable[[Options], str]], ...] = (
    ("settings", check_settings),
    ("cache", check_cache),
    ("disk", check_disk),
    ("backups", check_backups),
)
