"""The profile: what others see of a member."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import lookup, profile
from accounts.models import Account
from accounts.pages.problems import add_faults
from accounts.pages.settings.tabs import posted, render_settings, settings_page
from accounts.pictures import avatar_url, header_url
from accounts.validation import Invalid

FLAGS = ("discoverable", "noindex", "hide_collections", "bot")
PLAIN = ("display_name", "note", "website", "avatar_description", "header_description", *FLAGS)


class ProfileForm(forms.Form):
    """The texts, switches and pictures of a profile. `profile` checks the texts and the pictures."""

    display_name = forms.CharField(
        label=gettext_lazy("Display name"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": profile.MAX_DISPLAY_NAME, "dir": "auto", "autocomplete": "name"}),
    )
    note = forms.CharField(
        label=gettext_lazy("About you"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=format_lazy(
            gettext_lazy("Up to {most} characters. Each link counts as {link}."),
            most=profile.MAX_NOTE,
            link=profile.LINK_LENGTH,
        ),
    )
    website = forms.CharField(
        label=gettext_lazy("Website"),
        required=False,
        widget=forms.URLInput(attrs={"maxlength": profile.MAX_WEBSITE, "placeholder": "https://"}),
    )
    avatar = forms.FileField(
        label=gettext_lazy("New picture of you"),
        required=False,
        widget=forms.FileInput(attrs={"accept": profile.MEDIA_TYPES, "data-crop": "1/1"}),
        help_text=gettext_lazy("JPEG, PNG, GIF or WebP, up to 8 MB. A square of it is shown."),
    )
    avatar_place = forms.IntegerField(
        label=gettext_lazy("Visible part: from the left or top to the right or bottom"),
        initial=50,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"type": "range"}),
    )
    avatar_description = forms.CharField(
        label=gettext_lazy("Description of the picture, for people who cannot see it"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": profile.MAX_DESCRIPTION, "dir": "auto"}),
    )
    drop_avatar = forms.BooleanField(label=gettext_lazy("Remove the picture of you"), required=False)
    header = forms.FileField(
        label=gettext_lazy("New header picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": profile.MEDIA_TYPES, "data-crop": "3/1"}),
        help_text=gettext_lazy("JPEG, PNG, GIF or WebP, up to 8 MB. It is shown three times as wide as high."),
    )
    header_place = forms.IntegerField(
        label=gettext_lazy("Visible part: from the top to the bottom"),
        initial=0,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"type": "range"}),
    )
    header_description = forms.CharField(
        label=gettext_lazy("Description of the header picture, for people who cannot see it"),
        required=False,
        widget=forms.TextInput(attrs={"maxlength": profile.MAX_DESCRIPTION, "dir": "auto"}),
    )
    drop_header = forms.BooleanField(label=gettext_lazy("Remove the header picture"), required=False)
    discoverable = forms.BooleanField(
        label=gettext_lazy("Show me in the directory, in suggestions and in searches for words"), required=False
    )
    noindex = forms.BooleanField(label=gettext_lazy("Ask search engines to leave my page out"), required=False)
    hide_collections = forms.BooleanField(
        label=gettext_lazy("Hide my followers and the people I follow"), required=False
    )
    bot = forms.BooleanField(label=gettext_lazy("This is a bot: it mostly acts by itself"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, profile.MAX_FIELDS + 1):
            for part, label in (("name", _("Label {number}")), ("value", _("Content {number}"))):
                widget = forms.TextInput(attrs={"maxlength": profile.MAX_FIELD, "dir": "auto"})
                name = f"field_{part}_{number}"
                self.fields[name] = forms.CharField(label=label.format(number=number), required=False, widget=widget)

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields for each row of the profile's own fields: its label and its content."""
        numbers = range(1, profile.MAX_FIELDS + 1)
        return [(self[f"field_name_{number}"], self[f"field_value_{number}"]) for number in numbers]

    def save(self, account: int) -> bool:
        """Return False if the profile cannot be stored; the form then says why."""
        sent = self.cleaned_data
        rows = [{"name": sent[name.name], "value": sent[value.name]} for name, value in self.rows()]
        files = {name: (sent[name], sent[f"{name}_place"]) for name in profile.READ if sent[name]}
        dropped = [name for name in profile.READ if sent[f"drop_{name}"] and not sent[name]]
        try:
            profile.save(account, {name: sent[name] for name in PLAIN}, rows, files, dropped)
        except Invalid as invalid:
            add_faults(self, invalid)
        return not self.errors


@settings_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Show and change the profile."""
    account = lookup.by_id(request.user.pk)
    form = ProfileForm(posted(request), request.FILES or None, initial=_initial(account))
    if form.is_bound and form.is_valid() and form.save(account.pk):
        messages.success(request, _("Your profile is saved."))
        return HttpResponseRedirect(reverse("settings_profile"))
    return render_settings(
        request,
        "accounts/pages/settings/profile",
        "settings_profile",
        status=422 if form.errors else 200,
        form=form,
        account=account,
        avatar=avatar_url(account.avatar.name or ""),
        header=header_url(account.header.name or ""),
    )


def _initial(account: Account) -> dict[str, Any]:
    rows = {
        f"field_{part}_{number}": field[part]
        for number, field in enumerate(account.fields, 1)
        for part in ("name", "value")
    }
    return rows | {name: getattr(account, name) for name in PLAIN}
