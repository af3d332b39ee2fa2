"""Accounts in the admin. Every change goes through `people`.

`follows.admin` adds what the graph knows of an account.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from accounts import badges, moderation_log, moderators, people, second_factor, validation
from accounts.changelists import ListAdmin, moderator_of
from accounts.columns import age_column, in_words, portrait, profile_url, time_tag
from accounts.forms import ChangeForm, PasswordForm, SignUpForm
from accounts.list_filters import NEW, Option, OptionFilter, StateFilter
from accounts.lookup import NoSuchAccount
from accounts.models import Account, Verification


class KindFilter(OptionFilter):
    title = "kind"
    parameter_name = "kind"

    def options(self) -> Sequence[Option]:
        return [
            Option("locked", "Approves follow requests", {"locked": True}),
            Option("moderator", "Moderator", {"is_staff": True}),
            Option("verified", "Verified", {"verification": Verification.VERIFIED}),
            Option("asks", "Asks to be verified", {"verification": Verification.REQUESTED}),
        ]


@admin.register(Account)
class AccountAdmin(ListAdmin[Account], UserAdmin):  # type: ignore[type-arg]
    """The admin of accounts. It needs the permission to change accounts, and only superusers change moderators."""

    form = ChangeForm
    add_form = SignUpForm
    change_password_form = PasswordForm
    list_display: tuple[Any, ...] = (
        *("handle", "state"),
        age_column("created_at", "joined", ordering="created_at"),
        "active",
    )
    list_filter = (StateFilter, KindFilter)
    ordering = ("-pk",)  # not UserAdmin's
    search_fields = ("pk",)
    actions: tuple[str, ...] = ("suspend", "unsuspend", "verify", "unverify", "turn_off_second_factor")
    row_actions: ClassVar = {"suspend": "Suspend", "unsuspend": "Unsuspend"}
    change_form_template = "accounts/admin/account.html"
    add_fieldsets = ((None, {"fields": ("username", "email", "display_name", "locked", "password1", "password2")}),)
    moments = ("created_at", "last_active_at")
    profile: tuple[Any, ...] = (
        (
            None,
            {"fields": ("username", "domain", "state", "suspended_at", "leaves_at", "limited_at", *moments)},
        ),
        (
            "Profile",
            {
                "fields": (
                    *("display_name", "note", "website", "gender", "country", "language"),
                    *("bot", "verification", "avatar", "avatar_description", "header", "header_description"),
                )
            },
        ),
        (
            "Privacy",
            {
                "fields": (
                    *("locked", "profile_privacy", "contact_privacy", "hide_collections"),
                    *("discoverable", "indexable", "noindex"),
                )
            },
        ),
    )
    signing_in = (
        ("Signing in", {"fields": ("email", "password", "last_login", "last_address")}),
        ("In the admin", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
    )
    fixed: tuple[str, ...] = (
        *("domain", "state", "suspended_at", "leaves_at", "limited_at", *moments),
        *("avatar", "header", "last_login", "last_address"),
    )
    of_superusers = ("is_staff", "is_superuser", "groups", "user_permissions")

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        signs_in = not obj.domain and self.has_change_permission(request, obj)
        return self.profile + (self.signing_in if signs_in else ())

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        remote = ("username",) if obj and obj.domain else ()
        return self.fixed + remote + (() if request.user.is_superuser else self.of_superusers)

    def has_change_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        return moderators.may_change(moderator_of(request), obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        account = self.get_object(request, unquote(id))
        if account and account.domain:
            raise Http404  # nobody of another server signs in here
        return super().user_change_password(request, id, form_url)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deletion is in `follows`, because it changes the tallies of other accounts."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save without Django's single transaction, because unlocking approves requests in several."""
        try:
            answer: HttpResponse = self._changeform_view(request, *args, **kwargs)  # type: ignore[attr-defined]
            return answer
        except validation.Invalid as refused:  # somebody took the name between the check and the write
            self.message_user(request, f"Nothing was saved: {refused}.", messages.ERROR)
            return HttpResponseRedirect(request.path)
        except Account.DoesNotExist as gone:  # somebody deleted the account meanwhile
            raise Http404 from gone

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        if change:
            self.store(request, obj.pk, **form.columns())
        else:
            password = form.cleaned_data["password1"]
            obj.pk = people.sign_up(password=password, **form.columns()).pk
        obj.refresh_from_db()

    def store(self, request: HttpRequest, account: int, **columns: Any) -> None:
        people.change(account, **columns)

    def has_suspend_permission(self, request: HttpRequest) -> bool:
        return moderators.suspends(moderator_of(request))

    def may_suspend(self, request: HttpRequest, account: Account) -> bool:
        return moderators.may_suspend(moderator_of(request), account)

    def offers(self, request: HttpRequest, action: str, row: Account) -> bool:
        fits = row.leaves_at is not None or (row.suspended_at is None) == (action == "suspend")
        return fits and self.may_suspend(request, row)

    def subject(self, row: Account) -> str:
        return row.acct

    def view_on_site(self, obj: Account) -> str | None:
        return profile_url(obj) or None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        account = kwargs.get("obj")
        offered = [action for action in self.row_actions if account and self.offers(request, action, account)]
        context["offered"] = [(action, self.row_actions[action]) for action in offered]
        return super().render_change_form(request, context, *args, **kwargs)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> HttpResponse | None:
        """Return to the page of the account if its button was pressed."""
        response = super().response_action(request, queryset, *args)
        if isinstance(response, HttpResponseRedirect) and request.POST.get("from") == "page":
            (account,) = request.POST.getlist(ACTION_CHECKBOX_NAME) or [""]
            return HttpResponseRedirect(reverse("admin:accounts_account_change", args=[account]))
        return response

    @admin.display(description="account", ordering="username")
    def handle(self, account: Account) -> str:
        name = format_html('{}<br><span class="quiet">{}</span>', account.acct, account.display_name)
        return format_html('<span class="person">{}<span>{}</span></span>', portrait(account), name)

    @admin.display(ordering="last_active_at")
    def active(self, account: Account) -> str:
        return time_tag(account.last_active_at, timesince(account.last_active_at, depth=1))

    @admin.display
    def state(self, account: Account) -> str:
        return ", ".join(states(account)) or "—"

    @admin.action(permissions=["suspend"], description="Suspend selected accounts")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Suspend members. An account that its owner wants deleted is kept then."""
        others = queryset.filter(Q(suspended_at=None) | Q(leaves_at__isnull=False))
        self.each_allowed(request, others, people.suspend, "Suspended", self.may_suspend)

    @admin.action(permissions=["suspend"], description="Unsuspend selected accounts")
    def unsuspend(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        suspended = queryset.filter(suspended_at__isnull=False)
        self.each_allowed(request, suspended, people.unsuspend, "Unsuspended", self.may_suspend)

    @admin.action(permissions=["change"], description="Verify selected accounts")
    def verify(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        self.each_allowed(request, queryset, _badge(Verification.VERIFIED), "Verified", self.may_change)

    @admin.action(permissions=["change"], description="Remove the badge of selected accounts")
    def unverify(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        self.each_allowed(request, queryset, _badge(Verification.NONE), "Removed the badge of", self.may_change)

    @admin.action(permissions=["change"], description="Turn off the second factor of selected accounts")
    def turn_off_second_factor(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        having = queryset.filter(second_factor__isnull=False)
        self.each_allowed(
            request, having, second_factor.turn_off, "Turned off the second factor of", self.has_change_permission
        )

    def may_change(self, request: HttpRequest, account: Account) -> bool:
        """Moderators cannot verify themselves."""
        return account.pk != request.user.pk and self.has_change_permission(request, account)

    def each_allowed(
        self,
        request: HttpRequest,
        queryset: QuerySet[Account],
        write: Callable[[int], None],
        done: str,
        may: Callable[[HttpRequest, Account], bool],
    ) -> None:
        """Apply the change to every selected account that this moderator may change."""

        said = reason(request)

        def change(account: Account) -> bool:
            if not may(request, account):
                return False
            try:
                write(account.pk)
            except people.IsLeaving:
                self.message_user(request, f"{account.acct} is being deleted.", messages.WARNING)
                return False
            except NoSuchAccount:  # it was deleted since the list was read
                return False
            moderation_log.note(moderator_of(request).pk, account, done, said)
            return True

        self.each(request, queryset, change, done, otherwise="stayed as they were")


def reason(request: HttpRequest) -> str:
    """Return the reason that the moderator gave for an action, for the admin log."""
    return moderation_log.clean_reason(request.POST.get("reason", ""))


def states(account: Account) -> list[str]:
    """Return the state of an account in words, for moderators."""
    leaves = f"deleted by its owner, for good on {in_words(account.leaves_at)}" if account.leaves_at else ""
    facts = {
        "suspended": account.suspended_at is not None and account.leaves_at is None,
        leaves: account.leaves_at is not None,
        "limited": account.limited_at is not None,
        "unconfirmed": account.unconfirmed,
        "new": abs(timezone.now() - account.created_at) < NEW,
        "of another server": bool(account.domain),
        "bot": account.bot,
    }
    return [state for state, holds in facts.items() if holds]


def _badge(verification: Verification) -> Callable[[int], None]:
    return partial(badges.answer, verification=verification)
