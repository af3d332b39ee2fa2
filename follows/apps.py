from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "follows"
    default_auto_field = "django.db.models.AutoField"  # ids fit 32 bits, whatever the project's default is

    def ready(self) -> None:
        from accounts import people
        from follows import leaving

        people.keep_suspended(leaving.is_leaving)
