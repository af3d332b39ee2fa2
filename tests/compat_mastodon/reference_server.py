"""Types and nulls of what clients are told of themselves and of the server (see `reference_people`)."""

from typing import Literal, NotRequired, TypedDict

from tests.compat_mastodon.reference_people import Account, Nothing


class Application(TypedDict):
    """§4.7."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    vapid_key: str
    redirect_uri: str


class CredentialApplication(Application):
    """§4.7."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int


class Token(TypedDict):
    """§4.8."""

    access_token: str
    token_type: Literal["Bearer"]
    scope: str
    created_at: int


class TokenApplication(TypedDict):
    uid: str


class TokenInfo(TypedDict):
    resource_owner_id: int | None
    scope: list[str]
    expires_in: int | None
    application: TokenApplication
    created_at: int


class Error(TypedDict):
    """§4.10."""

    error: str
    error_description: NotRequired[str]
    details: NotRequired[dict[str, list[dict[str, str]]]]


class Tag(TypedDict):
    """§3.9."""

    id: str
    name: str
    url: str
    history: list[Nothing]
    following: bool
    featuring: bool


class TextPage(TypedDict):
    """§3.8."""

    updated_at: str | None
    content: str


class Week(TypedDict):
    week: str
    statuses: str
    logins: str
    registrations: str


class Language(TypedDict):
    """§3.8."""

    code: str
    name: str


class Rule(TypedDict):
    id: str
    text: str
    hint: str
    translations: dict[str, str]


class TermsOfService(TypedDict):
    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


class Urls(TypedDict):
    streaming: str
    status: str | None
    about: str
    privacy_policy: str | None  # there is no such page here
    terms_of_service: str | None


class Registrations(TypedDict):
    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None
    min_age: int | None
    url: str | None


Numbers = dict[str, int]
Feed = dict[Literal["local", "remote"], Literal["public", "authenticated", "disabled"]]


class MediaAttachments(TypedDict):
    description_limit: int
    image_matrix_limit: int
    image_size_limit: int
    supported_mime_types: list[str]
    video_frame_rate_limit: int
    video_matrix_limit: int
    video_size_limit: int


class ConfigurationV1(TypedDict):
    accounts: Numbers
    statuses: Numbers
    media_attachments: MediaAttachments
    polls: Numbers


class Configuration(ConfigurationV1):
    urls: Urls
    vapid: dict[Literal["public_key"], str]
    translation: dict[Literal["enabled"], bool]
    timelines_access: dict[str, Feed]
    limited_federation: bool


class Contact(TypedDict):
    email: str
    account: Account | None


class Instance(TypedDict):
    """§4.9."""

    domain: str
    title: str
    version: str
    source_url: str
    description: str
    usage: dict[Literal["users"], Numbers]
    thumbnail: dict[str, str]
    icon: list[dict[str, str]]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    api_versions: Numbers
    wrapstodon: int | None
    contact: Contact
    rules: list[Nothing]


class InstanceV1(TypedDict):
    """§3.8."""

    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: dict[Literal["streaming_api"], str]
    stats: Numbers
    thumbnail: str
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: ConfigurationV1
    contact_account: Account | None
    rules: list[Nothing]
