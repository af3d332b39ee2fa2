"""docs/embedding.md, to the letter: a project with `accounts` and `follows`, and nothing else of this one."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

SETTINGS, *BLOCKS = re.findall(r"```python\n(.*?)```", (settings.ROOT / "docs" / "embedding.md").read_text(), re.DOTALL)
CALLS = "\n".join(BLOCKS)
OURS = "any(name.partition('.')[0] in {'config', 'compat_mastodon', 'compat_twittner'} for name in sys.modules)"
# As `django-admin startproject` would have it.
PROJECT = """
SECRET_KEY = "only for tests"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "urls"
"""
URLS = """
from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
"""
ADMIN = """
import re
from accounts.models import Account
from django.test import Client

client = Client()
client.force_login(Account.objects.create_superuser("root", "root@example.org", "open sesame"))
styles = set()
for page in ("follows/followrequest/?q=carol@example.org", "accounts/account/"):
    answer = client.get(f"/admin/{page}")
    assert answer.status_code == 200, page
    styles |= set(re.findall(r'href="/static/([^"]+\\.css)"', answer.content.decode()))
print(*styles)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("project")
    (directory / "project.py").write_text(SETTINGS + PROJECT)
    (directory / "urls.py").write_text(URLS)
    for package in ("accounts", "follows"):
        (directory / package).symlink_to(settings.ROOT / package)
    run(directory, "-m", "django", "migrate", "--verbosity", "0")
    return directory


def run(directory: Path, *arguments: str) -> str:
    environment = {"DJANGO_SETTINGS_MODULE": "project", "PYTHONPATH": str(directory)}
    done = subprocess.run([sys.executable, *arguments], cwd=directory, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_settings_are_complete_and_leave_nothing_to_migrate(project: Path) -> None:
    run(project, "-m", "django", "check", "--fail-level", "WARNING")
    run(project, "-m", "django", "makemigrations", "--check")


def test_the_calls_do_as_they_say_and_load_no_door(project: Path) -> None:
    run(project, "-c", f"import sys, django; django.setup()\n{CALLS}\nassert not {OURS}")
    assert "all tallies are right" in run(project, "-m", "django", "recount", "--check")


def test_the_admin_has_its_style(project: Path) -> None:
    styles = run(project, "-c", f"import sys, django; django.setup()\n{ADMIN}\nassert not {OURS}").split()

    assert {"admin/css/base.css", "accounts/admin.css"} <= {*styles}
    run(project, "-m", "django", "findstatic", *styles)  # as the server of Django finds them
