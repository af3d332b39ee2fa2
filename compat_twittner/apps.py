from django.apps import AppConfig
from django.conf import settings


class TwittnerConfig(AppConfig):
    name = "compat_twittner"
    verbose_name = "Twittner clients"

    def ready(self) -> None:
        if settings.PUSH_GATEWAY:
            from compat_twittner import entities, push  # the models are there from now on
            from follows.notices import delivery

            delivery.register(push.deliver, entities.SUBJECTS)
