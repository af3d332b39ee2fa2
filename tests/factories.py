"""Accounts for the stories, made the way people make them."""

from typing import Any

import factory

from accounts import people
from accounts.models import Account
from accounts.validation import OPERATORS

PASSWORD = "open sesame 42"


class AccountFactory(factory.Factory[Account]):
    """An account of this server, signed up through the domain; its password is `PASSWORD`."""

    class Meta:
        model = Account

    username = factory.Sequence(lambda n: f"person_{n}")
    email = factory.LazyAttribute(lambda account: f"{account.username}@example.org")
    display_name = factory.LazyAttribute(lambda account: account.username.capitalize())
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[Account], *args: Any, **kwargs: Any) -> Account:
        return people.sign_up(**{"username_rule": OPERATORS} | kwargs)
