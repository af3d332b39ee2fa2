from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "compat_mastodon"
    verbose_name = "Mastodon clients"

    def ready(self) -> None:
        from compat_mastodon import notifications, push  # the models are there from now on
        from follows import delivery

        delivery.register(push.deliver, notifications.SHOWN)
