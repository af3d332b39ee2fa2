"""Types and nulls of what is told about people, as mastodon.md gives them.

`NotRequired` is the reference's "opt". What this server has none of is `Nothing`, and keys that it never
sends for this reason (`limited`, `memorial`, `moved`) are not here. The other entities are in
`reference_notifications` and `reference_server`.
"""

from typing import Literal, NotRequired, TypedDict


class Nothing(TypedDict):
    """There is none."""


class Field(TypedDict):
    name: str
    value: str
    verified_at: str | None


class FeatureApproval(TypedDict):
    automatic: list[str]
    manual: list[str]
    current_user: Literal["automatic", "manual", "denied", "missing", "unknown"]


class Account(TypedDict):
    """§4.1."""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool | None
    indexable: bool
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    suspended: NotRequired[bool]
    noindex: NotRequired[bool]
    feature_approval: FeatureApproval
    emojis: list[Nothing]
    roles: NotRequired[list[Nothing]]
    fields: list[Field]


class PartialAccountWithAvatar(TypedDict):
    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str


class Source(TypedDict):
    privacy: Literal["public", "unlisted", "private"]
    sensitive: bool
    language: str | None
    note: str
    fields: list[Field]
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    attribution_domains: list[str]
    quote_policy: Literal["public", "followers", "nobody"]


class Role(TypedDict):
    id: str
    name: str
    permissions: str
    color: str
    highlighted: bool
    collection_limit: int


class CredentialAccount(Account):
    """§4.2."""

    source: Source
    role: Role


class Profile(TypedDict):
    """§3.1."""

    id: str
    display_name: str
    note: str
    formatted_note: str
    fields: list[Field]
    formatted_fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[str]


class MutedAccount(Account):
    """§4.3."""

    mute_expires_at: str | None


class Relationship(TypedDict):
    """§4.4."""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class FamiliarFollowers(TypedDict):
    """§4.6."""

    id: str
    accounts: list[Account]


class Suggestion(TypedDict):
    """§3.4."""

    source: Literal["staff", "past_interactions", "global"]
    sources: list[str]
    account: Account


class Collections(TypedDict):
    """Collections of accounts, of which this server has none."""

    collections: list[Nothing]


class AnnualReports(TypedDict):
    """Nobody posts here, so there is nothing to sum up."""

    annual_reports: list[Nothing]
    accounts: list[Nothing]
    statuses: list[Nothing]


class Search(TypedDict):
    """§3.2."""

    accounts: list[Account]
    statuses: list[Nothing]
    hashtags: list[Nothing]
    collections: list[Nothing]


class List(TypedDict):
    """§3.4."""

    id: str
    title: str
    replies_policy: Literal["followed", "list", "none"]
    exclusive: bool


class DomainBlockPreview(TypedDict):
    """§3.4."""

    following_count: int
    followers_count: int


class Report(TypedDict):
    id: str
    action_taken: bool
    action_taken_at: str | None
    category: Literal["spam", "legal", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str]
    collection_ids: list[str]
    rule_ids: list[str] | None
    target_account: Account


Preferences = TypedDict(  # §3.1
    "Preferences",
    {
        "posting:default:visibility": Literal["public", "unlisted", "private"],
        "posting:default:sensitive": bool,
        "posting:default:language": str | None,
        "posting:default:quote_policy": Literal["public", "followers", "nobody"],
        "reading:expand:media": Literal["default", "show_all", "hide_all"],
        "reading:expand:spoilers": bool,
        "reading:autoplay:gifs": bool,
    },
)
