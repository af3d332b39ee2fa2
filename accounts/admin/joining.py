"""The admin of sign-ups: requests to join, invitations, refused mail domains, rules and texts."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import domains, joining, moderation_log
from accounts.changelists import DomainsAdmin, ReadOnlyAdmin, moderator_of
from accounts.columns import account_column, age_column, in_words
from accounts.models.joining import Application, Document, Invite, MailDomain, Rule


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin[Application]):
    """Requests to join, the oldest first. Each decision is sent by mail; a rejection deletes the account."""

    list_display = (
        account_column("account", "who"),
        "mail_domain",
        "reason",
        age_column("created_at", "for", ordering="created_at"),
    )
    list_display_links = None
    list_select_related = ("account",)
    ordering = ("created_at", "account")
    search_fields = ("account",)
    actions = ("approve", "reject")
    row_actions: ClassVar = {"approve": "Approve", "reject": "Reject"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        return super().get_queryset(request) & joining.applications()

    def subject(self, row: Application) -> str:
        return row.account.acct

    @admin.display(description="e-mail at")
    def mail_domain(self, row: Application) -> str:
        return row.account.email.rpartition("@")[2]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.decide_application")

    @admin.action(permissions=["decide"], description="Approve selected requests")
    def approve(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        self._answer(request, queryset, joining.approve, "Approved")

    @admin.action(permissions=["decide"], description="Reject selected requests")
    def reject(self, request: HttpRequest, queryset: QuerySet[Application]) -> None:
        self._answer(request, queryset, joining.reject, "Rejected")

    def _answer(self, request: HttpRequest, queryset: QuerySet[Application], answer: Any, done: str) -> None:
        def each(row: Application) -> bool:
            try:
                answer(row.pk)
            except joining.NoSuchApplication:
                return False
            moderation_log.note(moderator_of(request).pk, row, f"{done} the request to join")
            return True

        self.each(request, queryset, each, done)


@admin.register(Invite)
class InviteAdmin(admin.ModelAdmin[Invite]):
    """Links to sign up by. To end one, set its end to now."""

    list_display = ("link", "note", "used", "ends", account_column("created_by", "by"))
    list_display_links = ("note",)
    list_select_related = ("created_by",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = ("link", "note", "max_uses", "expires_at", "used")
    readonly_fields = ("link", "used")

    @admin.display(description="link")
    def link(self, invite: Invite) -> str:
        return invite.address if invite.pk else "—"

    @admin.display(description="used")
    def used(self, invite: Invite) -> str:
        return f"{invite.uses} of {invite.max_uses}" if invite.max_uses else str(invite.uses)

    @admin.display(description="until")
    def ends(self, invite: Invite) -> str:
        return in_words(invite.expires_at) if invite.expires_at else "—"

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().get_form(request, *args, form=InviteForm, **kwargs)

    def save_model(self, request: HttpRequest, obj: Invite, form: Any, change: bool) -> None:
        obj.created_by_id = obj.created_by_id if change else request.user.pk
        obj.save(update_fields=["note", "max_uses", "expires_at"] if change else None)  # not `uses`, which goes on
        if not change:
            self.message_user(request, f"Send this link: {obj.address}", messages.INFO)


class InviteForm(forms.ModelForm[Invite]):
    class Meta:
        model = Invite
        fields = ("note", "max_uses", "expires_at")

    def clean_max_uses(self) -> int | None:
        most: int | None = self.cleaned_data["max_uses"]
        if most is not None and most < max(self.instance.uses, 1):
            raise forms.ValidationError("Enter at least 1, and at least the number of uses so far.")
        return most


class MailDomainForm(forms.ModelForm[MailDomain]):
    class Meta:
        model = MailDomain
        fields = ("domain",)

    def clean_domain(self) -> str:
        try:
            return domains.canonical(self.cleaned_data["domain"].removeprefix("@"))
        except domains.NotADomain:
            raise forms.ValidationError("This is not a domain, such as spam.example.") from None


@admin.register(MailDomain)
class MailDomainAdmin(DomainsAdmin[MailDomain]):
    """Domains of e-mail addresses that nobody can sign up with."""

    form = MailDomainForm
    list_display = ("domain", "created_at")


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    """The rules of this server."""

    list_display = ("text", "position")
    list_editable = ("position",)


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin[Document]):
    """Terms of service and privacy policy."""

    list_display = ("kind", "changed_at")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Document | None:
        """None for what no kind can be: not every database looks for it."""
        return super().get_object(request, object_id, from_field) if object_id in Document.Kind.values else None

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()
