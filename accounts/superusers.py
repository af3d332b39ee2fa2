"""`manage.py createsuperuser` signs the account up like every other, so that the same rules hold."""

from django.core.exceptions import ValidationError

from accounts import databases, people, validation
from accounts.models import Account, AccountManager


def create_superuser(manager: AccountManager, username: str, email: str, password: str | None = None) -> Account:
    """A moderator who may do everything. `Account.objects` has it as a method, see `apps`.

    :raises ValidationError: when a value cannot be stored, in words that the command prints.
    """
    lengths = validation.OPERATORS_PASSWORD
    if password and len(password) not in lengths:
        raise ValidationError(f"The password must have {lengths[0]} to {lengths[-1]} characters.")
    try:
        with databases.atomic(Account):
            account = people.sign_up(
                username=username,
                email=email,
                password=password or "",
                staff=True,
                username_rule=validation.MEMBERS._replace(reserved=frozenset()),
            )
            manager.filter(pk=account.pk).update(is_superuser=True)
    except validation.Invalid as refused:
        raise ValidationError(str(refused)) from None
    return account
