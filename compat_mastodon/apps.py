from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "compat_mastodon"
    verbose_name = "Mastodon clients"

    def ready(self) -> None:
        from accounts import sessions  # the models are there from now on
        from compat_mastodon import notifications, oauth, push
        from follows import delivery

        delivery.register(push.deliver, notifications.SHOWN)
        sessions.register(oauth.sign_out)
