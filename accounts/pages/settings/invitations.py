"""The invitations of a member: made, passed on as links, and revoked."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import invitations, lookup
from accounts.pages.settings.tabs import posted, render_settings, settings_page


class InviteForm(forms.Form):
    """For how many people, and for how long."""

    uses = forms.TypedChoiceField(
        label=gettext_lazy("For how many people"), coerce=int, choices=[(n, n) for n in invitations.USES], initial=1
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        choices=[(n, ngettext_lazy("%d day", "%d days", n) % n) for n in invitations.DAYS],
        initial=7,
    )


@settings_page
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Show the invitations that are good; make one, or end one."""
    account = lookup.by_id(request.user.pk)
    if not invitations.may_invite(account):
        raise Http404
    here = HttpResponseRedirect(reverse("invitations"))
    ended = request.POST.get("end", "")
    if ended:
        invitations.end(account.pk, int(ended) if ended.isascii() and ended.isdecimal() and len(ended) < 10 else 0)
        messages.success(request, _("The invitation is revoked."))
        return here
    form = InviteForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            invitations.make(account.pk, form.cleaned_data["uses"], form.cleaned_data["days"])
        except invitations.TooManyInvites:
            form.add_error(None, _("You have reached the limit of invitations. Revoke one first."))
        else:
            return here
    status = 422 if form.errors else 200
    return render_settings(
        request,
        "accounts/pages/settings/invitations",
        "invitations",
        status=status,
        form=form,
        invites=invitations.of(account.pk),
    )
