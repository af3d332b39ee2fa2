"""The forms of accounts in the admin. `people` checks and stores their values."""

from typing import Any

from django.contrib.auth.forms import AdminPasswordChangeForm, SetPasswordMixin, UserChangeForm
from django.forms import ModelForm

from accounts import people, validation
from accounts.models import Account
from accounts.validation import Problem

PROBLEMS = {
    Problem.BLANK: "This is required.",
    Problem.INVALID: "This is not valid.",
    Problem.TAKEN: "This is already in use.",
    Problem.RESERVED: "This name is reserved. Operators can use it with manage.py create_account.",
    Problem.TOO_LONG: "This is longer than {bound} characters.",
    Problem.TOO_SHORT: "This is shorter than {bound} characters.",
    Problem.REFUSED: "Addresses of this domain are refused here.",
}


class PeopleForm(ModelForm[Account]):
    """Checks what is new in it by the rules of `people`."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for column in ("display_name", "note"):
            if column in cleaned:
                cleaned[column] = validation.clean_text(cleaned[column])
        for fault in validation.faults(self.columns(), self.instance.pk):
            self.add_error(fault.field, PROBLEMS[fault.problem].format(bound=fault.bound))
        return cleaned

    def columns(self) -> dict[str, Any]:
        """The account's own columns that are so far good: all of a new account, the changed ones of another."""
        good = self.cleaned_data.keys() & {field.name for field in Account._meta.concrete_fields}
        return {name: self.cleaned_data[name] for name in good if not self.instance.pk or name in self.changed_data}


class ChangeForm(PeopleForm, UserChangeForm):  # type: ignore[type-arg]  # not generic at run time, as the forms below
    pass


class FittingPassword(SetPasswordMixin):  # type: ignore[type-arg]  # not generic at run time
    """Checks the length of a new password, in the forms of the admin."""

    def validate_passwords(
        self, password1_field_name: str = "password1", password2_field_name: str = "password2"
    ) -> None:
        super().validate_passwords(password1_field_name, password2_field_name)
        form: Any = self
        password, lengths = form.cleaned_data.get(password1_field_name), validation.OPERATORS_PASSWORD
        if password and len(password) not in lengths:
            form.add_error(password1_field_name, f"Please use {lengths[0]} to {lengths[-1]} characters.")


class SignUpForm(FittingPassword, PeopleForm):
    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        return super().clean()


class PasswordForm(FittingPassword, AdminPasswordChangeForm):  # type: ignore[type-arg]
    """Django's form; the password is stored through `people`."""

    def set_password_and_save(self, user: Account, *args: Any, **kwargs: Any) -> Account:
        usable = self.cleaned_data["set_usable_password"]
        people.reset_password(user, self.cleaned_data["password1"] if usable else None)
        return user
