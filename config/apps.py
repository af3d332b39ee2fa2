from django.apps import AppConfig


class Config(AppConfig):
    """The server as a whole; an application only for its commands."""

    name = "config"
