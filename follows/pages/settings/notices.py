"""The notifications of a member, on the pages and by mail."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import lookup
from accounts.mail import outbox
from accounts.pages.settings.tabs import posted, render_settings, settings_page
from follows.gate import settings as gates
from follows.models import Digest, Rule
from follows.notices import policies
from follows.pages.caller import actor

POLICY = {
    "for_not_following": gettext_lazy("From accounts that you do not follow"),
    "for_not_followers": gettext_lazy("From accounts that do not follow you"),
    "for_new_accounts": gettext_lazy("From accounts that are younger than 30 days"),
    "for_limited_accounts": gettext_lazy("From accounts that moderators limit"),
    "for_bots": gettext_lazy("From bots"),
}
CHOICES = [
    (Rule.ACCEPT.value, gettext_lazy("Show them")),
    (Rule.FILTER.value, gettext_lazy("Filter them")),
    (Rule.DROP.value, gettext_lazy("Ignore them")),
]


class NoticesForm(forms.Form):
    """The mail, the notice of an approved request, and a rule for each group of accounts."""

    digest = forms.ChoiceField(
        label=gettext_lazy("A summary of waiting follow requests by mail"),
        choices=[
            (Digest.OFF.value, gettext_lazy("Never")),
            (Digest.DAILY.value, gettext_lazy("Every morning")),
            (Digest.WEEKLY.value, gettext_lazy("On Monday mornings")),
        ],
        help_text=gettext_lazy("You get a mail only if a request waits. Each mail has a link to unsubscribe."),
    )
    tell_accepted = forms.BooleanField(
        label=gettext_lazy("Tell me when somebody approves my request"),
        required=False,
        help_text=gettext_lazy("In Mastodon apps that know this notice."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in POLICY.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=CHOICES)

    def policy(self) -> list[forms.BoundField]:
        """The fields of the rules for groups."""
        return [self[name] for name in POLICY]


@settings_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Show and change them."""
    account = lookup.by_id(request.user.pk)
    gate = gates.of(account.pk)
    initial = {"digest": gate.digest, "tell_accepted": gate.tell_accepted} | policies.policy(account.pk)
    form = NoticesForm(posted(request), initial=initial)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data
        changed = {name: sent[name] for name in ("digest", "tell_accepted") if sent[name] != initial[name]}
        gates.change(account.pk, actor(request), **changed)
        policies.change_policy(account.pk, **{name: sent[name] for name in POLICY})
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("settings_notices"))
    return render_settings(
        request,
        "follows/pages/settings/notices",
        "settings_notices",
        status=422 if form.errors else 200,
        form=form,
        sends_mail=outbox.sends_mail(),
        must_confirm=settings.CONFIRM_EMAIL and account.email_proven_at is None,
    )
