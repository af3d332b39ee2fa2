"""The paths under /api/ of the Mastodon door. Each answers with and without a trailing slash."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from accounts.pages.shell import api_docs
from compat_mastodon.api import View
from compat_mastodon.extension.urls import VIEWS as EXTENSION
from compat_mastodon.oauth import apps
from compat_mastodon.push import subscriptions
from compat_mastodon.views import (
    about,
    accounts,
    follow_requests,
    instance,
    lists,
    nothing,
    notification_groups,
    notification_policy,
    notifications,
    people,
    registration,
    relationships,
    reports,
    rosters,
)

V1, V2 = "api/v1", "api/v2"

# A path whose methods accept different scopes has a view for each.
VIEWS: dict[str, type[View] | dict[str, type[View]]] = {
    f"{V1}/apps": apps.Apps,
    f"{V1}/apps/verify_credentials": apps.VerifyCredentials,
    f"{V1}/follow_requests": follow_requests.FollowRequests,
    f"{V1}/follow_requests/outgoing": follow_requests.Outgoing,
    f"{V1}/pleroma/outgoing_follow_requests": follow_requests.Outgoing,
    f"{V1}/follow_requests/<account>/authorize": follow_requests.Authorize,
    f"{V1}/follow_requests/<account>/reject": follow_requests.Reject,
    f"{V1}/accounts/relationships": accounts.Relationships,
    f"{V1}/accounts/verify_credentials": accounts.VerifyCredentials,
    f"{V1}/accounts/update_credentials": accounts.UpdateCredentials,
    f"{V1}/profile": {"GET": accounts.Profile, "PUT": accounts.ChangeProfile, "PATCH": accounts.ChangeProfile},
    f"{V1}/profile/avatar": accounts.DropAvatar,
    f"{V1}/profile/header": accounts.DropHeader,
    f"{V1}/accounts/lookup": accounts.Lookup,
    f"{V1}/accounts/<account>/followers": accounts.Followers,
    f"{V1}/accounts/<account>/following": accounts.Following,
    f"{V1}/accounts/<account>/follow": relationships.Follow,
    f"{V1}/accounts/<account>/unfollow": relationships.Unfollow,
    f"{V1}/accounts/<account>/remove_from_followers": relationships.RemoveFromFollowers,
    f"{V1}/accounts/<account>/block": relationships.Block,
    f"{V1}/accounts/<account>/unblock": relationships.Unblock,
    f"{V1}/accounts/<account>/mute": relationships.Mute,
    f"{V1}/accounts/<account>/unmute": relationships.Unmute,
    f"{V1}/accounts/<account>/endorse": relationships.Endorse,
    f"{V1}/accounts/<account>/unendorse": relationships.Unendorse,
    f"{V1}/accounts/<account>/pin": relationships.Endorse,
    f"{V1}/accounts/<account>/unpin": relationships.Unendorse,
    f"{V1}/accounts/<account>/note": relationships.Note,
    f"{V1}/accounts/<account>/endorsements": rosters.EndorsementsOf,
    f"{V1}/accounts/<account>/lists": lists.ListsHolding,
    f"{V1}/accounts/search": people.Search,
    f"{V1}/accounts/familiar_followers": people.FamiliarFollowers,
    f"{V1}/accounts/<account>": accounts.Account,
    f"{V1}/accounts": {"GET": people.Accounts, "POST": registration.SignUp},
    f"{V1}/emails/check_confirmation": registration.CheckConfirmation,
    f"{V1}/emails/confirmations": registration.Confirmations,
    f"{V1}/blocks": rosters.Blocks,
    f"{V1}/mutes": rosters.Mutes,
    f"{V1}/endorsements": rosters.Endorsements,
    f"{V1}/domain_blocks": {
        "GET": rosters.DomainBlocks,
        "POST": rosters.BlockDomain,
        "DELETE": rosters.UnblockDomain,
    },
    f"{V1}/reports": reports.Reports,
    f"{V1}/domain_blocks/preview": rosters.PreviewDomainBlock,
    f"{V1}/lists": {"GET": lists.Lists, "POST": lists.Create},
    f"{V1}/lists/<pk>": {"GET": lists.List, "PUT": lists.Change, "DELETE": lists.Delete},
    f"{V1}/lists/<pk>/accounts": {"GET": lists.Members, "POST": lists.AddMembers, "DELETE": lists.RemoveMembers},
    f"{V1}/directory": people.Directory,
    f"{V1}/suggestions": people.SuggestionsV1,
    f"{V1}/suggestions/<account>": people.DismissSuggestion,
    f"{V2}/suggestions": people.SuggestionsV2,
    f"{V2}/search": people.SearchEverything,
    f"{V1}/preferences": accounts.Preferences,
    f"{V1}/push/subscription": subscriptions.Subscription,
    f"{V1}/notifications": notifications.Notifications,
    f"{V1}/notifications/clear": notifications.Clear,
    f"{V1}/notifications/unread_count": notifications.UnreadCount,
    f"{V1}/notifications/policy": {
        "GET": notification_policy.PolicyV1,
        "PUT": notification_policy.ChangePolicyV1,
        "PATCH": notification_policy.ChangePolicyV1,
    },
    f"{V1}/notifications/requests": notification_policy.Requests,
    f"{V1}/notifications/requests/accept": notification_policy.AcceptMany,
    f"{V1}/notifications/requests/dismiss": notification_policy.DismissMany,
    f"{V1}/notifications/requests/merged": notification_policy.Merged,
    f"{V1}/notifications/requests/<notice>": notification_policy.OneRequest,
    f"{V1}/notifications/requests/<notice>/accept": notification_policy.Accept,
    f"{V1}/notifications/requests/<notice>/dismiss": notification_policy.Dismiss,
    f"{V1}/notifications/<notice>": notifications.Notification,
    f"{V1}/notifications/<notice>/dismiss": notifications.Dismiss,
    f"{V2}/notifications": notification_groups.Notifications,
    f"{V2}/notifications/clear": notifications.Clear,
    f"{V2}/notifications/unread_count": notification_groups.UnreadCount,
    f"{V2}/notifications/policy": {
        "GET": notification_policy.Policy,
        "PUT": notification_policy.ChangePolicy,
        "PATCH": notification_policy.ChangePolicy,
    },
    f"{V2}/notifications/<key>": notification_groups.Group,
    f"{V2}/notifications/<key>/dismiss": notification_groups.Dismiss,
    f"{V2}/notifications/<key>/accounts": notification_groups.Accounts,
    f"{V1}/markers": {"GET": notifications.Markers, "POST": notifications.SetMarkers},
    f"{V1}/instance": instance.InstanceV1,
    f"{V2}/instance": instance.InstanceV2,
    f"{V1}/instance/rules": about.Rules,
    f"{V1}/instance/peers": about.Peers,
    f"{V1}/instance/activity": about.Activity,
    f"{V1}/instance/extended_description": about.ExtendedDescription,
    f"{V1}/instance/privacy_policy": about.PrivacyPolicy,
    f"{V1}/instance/languages": about.Languages,
    f"{V1}/instance/translation_languages": about.TranslationLanguages,
    f"{V1}/collections": {"GET": nothing.Collections, "POST": nothing.MakeCollection},
    f"{V1}/accounts/<account>/collections": nothing.CollectionsOf,
    f"{V1}/accounts/<account>/in_collections": nothing.CollectionsOf,
    f"{V1}/annual_reports": nothing.AnnualReports,
    **nothing.PATHS,
}


def _paths(views: dict[str, type[View] | dict[str, type[View]]]) -> list[URLPattern]:
    return [
        path(f"{route.removeprefix('api/')}{end}", _view(endpoint))
        for end in ("", "/")
        for route, endpoint in views.items()
    ]


def _view(endpoint: type[View] | dict[str, type[View]]) -> Callable[..., HttpResponseBase]:
    if not isinstance(endpoint, dict):
        return endpoint.as_view()
    views = {method: view.as_view() for method, view in endpoint.items()}
    views["HEAD"], unknown = views["GET"], instance.Unknown.as_view()

    @csrf_exempt
    def by_method(request: HttpRequest, **parts: str) -> HttpResponseBase:
        return views.get(request.method or "", unknown)(request, **parts)

    return by_method


def _description(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.schema import Description  # imported late: it is large and rarely needed

    return Description.as_view()(request)


@api_docs
def _viewer(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.schema import Viewer

    return Viewer.as_view(url_name="mastodon_schema")(request)


def _extension_description(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.extension.schema import Description

    return Description.as_view()(request)


@api_docs
def _extension_viewer(request: HttpRequest) -> HttpResponseBase:
    from compat_mastodon.schema import Viewer

    return Viewer.as_view(url_name="extension_schema", template_name="compat_mastodon/extension_api.html")(request)


POSTS = r"^v[12]/((statuses|media|polls)(/|$)|(scheduled_statuses|conversations)/.)"

urlpatterns = [
    *_paths(VIEWS),
    *_paths(EXTENSION),
    re_path(POSTS, instance.NoPosts.as_view()),
    re_path("^v1/collections(/|$)", instance.NoCollections.as_view()),
    path("docs/mastodon/schema", _description, name="mastodon_schema"),
    path("docs/mastodon/", _viewer, name="mastodon_docs"),
    path("docs/latchkey/schema", _extension_description, name="extension_schema"),
    path("docs/latchkey/", _extension_viewer, name="extension_docs"),
    re_path("", instance.Unknown.as_view()),
]
