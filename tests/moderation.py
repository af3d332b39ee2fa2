"""The admin as one moderator sees it, through Django's test client."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account


class Desk:
    """Lists are named like `follows_followrequest`."""

    def __init__(self, moderator: Account) -> None:
        self.client = Client()
        self.client.force_login(moderator)

    def open(self, name: str, **query: Any) -> Any:
        return self.client.get(reverse(f"admin:{name}_changelist"), query)

    def rows(self, name: str, **query: Any) -> list[Any]:
        """What a list shows."""
        return list(self.open(name, **query).context["cl"].result_list)

    def filters(self, name: str, **query: Any) -> dict[str, list[str]]:
        """What a list can be filtered by, with the counts: title -> options."""
        cl = self.open(name, **query).context["cl"]
        return {str(spec.title): [str(choice["display"]) for choice in spec.choices(cl)] for spec in cl.filter_specs}

    def act(self, name: str, action: str, *rows: Any, across: bool = False) -> list[str]:
        """Tick rows and run an action on them; returns what the moderator is told."""
        data = {"action": action, "_selected_action": list(rows), "index": 0, "select_across": int(across)}
        return self._told(name, data)

    def click(self, name: str, action: str, row: int) -> list[str]:
        """Click on the button of one row."""
        return self._told(name, {"one": f"{action}:{row}"})

    def _told(self, name: str, data: dict[str, Any]) -> list[str]:
        response = self.client.post(reverse(f"admin:{name}_changelist"), data, follow=True)
        return [str(message) for message in response.context["messages"]]

    def page(self, name: str, row: Any, view: str = "change") -> Any:
        return self.client.get(reverse(f"admin:{name}_{view}", args=[row]))

    def save(self, name: str, row: int, *, follow: bool = False, **changes: Any) -> Any:
        """Open a row's form, change some fields in it, and save it."""
        form = self.page(name, row).context["adminform"].form
        data = {field: value for field, value in form.initial.items() if field in form.fields and value is not None}
        return self.client.post(reverse(f"admin:{name}_change", args=[row]), data | changes, follow=follow)


def make_moderators() -> None:
    """What the migrations did, in case another test has emptied the database since."""
    editor = SimpleNamespace(connection=connection)
    import_module("follows.migrations.0002_moderators").make_group(apps, editor)
