from django.apps import AppConfig
from django.conf import settings


class TwittnerConfig(AppConfig):
    name = "compat_twittner"
    verbose_name = "Twittner clients"

    def ready(self) -> None:
        from accounts import people  # the models are there from now on
        from compat_twittner.colibri import imported

        people.keep_unconfirmed(imported.accounts_among)
        if settings.PUSH_GATEWAY:
            from compat_twittner import entities, push
            from follows.notices import delivery

            delivery.register(push.deliver, entities.SUBJECTS)
