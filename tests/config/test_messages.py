"""Every text of the pages has a German one, and what the server reads is compiled from it."""

import gettext
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

PACKAGES = ("accounts", "follows", "compat_mastodon", "compat_twittner", "config")
NO_TEXTS = shutil.ignore_patterns("static", "migrations", "__pycache__", "*.json")
CATALOGUE = Path("locale", "de", "LC_MESSAGES", "django.po")
needs_gettext = pytest.mark.skipif(
    not shutil.which("msgattrib"), reason="gettext is not here; Debian's package is gettext"
)


@needs_gettext
def test_no_german_text_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    for package in PACKAGES:
        shutil.copytree(settings.ROOT / package, tmp_path / package, ignore=NO_TEXTS)
    shutil.copytree(settings.ROOT / "locale", tmp_path / "locale")
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["de"], no_location=True, no_obsolete=True, verbosity=0)

    assert texts("--untranslated") == texts("--only-fuzzy") == [], "run `make messages` and fill the gaps in locale/de"


def texts(which: str) -> list[str]:
    """The texts of the catalogue in this folder of which this holds."""
    found = subprocess.run(
        ["msgattrib", which, "--no-wrap", str(CATALOGUE)], capture_output=True, text=True, check=True
    )
    return [line for line in found.stdout.splitlines() if line.startswith("msgid ") and line != 'msgid ""']


def test_texts_are_marked_by_names_that_are_collected() -> None:
    """`makemessages` knows `_` and the functions of Django by their own names, and no other."""
    sources = [path for package in PACKAGES for path in (settings.ROOT / package).rglob("*.py")]
    other = re.compile(r"import .*\bn?p?gettext(_lazy)? as (?!_\b)")

    assert [path.name for path in sources if other.search(path.read_text())] == []


@needs_gettext
def test_the_server_reads_the_newest_texts(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check-format", "-o", str(compiled), str(settings.ROOT / CATALOGUE)], check=True)

    assert entries(compiled) == entries((settings.ROOT / CATALOGUE).with_suffix(".mo")), "run `make messages`"


def entries(compiled: Path) -> dict[Any, str]:
    """What a compiled catalogue says; its header has the time of the last change."""
    with compiled.open("rb") as file:
        catalogue: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {text: german for text, german in catalogue.items() if text}


def test_a_page_speaks_german_to_a_german_browser(db: None) -> None:
    german = Client(headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.1"})

    page = german.get("/auth/sign_in")
    assert "Benutzername oder E-Mail" in page.content.decode()
    assert "stimmt nicht" in german.post("/auth/sign_in", {"username": "x", "password": "y"}).content.decode()
    assert "Seite nicht gefunden" in german.get("/nowhere").content.decode()
    assert german.get("/api/v1/nothing").json() == {"error": "Not Found"}
