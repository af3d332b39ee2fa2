"""The description of this server (mastodon.md §3.8, §4.9). It announces only existing features."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import counts, joining, limits
from accounts.images import MOST_PIXELS
from accounts.pictures import header_url
from accounts.profile import MAX_DESCRIPTION, MAX_DISPLAY_NAME, MAX_FIELD, MAX_FIELDS, MAX_FILE, MAX_NOTE
from compat_mastodon.api import Caller, Denied, View, address_of, answer
from compat_mastodon.entities import rules
from compat_mastodon.push import webpush

VERSION = "4.7.0"  # clients read features from it; the name of this software stands in `source_url`
# Grouped notifications, attribution domains, endorsements, profile and descriptions of pictures (mastodon.md §3.9).
# The next one stands for collections that people can make.
API_VERSION = 9
API_VERSIONS = {"mastodon": API_VERSION, "latchkey": 1, "outgoing_follow_requests.pleroma.pl-api": 1}
PUBLIC = "max-age=300, public, stale-while-revalidate=30, stale-if-error=86400"
DEPRECATED_V1 = "@1668384000"
THUMBNAIL = header_url("")
NEEDS_INVITE = "<p>You can sign up with an invitation. Ask a member of this server for one.</p>"
CONFIGURATION = {
    "accounts": {
        "max_display_name_length": MAX_DISPLAY_NAME,
        "max_note_length": MAX_NOTE,
        "max_avatar_description_length": MAX_DESCRIPTION,
        "max_header_description_length": MAX_DESCRIPTION,
        "max_featured_tags": 0,
        "max_pinned_statuses": 0,
        "max_profile_fields": MAX_FIELDS,
        "profile_field_name_limit": MAX_FIELD,
        "profile_field_value_limit": MAX_FIELD,
    },
    "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
    "media_attachments": {
        "description_limit": 10000,
        "image_matrix_limit": MOST_PIXELS,
        "image_size_limit": MAX_FILE,
        "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp"],
        "video_frame_rate_limit": 120,
        "video_matrix_limit": 8294400,
        "video_size_limit": 103809024,
    },
    "polls": {
        "max_options": 4,
        "max_characters_per_option": 50,
        "min_expiration": 300,
        "max_expiration": 2629746,
    },
}


class InstanceV2(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        texts = joining.documents()
        return public(
            {
                "domain": settings.LOCAL_DOMAIN,
                "title": settings.SITE_NAME,
                "version": VERSION,
                "source_url": settings.BASE_URL,
                "description": settings.SITE_DESCRIPTION,
                "usage": {"users": {"active_month": counts.active_count(days=30)}},
                "thumbnail": {"url": THUMBNAIL, "description": ""},
                "icon": [],
                "languages": ["en"],
                "configuration": {
                    "urls": {
                        "streaming": settings.STREAMING_URL,
                        "status": None,
                        "about": settings.BASE_URL,
                        "privacy_policy": f"{settings.BASE_URL}/privacy" if "privacy" in texts else None,
                        "terms_of_service": f"{settings.BASE_URL}/terms" if "terms" in texts else None,
                    },
                    "vapid": {"public_key": webpush.public_key()},
                    **CONFIGURATION,
                    "translation": {"enabled": False},
                    "timelines_access": {
                        feed: {"local": "public", "remote": "public"}
                        for feed in ("live_feeds", "hashtag_feeds", "trending_link_feeds")
                    },
                    "limited_federation": False,
                },
                "registrations": {
                    "enabled": joining.is_possible(),
                    "approval_required": joining.needs_approval(),
                    "reason_required": False,
                    "message": NEEDS_INVITE if settings.REGISTRATIONS == "invite" else None,
                    "min_age": None,
                    "url": None,
                },
                "api_versions": API_VERSIONS,
                "wrapstodon": None,
                "contact": {"email": settings.CONTACT_EMAIL, "account": None},
                "rules": rules(),
            }
        )


class InstanceV1(View):
    caller = Caller.EVERYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        response = public(
            {
                "uri": settings.LOCAL_DOMAIN,
                "title": settings.SITE_NAME,
                "short_description": settings.SITE_DESCRIPTION,
                "description": settings.SITE_DESCRIPTION,
                "email": settings.CONTACT_EMAIL,
                "version": VERSION,
                "urls": {"streaming_api": settings.STREAMING_URL},
                "stats": {"user_count": counts.local_count(), "status_count": 0, "domain_count": counts.domain_count()},
                "thumbnail": THUMBNAIL,
                "languages": ["en"],
                "registrations": joining.is_possible(),
                "approval_required": joining.needs_approval(),
                "invites_enabled": settings.REGISTRATIONS == "invite",
                "configuration": CONFIGURATION,
                "contact_account": None,
                "rules": rules(),
            }
        )
        response["Deprecation"] = DEPRECATED_V1
        return response


class Unknown(View):
    """Everything else under /api, by any method: a 404 that clients can read."""

    caller = Caller.NOBODY
    text = "Not Found"

    def initial(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        if settings.RATE_LIMITS:
            self.charge((limits.ADDRESS, address_of(request)))
        raise Denied(404, self.text)


class NoCollections(Unknown):
    """As `NoPosts`, for collections of accounts."""

    text = "This server has no collections"


class NoPosts(Unknown):
    """Writing, reading and changing posts and their media. Clients show the text to people as it is."""

    text = "This server has no posts"


def public(value: object) -> HttpResponse:
    response = answer(value)
    response["Cache-Control"] = PUBLIC
    return response
