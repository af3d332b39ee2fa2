"""The language and the time zone of the pages and of mails."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import lookup, people, zones
from accounts.pages.settings.tabs import posted, render_settings, settings_page


@cache
def _zones() -> list[tuple[str, str]]:
    """The time zones that are named after a place, and UTC."""
    named = (zone for zone in zones.names() if "/" in zone and not zone.startswith("Etc/"))
    return [(zone, zone.replace("_", " ")) for zone in ("UTC", *sorted(named))]


def _choices() -> Iterator[tuple[str, Any]]:
    yield "", gettext_lazy("Same as this device")
    yield from _zones()


class LanguageForm(forms.Form):
    """Empty values leave it to the browser."""

    locale = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("Same as this browser")), *settings.LANGUAGES],
        required=False,
        help_text=gettext_lazy("For these pages and for mails to you. Your apps have their own setting."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=_choices,
        required=False,
        help_text=gettext_lazy("For the times on these pages, and the hour of mails to you."),
    )


@settings_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Show and change both."""
    account = lookup.by_id(request.user.pk)
    form = LanguageForm(posted(request), initial={"locale": account.locale, "time_zone": account.time_zone})
    if form.is_bound and form.is_valid():
        chosen = {name: value or None for name, value in form.cleaned_data.items()}
        people.change(account.pk, **chosen)
        with translation.override(chosen["locale"] or translation.get_language_from_request(request)):
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("settings_language"))
    status = 422 if form.errors else 200
    return render_settings(request, "accounts/pages/settings/language", "settings_language", status=status, form=form)
