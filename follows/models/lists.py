"""Lists of people that a member follows."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Replies(models.TextChoices):
    """The replies that a list shows."""

    FOLLOWED = "followed"
    LIST = "list"
    NONE = "none"


class List(models.Model):
    """Some of the people whom `owner` follows, under a title."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    title = models.CharField(max_length=256)
    replies_policy = models.CharField(max_length=8, choices=Replies, default=Replies.LIST)
    exclusive = models.BooleanField(default=False, help_text="Hide posts by its members from the home timeline.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="list_has_a_title"),
            models.CheckConstraint(condition=Q(replies_policy__in=Replies.values), name="list_replies_known"),
        ]
        indexes = [models.Index("owner", "id", name="list_of")]

    def __str__(self) -> str:
        return self.title


class ListMember(models.Model):
    """An account on a list. The row ends with the owner's follow or request, unless it is the owner."""

    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("list", "member", name="list_member_unique")]

    def __str__(self) -> str:
        return f"{self.member} on {self.list}"
