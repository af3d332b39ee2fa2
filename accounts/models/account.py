"""Accounts, local and remote. Writes are in `people`, reads in `lookup`."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from accounts import databases, searching
from accounts.models.joining import Invite
from accounts.searching import SearchedAccounts


class Audience(models.TextChoices):
    """The people that can see a profile's lists."""

    EVERYONE = "everyone"
    FOLLOWERS = "followers"


class Contact(models.TextChoices):
    """The people that can send direct messages."""

    EVERYONE = "everyone"
    FOLLOWED = "followed"


class Gender(models.TextChoices):
    MALE = "M"
    FEMALE = "F"
    OTHER = "O"
    TRANS = "T"


class Verification(models.IntegerChoices):
    """The badge that moderators give."""

    NONE = 0
    VERIFIED = 1
    REQUESTED = 2


class AccountManager(BaseUserManager["Account"]):
    """Sign-in by name or e-mail looks at local accounts only (see `backends`)."""

    # For `manage.py createsuperuser`. `apps` sets it: it signs up through `people`, which needs these models.
    create_superuser: ClassVar[Callable[["AccountManager", str, str, str | None], "Account"]]

    def get_queryset(self) -> SearchedAccounts:
        return SearchedAccounts(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.alias(lowered=Lower("username")).get(lowered=(username or "").lower(), domain="")


LISTED = Q(discoverable=True, suspended_at__isnull=True)  # who wants to be found
NO_PASSWORD = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
CANNOT_SIGN_IN = Q(email="", is_staff=False, is_superuser=False) & NO_PASSWORD


class Account(AbstractBaseUser, PermissionsMixin):
    """A person or bot. `domain` is empty for our own; those of other servers cannot sign in.

    `version` counts the changes of everything that others can see of the row, so that a rendered account can be kept
    until it changes. Write through `people`, which increments it.
    """

    username = models.CharField(max_length=30, validators=[RegexValidator(r"\A[A-Za-z0-9_.-]+\Z")])
    domain = models.CharField(max_length=253, blank=True, default="", help_text="Empty for accounts of this server.")
    email = models.EmailField(max_length=254, blank=True, default="")
    email_proven_at = models.DateTimeField(
        null=True,
        blank=True,
        default=None,
        editable=False,
        help_text="The time when the owner confirmed the e-mail address.",
    )
    unconfirmed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Hidden until the address is confirmed and a moderator approves, if the server requires it.",
    )

    display_name = models.CharField(max_length=64, blank=True, default="")
    first_name = models.CharField(max_length=64, blank=True, default="")
    last_name = models.CharField(max_length=64, blank=True, default="")
    note = models.TextField(blank=True, default="", help_text="The bio, as plain text.")
    fields = models.JSONField(blank=True, default=list, help_text='Profile fields: [{"name": …, "value": …}].')
    # Mentioned accounts, see `markup.people_in`. Null, so that SQLite need not make the table anew.
    note_mentions = models.JSONField(null=True, default=None, editable=False)
    fields_mentions = models.JSONField(null=True, default=None, editable=False)
    avatar = models.FileField(upload_to="avatars/", blank=True, default="")
    header = models.FileField(upload_to="headers/", blank=True, default="")
    avatar_description = models.CharField(
        max_length=150, blank=True, default="", help_text="A description for people who cannot see the picture."
    )
    header_description = models.CharField(
        max_length=150, blank=True, default="", help_text="A description for people who cannot see the picture."
    )
    gender = models.CharField(max_length=1, choices=Gender, default=Gender.MALE)
    website = models.CharField(max_length=115, blank=True, default="")
    country = models.CharField(max_length=2, default="us", help_text="A country code of ISO 3166, in lower case.")
    language = models.CharField(max_length=16, default="english")
    # Null until the owner chooses, and so that SQLite need not make the table anew.
    locale = models.CharField(  # noqa: DJ001
        max_length=8, null=True, default=None, editable=False, help_text="The language of the pages, such as de."
    )
    time_zone = models.CharField(  # noqa: DJ001
        max_length=64,
        null=True,
        default=None,
        editable=False,
        help_text="A name of the IANA database, such as Europe/Berlin.",
    )

    locked = models.BooleanField(default=False, help_text="Followers need the owner's approval.")
    profile_privacy = models.CharField(max_length=9, choices=Audience, default=Audience.EVERYONE)
    contact_privacy = models.CharField(max_length=8, choices=Contact, default=Contact.EVERYONE)
    hide_collections = models.BooleanField(
        null=True, default=None, help_text="Hide the lists of followers and follows from others."
    )
    discoverable = models.BooleanField(null=True, default=None)
    indexable = models.BooleanField(default=False, help_text="Include public posts in searches.")
    noindex = models.BooleanField(default=False, help_text="Ask search engines not to list the profile.")
    bot = models.BooleanField(default=False)
    # Which tabs clients show; all that nobody has chosen. Null, so that SQLite need not make the table anew.
    show_media = models.BooleanField(null=True, default=None)
    show_media_replies = models.BooleanField(null=True, default=None)
    show_featured = models.BooleanField(null=True, default=None)
    source = models.JSONField(blank=True, default=dict, help_text="A client's defaults for new posts.")

    verification = models.PositiveSmallIntegerField(choices=Verification, default=Verification.NONE)
    suspended_at = models.DateTimeField(null=True, blank=True, default=None)
    leaves_at = models.DateTimeField(
        null=True,
        blank=True,
        default=None,
        help_text="The time when it is deleted, unless its owner signs in before then.",
    )
    limited_at = models.DateTimeField(
        null=True,
        blank=True,
        default=None,
        help_text="Its follows become requests, and no directory or suggestion shows it.",
    )
    is_staff = models.BooleanField("moderator", default=False, help_text="Can sign in to the admin.")

    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    last_active_at = models.DateTimeField(default=timezone.now, db_default=Now())
    last_address = models.GenericIPAddressField(null=True, blank=True)
    invite = models.ForeignKey(Invite, null=True, default=None, editable=False, on_delete=models.SET_NULL)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        permissions: ClassVar = [("suspend_account", "Can suspend and unsuspend members")]
        constraints = [
            models.UniqueConstraint(Lower("username"), "domain", name="account_handle_unique"),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="account_email_unique"),
            models.CheckConstraint(condition=~Q(username=""), name="account_has_a_username"),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="account_domain_is_lower_case"),
            models.CheckConstraint(condition=Q(domain="") | CANNOT_SIGN_IN, name="remote_account_cannot_sign_in"),
            models.CheckConstraint(
                condition=Q(leaves_at=None) | Q(suspended_at__isnull=False), name="leaving_account_is_suspended"
            ),
            models.CheckConstraint(
                condition=Q(
                    gender__in=Gender.values,
                    profile_privacy__in=Audience.values,
                    contact_privacy__in=Contact.values,
                    verification__in=Verification.values,
                ),
                name="account_choices_known",
            ),
        ]
        indexes = [
            models.Index("created_at", name="account_created"),
            models.Index("domain", "last_active_at", "unconfirmed", name="account_counts"),
            models.Index(fields=["-last_active_at", "-id"], name="account_directory_active", condition=LISTED),
            models.Index("id", name="account_directory_newest", condition=LISTED),
            # Moderators filter by rare values, so these indexes are small.
            models.Index("domain", "id", name="account_remote", condition=Q(domain__gt="")),
            models.Index("id", name="account_unconfirmed", condition=Q(unconfirmed=True)),
            models.Index("id", name="account_suspended", condition=Q(suspended_at__isnull=False)),
            models.Index("leaves_at", name="account_leaving", condition=Q(leaves_at__isnull=False)),
            models.Index("id", name="account_limited", condition=Q(limited_at__isnull=False)),
            models.Index("id", name="account_bots", condition=Q(bot=True)),
            models.Index("id", name="account_moderators", condition=Q(is_staff=True)),
            models.Index("last_address", name="account_last_address", condition=Q(last_address__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.acct

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it with composed names, and what it is found by."""
        self.compose()
        with transaction.atomic(kwargs.get("using") or databases.for_write(Account)):
            super().save(*args, **kwargs)
            changed = kwargs.get("update_fields")
            if changed is None or not set(searching.SOURCES).isdisjoint(changed):
                searching.index(Account.objects.using(self._state.db), [self.pk])

    def compose(self) -> None:
        for name in searching.NAMES:
            setattr(self, name, searching.composed(getattr(self, name)))

    @property
    def acct(self) -> str:
        """`alice`, or `alice@other.example` for an account of another server."""
        return f"{self.username}@{self.domain}" if self.domain else self.username

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django asks this before every sign-in
        return self.suspended_at is None and not self.unconfirmed and not self.domain

    @property
    def may_come_back(self) -> bool:
        """Return True if its owner asked to delete it and may still sign in to keep it, see `grace`."""
        return self.leaves_at is not None
