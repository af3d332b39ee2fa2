"""The moderators' rules for servers, with their reasons."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.changelists import DomainsAdmin, actor
from accounts.columns import account_column, moment_column
from accounts.domains import NotADomain
from accounts.validation import Invalid
from follows.gate import servers
from follows.models import ServerRule, ServerRuleKind


class RuleForm(forms.ModelForm[ServerRule]):
    """A rule always has a reason."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), max_length=500, help_text="The reason. Only moderators see it."
    )

    class Meta:
        model = ServerRule
        fields = ("domain", "rule", "reason")

    def clean_domain(self) -> str:
        try:
            return servers.checked(self.cleaned_data["domain"])
        except NotADomain:
            raise forms.ValidationError("This is not the name of a server, such as other.example.") from None
        except Invalid:
            raise forms.ValidationError("Rules are for other servers.") from None


@admin.register(ServerRule)
class ServerRuleAdmin(DomainsAdmin[ServerRule]):
    """The moderators' rules for whole servers. The history keeps each change with its reason."""

    form = RuleForm
    list_display = (
        "domain",
        "rule",
        "reason",
        account_column("created_by", "by"),
        moment_column("created_at", "since"),
    )
    list_filter = ("rule",)
    list_select_related = ("created_by",)

    def get_readonly_fields(self, request: HttpRequest, obj: ServerRule | None = None) -> tuple[str, ...]:
        return ("domain",) if obj else ()

    def save_model(self, request: HttpRequest, obj: ServerRule, form: Any, change: bool) -> None:
        servers.set_rule(obj.domain, ServerRuleKind(obj.rule), obj.reason, actor(request))
        obj.pk = ServerRule.objects.get(domain=obj.domain).pk

    def delete_model(self, request: HttpRequest, obj: ServerRule) -> None:
        servers.drop_rule(obj.domain)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ServerRule]) -> None:
        for rule in queryset:
            servers.drop_rule(rule.domain)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        rule = ServerRuleKind(form.cleaned_data["rule"]).label
        return f"{rule}: {form.cleaned_data['reason']}"
