"""Types and nulls of notifications, and of what decides which of them are told (see `reference_people`)."""

from typing import Literal, NotRequired, TypedDict

from tests.compat_mastodon.reference_people import Account, Nothing, PartialAccountWithAvatar

Type = Literal["follow", "follow_request", "severed_relationships"]
Rule = Literal["accept", "filter", "drop"]


class RelationshipSeveranceEvent(TypedDict):
    """§4.5. Nobody moderates servers here, so that they are all people's own."""

    id: str
    type: Literal["user_domain_block"]
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class Notification(TypedDict):
    """§4.5. There is a `fallback` only for types that not every client knows."""

    id: str
    type: Type
    created_at: str
    group_key: str
    filtered: NotRequired[bool]
    account: Account
    event: NotRequired[RelationshipSeveranceEvent]


class NotificationGroup(TypedDict):
    """§4.5."""

    group_key: str
    notifications_count: int
    type: Type
    most_recent_notification_id: int
    page_min_id: NotRequired[str]
    page_max_id: NotRequired[str]
    latest_page_notification_at: NotRequired[str]
    sample_account_ids: list[str]
    event: NotRequired[RelationshipSeveranceEvent]


class GroupedNotifications(TypedDict):
    """§3.7."""

    accounts: list[Account]
    partial_accounts: NotRequired[list[PartialAccountWithAvatar]]
    statuses: list[Nothing]
    notification_groups: list[NotificationGroup]


class NotificationRequest(TypedDict):
    """§3.7."""

    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    account: Account
    last_status: Nothing | None


class PolicySummary(TypedDict):
    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(TypedDict):
    """§3.7."""

    for_not_following: Rule
    for_not_followers: Rule
    for_new_accounts: Rule
    for_private_mentions: Rule
    for_limited_accounts: Rule
    for_bots: Rule
    summary: PolicySummary


class NotificationPolicyV1(TypedDict):
    """§3.7."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    filter_bots: bool
    summary: PolicySummary


class UnreadCount(TypedDict):
    """§3.6."""

    count: int


class MergedRequests(TypedDict):
    """§3.7."""

    merged: bool


class Marker(TypedDict):
    last_read_id: str
    version: int
    updated_at: str


class Markers(TypedDict):
    """§3.8."""

    home: NotRequired[Marker]
    notifications: NotRequired[Marker]


class WebPushSubscription(TypedDict):
    """§3.8."""

    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    server_key: str
    policy: Literal["all", "followed", "follower", "none"]
