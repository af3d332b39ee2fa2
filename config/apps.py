import gc
import sys

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

# Django REST framework imports these if it finds them, for parts that nothing here uses: 15 MiB, and psycopg on SQLite.
UNUSED = ("django.contrib.postgres", "pygments", "requests", "yaml")
_missing = [name for name in UNUSED if name not in sys.modules]
sys.modules |= dict.fromkeys(_missing)  # type: ignore[arg-type]  # None says that there is no such module
import rest_framework.compat  # noqa: E402, F401

for name in _missing:
    del sys.modules[name]


class Config(AppConfig):
    """The server as a whole; an application for its commands and the admin's frame."""

    name = "config"

    def ready(self) -> None:
        gc.enable()  # `manage.py` disables it until everything is loaded


class Admin(AdminConfig):
    """Django's admin, framed by our own site."""

    default_site = "config.admin.Site"
