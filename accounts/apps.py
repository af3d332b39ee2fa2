from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.AutoField"  # ids fit 32 bits, whatever the project's default is

    def ready(self) -> None:
        import accounts.checks  # noqa: F401  # registers them
        from accounts import browsers
        from accounts.models import AccountManager
        from accounts.superusers import create_superuser  # it stands above the models

        AccountManager.create_superuser = create_superuser
        user_logged_in.connect(browsers.signed_in, dispatch_uid="accounts.browsers")
