"""Icons and dates for the templates of pages."""

from datetime import datetime

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

register = template.Library()

_BUST = "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c0-3.3 2.9-5.5 6.5-5.5s6.5 2.2 6.5 5.5"
ICONS = {  # our own, on a grid of 24; strokes in the colour of the text
    "alert": "M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.7v.1",
    "ban": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM6 6l12 12",
    "box": "M4 8.5 12 4l8 4.5v7L12 20l-8-4.5v-7Zm0 0 8 4.5 8-4.5M12 13v7",
    "check": "m4.5 12.5 5 5 10-11",
    "clock": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2",
    "cross": "m6 6 12 12M18 6 6 18",
    "device": "M6 3h12v18H6V3Zm4.5 15h3",
    "flag": "M5 21V4h12l-2 4 2 4H5",
    "inbox": "M4 13.5 6.5 5h11L20 13.5V19H4v-5.5Zm0 0h4.5l1.3 2.5h4.4l1.3-2.5H20",
    "key": "M8.5 15.5a4.5 4.5 0 1 1 3.6-1.8l7.4.3v3h-2.5v-2M7.8 11h.1",
    "lock": "M6 11h12v9H6v-9Zm2.5 0V7.5a3.5 3.5 0 0 1 7 0V11",
    "mail": "M3.5 6h17v12h-17V6Zm0 1 8.5 6.5L20.5 7",
    "mute": "M4 9.5h3.5L12 6v12l-4.5-3.5H4v-5Zm12 0 5 5m0-5-5 5",
    "note": "M5 4h14v11l-5 5H5V4Zm14 11h-5v5M8.5 8.5h7m-7 4h4",
    "pause": "M8.5 5v14m7-14v14",
    "people": f"{_BUST}m0-14.6a3.5 3.5 0 0 1 0 6.2m2.7 3.3c2 .8 3.3 2.6 3.3 5.1",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5c0-3.6 3.3-6 7.5-6s7.5 2.4 7.5 6",
    "person-check": f"{_BUST}M16 9.5l2 2 3.5-4",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.7-1.8L20 20",
    "shield": "M12 3 4.5 6v5.5c0 4.5 3.2 7.9 7.5 9.5 4.3-1.6 7.5-5 7.5-9.5V6L12 3Z",
    "sliders": "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.8v4.4M9 14.8v4.4",
    "window": "M3.5 5h17v14h-17V5Zm0 4h17M6.5 7h.1m2.4 0h.1",
    "undo": "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside words that say the same; screen readers pass it over."""
    return mark_safe(  # noqa: S308  # of this file
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">'
        f'<path d="{ICONS[name]}"/></svg>'
    )


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file. Django's own tag asks for each whether an app is installed, which takes longer."""
    return staticfiles_storage.url(name)


@register.simple_tag
def moment(value: datetime, style: str = "DATETIME_FORMAT") -> SafeString:
    """A moment in the member's language and time zone. `style` is a format of Django, such as DATE_FORMAT."""
    here = localtime(value)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(timespec="seconds"), date_format(here, style))
