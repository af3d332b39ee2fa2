"""The progress of an import of a ColibriSM dump, and the rows that earlier imports have taken."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ColibriImport(models.Model):
    """One file, identified by its SHA-256. An interrupted import continues at `step` and `position`."""

    checksum = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=24, help_text="The step that is running, see colibri.importing.")
    position = models.PositiveIntegerField(default=0, help_text="The id of the last row that the step wrote.")
    report = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, default=None)

    def __str__(self) -> str:
        return f"{self.checksum[:12]}, {self.started_at:%Y-%m-%d %H:%M}"


class ColibriRows(models.Model):
    """The ids of one table that were imported, a bit each, in blocks of `imported.BLOCK` ids.

    A row that was imported once is never imported again, whatever its owner made of it here.
    """

    id = models.AutoField(primary_key=True)
    table = models.CharField(max_length=24)
    block = models.PositiveIntegerField()
    bits = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint("table", "block", name="colibri_rows_unique"),
            models.CheckConstraint(condition=~Q(table=""), name="colibri_rows_name_a_table"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.block}"
