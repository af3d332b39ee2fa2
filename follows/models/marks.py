"""The models of private marks: mutes, notes, endorsements, dismissed suggestions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Mute(models.Model):
    """`muter` wants to hear nothing of `target`, until it expires."""

    muter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes_in")
    notices_too = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True, default=None, help_text="Null for never.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("muter", "target", name="mute_pair_unique"),
            models.CheckConstraint(condition=~Q(muter=F("target")), name="mute_not_oneself"),
        ]
        indexes = [models.Index("muter", "id", name="mute_of")]

    def __str__(self) -> str:
        return f"{self.muter} mutes {self.target}"


class Note(models.Model):
    """A private note of `author` about `target`."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes_in")
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint("author", "target", name="note_pair_unique")]

    def __str__(self) -> str:
        return f"{self.author} on {self.target}"


class Endorsement(models.Model):
    """`endorser` shows `target`, whom it follows, on its own profile. It ends with the follow."""

    endorser = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("endorser", "target", name="endorsement_pair_unique"),
            models.CheckConstraint(condition=~Q(endorser=F("target")), name="endorsement_not_of_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.endorser} endorses {self.target}"


class Dismissal(models.Model):
    """`target` was suggested to `account`, who does not want that."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("account", "target", name="dismissal_pair_unique")]

    def __str__(self) -> str:
        return f"{self.target}, not for {self.account}"
