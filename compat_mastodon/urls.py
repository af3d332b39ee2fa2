"""The paths under /api/ of the Mastodon door. Each answers with and without a trailing slash."""

from django.urls import URLPattern, path, re_path

from compat_mastodon.api import View
from compat_mastodon.views import accounts, apps, follow_requests, instance, relationships

V1, V2 = "api/v1", "api/v2"

VIEWS: dict[str, type[View]] = {
    f"{V1}/apps": apps.Apps,
    f"{V1}/apps/verify_credentials": apps.VerifyCredentials,
    f"{V1}/follow_requests": follow_requests.FollowRequests,
    f"{V1}/follow_requests/<account>/authorize": follow_requests.Authorize,
    f"{V1}/follow_requests/<account>/reject": follow_requests.Reject,
    f"{V1}/accounts/relationships": accounts.Relationships,
    f"{V1}/accounts/verify_credentials": accounts.VerifyCredentials,
    f"{V1}/accounts/update_credentials": accounts.UpdateCredentials,
    f"{V1}/accounts/lookup": accounts.Lookup,
    f"{V1}/accounts/<account>/followers": accounts.Followers,
    f"{V1}/accounts/<account>/following": accounts.Following,
    f"{V1}/accounts/<account>/follow": relationships.Follow,
    f"{V1}/accounts/<account>/unfollow": relationships.Unfollow,
    f"{V1}/accounts/<account>/remove_from_followers": relationships.RemoveFromFollowers,
    f"{V1}/accounts/<account>": accounts.Account,
    f"{V1}/instance": instance.InstanceV1,
    f"{V2}/instance": instance.InstanceV2,
}


def _paths() -> list[URLPattern]:
    return [
        path(f"{route.removeprefix('api/')}{end}", view.as_view()) for end in ("", "/") for route, view in VIEWS.items()
    ]


urlpatterns = [*_paths(), re_path("", instance.Unknown.as_view())]
