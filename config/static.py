"""Static files of the pages: each has an address that names its content, which browsers keep for ever.

Nothing has to be collected first: `/static/0123456789ab/accounts/pages.css` is the file `accounts/pages.css`.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware

OURS = ("accounts/", "follows/", "django_htmx/")  # other packages put the addresses of their files together themselves


class Versioned(StaticFilesStorage):
    """Gives the files of the pages their address with the version, but not while somebody works on them."""

    def url(self, name: str | None) -> str:
        return self._url(name, settings.DEBUG)

    @cache  # noqa: B019  # there is one storage
    def _url(self, name: str | None, debug: bool) -> str:
        version = _version(name) if name and name.startswith(OURS) and not debug else ""
        return super().url(f"{version}/{name}" if version else name)


class Files(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """Serves each file of the pages at both addresses."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
        name = url.removeprefix(self.static_prefix)
        if name.startswith(OURS):
            super().add_file_to_dictionary(f"{self.static_prefix}{_version(name)}/{name}", path, stat_cache=stat_cache)

    def candidate_paths_for_url(self, url: str) -> Iterator[str]:
        """Find a file that nothing was prepared for, as while developing."""
        version, _, name = url.removeprefix(self.static_prefix).partition("/")
        yield from super().candidate_paths_for_url(
            self.static_prefix + name if version and version == _version(name) else url
        )

    def immutable_file_test(self, path: str, url: str) -> bool:
        version, _, name = url.removeprefix(self.static_prefix).partition("/")
        return name.startswith(OURS) and version == _version(name)


@cache
def _version(name: str) -> str:
    """The version of a file, empty if there is none of this name."""
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if isinstance(path, str) else ""
