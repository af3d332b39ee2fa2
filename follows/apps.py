from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "follows"
    default_auto_field = "django.db.models.AutoField"  # ids fit 32 bits, whatever the project's default is
