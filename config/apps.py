import gc

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class Config(AppConfig):
    """The server as a whole; an application for its commands and the admin's frame."""

    name = "config"

    def ready(self) -> None:
        gc.enable()  # `manage.py` disables it until everything is loaded


class Admin(AdminConfig):
    """Django's admin, framed by our own site."""

    default_site = "config.admin.Site"
