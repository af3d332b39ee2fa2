from django.apps import AppConfig


class MastodonConfig(AppConfig):
    name = "compat_mastodon"
    verbose_name = "Mastodon clients"

    def ready(self) -> None:
        from accounts import moderators, sessions  # the models are there from now on
        from compat_mastodon import notifications
        from compat_mastodon.oauth import tokens
        from compat_mastodon.push import sending
        from follows.data import contents
        from follows.notices import delivery

        delivery.register(sending.deliver, notifications.SHOWN)
        sessions.register(tokens.sign_out)
        moderators.register(tokens.dismiss)
        contents.register("apps.json", tokens.records_of)
