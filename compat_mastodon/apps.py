from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "compat_mastodon"
    verbose_name = "Mastodon clients"
