"""The log of what moderators do to accounts: Django's own, which the admin shows as the history of a row."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model

from accounts import validation

MAX_REASON = 500  # characters


def clean_reason(text: str) -> str:
    """Return a reason as the log keeps it."""
    return validation.clean_text(text)[:MAX_REASON]


def note(moderator: int, row: Model, done: str, reason: str = "", flag: int = CHANGE) -> None:
    """Write that the moderator did this to the row, and why."""
    text = f"{done}: {reason}" if reason else f"{done}."
    LogEntry.objects.log_actions(moderator, [row], flag, text, single_object=True)
