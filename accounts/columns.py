"""The columns of the admin's lists: accounts and times."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from accounts.images import still_of
from accounts.models import Account

MOMENT = "j M Y, H:i T"  # with its time zone

Column = Callable[[Model], str]


def account_column(name: str, title: str) -> Column:
    """A column of a list: the account that the row's column `name` holds, leading to its page."""

    @admin.display(description=title, ordering=f"{name}__username")
    def column(row: Model) -> str:
        account: Account | None = getattr(row, name)
        return "—" if account is None else link_to(account)

    column.__name__ = name
    return column


def age_column(name: str, title: str, ordering: str = "pk") -> Column:
    """A column of a list: how long ago the row's column `name` was, the moment itself on pointing at it.

    An index must answer `ordering`, since lists of any length are sorted by it.
    """
    return _time_column(name, title, ordering, lambda moment: timesince(moment, depth=1))


def moment_column(name: str, title: str, ordering: str = "pk") -> Column:
    """A column of a list: the moment in the row's column `name`. An index must answer `ordering`."""
    return _time_column(name, title, ordering, in_words)


def _time_column(name: str, title: str, ordering: str, told: Callable[[datetime], str]) -> Column:
    @admin.display(description=title, ordering=ordering)
    def column(row: Model) -> str:
        moment: datetime | None = getattr(row, name)
        return "—" if moment is None else time_tag(moment, told(moment))

    column.__name__ = name
    column.by_index = True  # type: ignore[attr-defined]  # as `admin_order_field` is: Django reads such attributes
    return column


def in_words(moment: datetime) -> str:
    """Such as `3 May 2026, 14:05 UTC`."""
    return date_format(timezone.localtime(moment), MOMENT)


def time_tag(moment: datetime, text: str) -> SafeString:
    """The text as a time; pointing at it shows the moment."""
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), in_words(moment), text)


def link_to(account: Account) -> SafeString:
    """The account's handle, a link to its page, and its display name."""
    page = reverse("admin:accounts_account_change", args=[account.pk])
    return format_html('<a href="{}">{}</a><br><span class="quiet">{}</span>', page, account.acct, account.display_name)


def portrait(account: Account) -> SafeString:
    """The account's avatar. Its handle stands beside it, so that the picture needs no text."""
    name = still_of(account.avatar.name or "")
    source = account.avatar.storage.url(name) if name else "/avatars/original/missing.png"
    return format_html('<img class="portrait" src="{}" alt="" width="40" height="40" loading="lazy">', source)


def link_to_profile(account: Account) -> SafeString | str:
    """To the page that everybody may see; nothing where there is none (`ABSOLUTE_URL_OVERRIDES`)."""
    address = profile_url(account)
    return format_html('<a href="{}" aria-label="Profile of {}">Profile</a>', address, account.acct) if address else ""


def profile_url(account: Account) -> str:
    """The address of the page that everybody may see, or an empty text."""
    find: Callable[[], str] | None = getattr(account, "get_absolute_url", None)
    return find() if find else ""
