from django.apps import AppConfig


class FollowsConfig(AppConfig):
    name = "follows"
    default_auto_field = "django.db.models.AutoField"  # ids fit 32 bits, whatever the project's default is

    def ready(self) -> None:
        from accounts import people
        from accounts.mail import letters
        from accounts.models import Letter
        from follows import leaving
        from follows.notices import digest

        people.keep_suspended(leaving.is_leaving)
        letters.register(Letter.Kind.DIGEST, digest.write)
