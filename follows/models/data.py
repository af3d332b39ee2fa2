"""The models of archives of a member's data, and of imports of a member's lists."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import private_storage


class Archive(models.Model):
    """All data of one account as one file. It is being made until `ready_at` is set, see `data.archives`."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="archive"
    )
    created_at = models.DateTimeField(default=timezone.now)
    claim = models.CharField(max_length=32, blank=True, default="", help_text="Identifies the process that writes it.")
    beat_at = models.DateTimeField(
        null=True, blank=True, default=None, help_text="The time when that process last reported progress."
    )
    done = models.PositiveSmallIntegerField(default=0, help_text="The number of its files written so far.")
    total = models.PositiveSmallIntegerField(default=0, help_text="The number of files that it will have.")
    file = models.FileField(storage=private_storage, blank=True, default="")
    ready_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ready_at__isnull=True) | ~Q(file=""), name="archive_ready_has_a_file")
        ]

    def __str__(self) -> str:
        return f"the archive of {self.account}"


class ImportKind(models.TextChoices):
    """The files that can be imported."""

    FOLLOWING = "following", _("People you follow")
    BLOCKS = "blocks", _("People you block")
    MUTES = "mutes", _("People you mute")
    DOMAIN_BLOCKS = "domain_blocks", _("Servers you block")
    LISTS = "lists", _("Your lists")


class ImportState(models.TextChoices):
    """The state of an import."""

    READING = "reading"
    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"


class Outlook(models.TextChoices):
    """The preview of a line."""

    NEW = "new", _("new")
    KNOWN = "known", _("already there")
    UNKNOWN = "unknown", _("not found here")
    INVALID = "invalid", _("cannot be read")


class ImportResult(models.TextChoices):
    """The result of a line."""

    ADDED = "added", _("added")
    REQUESTED = "requested", _("follow request sent")
    KNOWN = "known", _("already there")
    REMOVED = "removed", _("removed, because the file does not have it")
    NOT_FOUND = "not_found", _("not found here")
    INVALID = "invalid", _("cannot be read")
    SELF = "self", _("this is you")
    BLOCKED = "blocked", _("not allowed, because one of you blocks the other")
    TOO_MANY = "too_many", _("you follow as many people as you may")
    TOO_MANY_LISTS = "too_many_lists", _("you have as many lists as you may")
    FAILED = "failed", _("failed on our side")


class Import(models.Model):
    """One file that a member imports, see `data.imports`."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=13, choices=ImportKind)
    overwrite = models.BooleanField(default=False, help_text="Remove entries that the file does not have.")
    state = models.CharField(max_length=7, choices=ImportState, default=ImportState.READING)
    door = models.CharField(max_length=16)
    file = models.BinaryField(
        default=b"", db_default=b"", editable=False, help_text="The uploaded file, until it is read."
    )
    created_at = models.DateTimeField(default=timezone.now)
    last = models.PositiveIntegerField(
        default=0, editable=False, help_text="The id of the newest row at the start. Newer rows are not removed."
    )
    waits_until = models.DateTimeField(
        null=True, blank=True, default=None, help_text="The import continues then, because a limit was used up."
    )
    finished_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", "kind", condition=Q(state=ImportState.RUNNING), name="import_one_of_a_kind_runs"
            ),
            models.UniqueConstraint(
                "account", "kind", condition=Q(state=ImportState.PREVIEW), name="import_one_of_a_kind_previewed"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ImportKind.values, state__in=ImportState.values), name="import_choices_known"
            ),
        ]
        indexes = [
            models.Index("account", "id", name="import_of"),
            models.Index("id", name="import_running", condition=Q(state=ImportState.RUNNING)),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_kind_display()}"


class ImportRow(models.Model):
    """One line of an imported file; without a number, something that the import removed."""

    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField(null=True)
    cells = models.JSONField(help_text="The line as it is in the file.")
    subject = models.CharField(max_length=320, blank=True, default="", help_text="A handle or a domain.")
    title = models.CharField(max_length=256, blank=True, default="", help_text="The title of the list.")
    options = models.JSONField(default=dict)
    target = models.PositiveIntegerField(null=True, help_text="The account with this handle, if there is one.")
    outlook = models.CharField(max_length=7, choices=Outlook)
    result = models.CharField(max_length=14, choices=ImportResult, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint("job", "line", name="import_row_unique"),
            models.CheckConstraint(
                condition=Q(outlook__in=Outlook.values, result__in=["", *ImportResult.values]),
                name="import_row_choices_known",
            ),
        ]
        indexes = [
            models.Index("job", "outlook", "result", name="import_row_counts"),
            models.Index("job", "target", name="import_row_target"),
            models.Index("job", "id", name="import_row_next", condition=Q(result="")),
        ]

    def __str__(self) -> str:
        return f"line {self.line} of {self.job_id}"
