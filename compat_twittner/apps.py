from django.apps import AppConfig


class TwittnerConfig(AppConfig):
    name = "compat_twittner"
    verbose_name = "Twittner clients"
