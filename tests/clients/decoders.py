"""What the decoders of well-known clients insist on (mastodon.md §3.9)."""

import re
from collections.abc import Callable
from typing import Any

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _moment(value: Any) -> bool:
    return isinstance(value, str) and MOMENT.fullmatch(value) is not None


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _mapping(value: Any) -> bool:
    return isinstance(value, dict)


Kind = Callable[[Any], bool]


def _kinds(*groups: tuple[Kind, str]) -> dict[str, Kind]:
    return {key: kind for kind, keys in groups for key in keys.split()}


# Of what kind a key must be, if a client insists on it.
KINDS: dict[str, dict[str, Kind]] = {
    "Account": _kinds(
        (_text, "id username acct display_name note"),
        (_address, "url avatar header"),
        (_moment, "created_at"),
        (_flag, "locked bot"),
        (_number, "statuses_count followers_count following_count"),
        (_list, "emojis fields"),
    ),
    "Source": _kinds((_text, "note privacy"), (_list, "fields"), (_number, "follow_requests_count")),
    "Relationship": _kinds(
        (_text, "id note"),
        (_flag, "following requested requested_by followed_by endorsed blocking blocked_by domain_blocking"),
        (_flag, "muting muting_notifications showing_reblogs notifying"),
    ),
    "Application": _kinds((_text, "id name redirect_uri client_id client_secret vapid_key")),
    "Token": _kinds((_text, "access_token token_type scope"), (_number, "created_at")),
    "Instance": _kinds(
        (_text, "domain title version description"),
        (_mapping, "registrations thumbnail contact configuration api_versions"),
    ),
    "InstanceV1": _kinds((_text, "uri title description version email"), (_mapping, "urls stats")),
    "Notification": _kinds((_text, "id type"), (_moment, "created_at"), (_mapping, "account")),
    "NotificationGroup": _kinds(
        (_text, "group_key type"), (_number, "most_recent_notification_id"), (_list, "sample_account_ids")
    ),
    "Marker": _kinds((_text, "last_read_id"), (_number, "version"), (_moment, "updated_at")),
    "Policy": _kinds(
        (_text, "for_not_following for_not_followers for_new_accounts for_private_mentions for_limited_accounts"),
        (_mapping, "summary"),
    ),
    "List": _kinds((_text, "id title")),
    "Push": _kinds((_number, "id"), (_text, "endpoint server_key"), (_mapping, "alerts")),
}

ANDROID = {
    "Account": "id username acct url display_name note avatar header created_at",
    "Source": "note fields",
    "Relationship": "id",
    "Application": "name",
    "Token": "access_token",
    "Instance": "domain title description version registrations",
    "InstanceV1": "uri title description version email",
    "Notification": "id created_at",
    "NotificationGroup": "group_key most_recent_notification_id sample_account_ids",
}
IOS = {
    "Account": "id username acct url display_name note avatar header locked emojis created_at "
    "statuses_count followers_count following_count",
    "Relationship": "id following requested endorsed followed_by muting muting_notifications showing_reblogs "
    "notifying blocking domain_blocking blocked_by",
    "Token": "access_token token_type scope created_at",
}
ICE_CUBES = {
    "Account": "id username avatar header acct note created_at fields locked emojis bot",
    "Relationship": "id following showing_reblogs followed_by blocking blocked_by muting muting_notifications "
    "requested domain_blocking endorsed note notifying",
    "Application": "id name redirect_uri client_id client_secret",
    "Token": "access_token token_type scope created_at",
    "Instance": "title domain version registrations thumbnail contact",
}
TUSKY = {
    "Account": "id username acct created_at note url avatar header",
    "Relationship": "id following followed_by blocking muting muting_notifications requested showing_reblogs "
    "domain_blocking",
    "Instance": "domain version",
    "InstanceV1": "uri version",
    "Notification": "type id account",
    "Marker": "last_read_id version updated_at",
    "Policy": "for_not_following for_not_followers for_new_accounts for_private_mentions for_limited_accounts summary",
}
# These decode nothing strictly, but stop without this (§6).
ELK = {"Account": "id acct url", "Relationship": "id requested_by"}
PHANPY = {"Account": "id acct url", "Relationship": "id followed_by"}
SEMAPHORE = {"Account": "id acct url locked", "Relationship": "id requested"}
PL_FE = {"Account": "id acct url", "Relationship": "id requested_by", "Token": "access_token scope"}
SENGI = {"Account": "id acct url", "Relationship": "id following requested"}
LIBRARY = {"Account": "id acct url", "Relationship": "id", "Token": "access_token", "InstanceV1": "uri version"}


def decode(insists: dict[str, str], entity: str, value: Any) -> Any:
    """The value, if the client's decoder takes it."""
    kinds = KINDS[entity]
    wrong = {key: value.get(key) for key in insists.get(entity, "").split() if not kinds[key](value.get(key))}
    assert not wrong, f"{entity}: {wrong}"
    if entity == "Instance":
        _look_into_instance(value)
    return value


def _look_into_instance(value: dict[str, Any]) -> None:
    """What Ice Cubes and Mastodon.py insist on below the surface (§3.9, §6.4)."""
    assert _flag(value["registrations"]["enabled"])
    assert _address(value["thumbnail"]["url"])
    assert _text(value["contact"]["email"])
    assert {"statuses", "polls"} <= value["configuration"].keys()
    assert value["version"][0].isdigit()
