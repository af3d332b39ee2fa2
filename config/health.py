"""Health checks: `/health` and `/health/ready`. They answer any Host, and without HTTPS.

`/health/seen` tells `manage.py doctor`, which signs its question, how the server sees a request behind its proxies.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile, gettempdir

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.signing import BadSignature, Signer
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from compat_mastodon.api import RETRY_AFTER
from config.bodies import BrokenOff, NoRoom, Refused
from config.pages import no_room

ALIVE, READY, SEEN = "/health", "/health/ready", "/health/seen"
SIGNER = Signer(salt="config.health.seen")
TEXT = "text/plain; charset=utf-8"
NAMED = 5  # migrations, of those that are missing
PROBE = 65_536  # bytes that must fit on each disk


class Front:
    """Answers both, and refuses a request without a Host or with half a body, whatever it is for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        if meta.get("HTTP_HOST") == "":
            raise DisallowedHost("A request of HTTP/1.1 needs a Host.")
        body = meta["wsgi.input"]
        if isinstance(body, Refused) and isinstance(body.reason, BrokenOff):
            raise body.reason
        if isinstance(body, Refused) and isinstance(body.reason, NoRoom):
            return no_room(request)
        if request.path_info.startswith(ALIVE) and request.method in {"GET", "HEAD"}:
            match request.path_info.rstrip("/"):
                case "/health":
                    return _told("OK")
                case "/health/ready":
                    faults = list(_faults())
                    return _told("\n".join(faults) or "OK", 503 if faults else 200)
                case "/health/seen" if _is_signed(meta.get("HTTP_X_DOCTOR", "")):
                    return _seen(request)
        return self.get_response(request)


def _is_signed(text: str) -> bool:
    try:
        SIGNER.unsign(text)
    except BadSignature:
        return False
    return True


def _seen(request: HttpRequest) -> HttpResponse:
    """The caller as the server knows it, and what proxies said."""
    meta = request.META
    seen = {
        "scheme": request.scheme,
        "host": meta.get("HTTP_HOST", ""),
        "address": meta.get("REMOTE_ADDR", ""),
        "forwarded_for": meta.get("HTTP_X_FORWARDED_FOR", ""),
    }
    return JsonResponse(seen, headers={"Cache-Control": "no-store"})


def _told(text: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type=TEXT)
    response["Cache-Control"] = "no-store"
    if status != 200:
        response["Retry-After"] = RETRY_AFTER
    return response


def _faults() -> Iterator[str]:
    """One sentence for each reason not to send anybody here."""
    try:
        missing = missing_migrations()
    except DatabaseError:
        with suppress(DatabaseError):
            connection.close()
        yield "The database does not answer."
    else:
        if missing:
            yield f"Migrations are missing: {', '.join(sorted(map('.'.join, missing))[:NAMED])}."
    for name, folder in folders().items():
        try:
            with TemporaryFile(dir=folder) as file:
                file.write(bytes(PROBE))
        except OSError as error:
            yield f"The disk of {name} takes no file: {error.strerror}."


def missing_migrations() -> set[tuple[str, str]]:
    """Return the migrations of this version that the database does not have, as app and name."""
    return _migrations() - MigrationRecorder(connection).applied_migrations().keys()


def unknown_migrations() -> set[tuple[str, str]]:
    """Return the migrations of these apps that the database has, and this version does not."""
    known = _migrations()
    ours = {app for app, _ in known}
    loader = MigrationLoader(None)
    replaced = {each for migration in loader.disk_migrations.values() for each in migration.replaces}
    applied = MigrationRecorder(connection).applied_migrations().keys()
    return {each for each in applied - known - replaced if each[0] in ours}


@cache
def _migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def folders() -> dict[str, Path]:
    """Return where the server writes: the name for people, and a folder that is there."""
    folders: dict[str, str | Path] = {"TMPDIR": gettempdir()}
    if not settings.S3_BUCKET:
        folders |= {"MEDIA_ROOT": settings.MEDIA_ROOT, "PRIVATE_ROOT": settings.PRIVATE_ROOT}
    if connection.vendor == "sqlite":
        folders["the database"] = Path(str(connection.settings_dict["NAME"])).parent
    if "File" in settings.CACHES["default"]["BACKEND"]:
        folders["VAR"] = settings.VAR
    return {name: _present(Path(folder).absolute()) for name, folder in folders.items()}


def _present(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.is_dir())
