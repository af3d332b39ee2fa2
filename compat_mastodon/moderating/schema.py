"""The moderation API for its documentation: summaries, parameters, and answers as JSON Schema."""

from compat_mastodon.inputs import FLAG, NAMES, NUMBER, TEXT
from compat_mastodon.moderating.accounts import ACTS, NOBODYS, STATUSES
from compat_mastodon.moderating.entities import CATEGORIES
from compat_mastodon.shapes import FLAG as BOOLEAN
from compat_mastodon.shapes import ID, MAYBE_FLAG, MOMENT, NONE, Shape, a, many, mapping, ref
from compat_mastodon.shapes import TEXT as STRING

_ACCOUNT, _REPORT = "v1/admin/accounts/<account>", "v1/admin/reports/<pk>"
_ADMIN_ACCOUNT, _ADMIN_REPORT = ref("AdminAccount"), ref("AdminReport")
_MAYBE_ACCOUNT = {"oneOf": [_ADMIN_ACCOUNT, a("null")]}
_MAYBE_TEXT = a("string", null=True)

COMPONENTS: dict[str, Shape] = {
    "Role": mapping(
        {"id": STRING, "name": STRING, "permissions": STRING, "color": STRING, "highlighted": BOOLEAN},
        collection_limit=a("integer"),
    ),
    "AdminIp": mapping({"ip": STRING, "used_at": MOMENT}),
    "AdminAccount": mapping(
        {
            "id": ID,
            "username": STRING,
            "domain": _MAYBE_TEXT,
            "created_at": MOMENT,
            "email": a("string", description="Empty, unless you may change the account in the admin"),
            "ip": a("string", null=True, description="As `email`"),
            "role": ref("Role"),
            **dict.fromkeys(("confirmed", "suspended", "silenced", "sensitized", "disabled", "approved"), BOOLEAN),
            "locale": _MAYBE_TEXT,
            "invite_request": _MAYBE_TEXT,
            "ips": many(ref("AdminIp")),
            "account": ref("Account"),
        },
        invited_by_account_id=ID,
    ),
    "AdminReport": mapping(
        {
            "id": ID,
            "action_taken": BOOLEAN,
            "action_taken_at": _MAYBE_TEXT,
            "category": a("string", enum=sorted(set(CATEGORIES.values()))),
            "comment": STRING,
            "forwarded": MAYBE_FLAG,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "account": _ADMIN_ACCOUNT,
            "target_account": _ADMIN_ACCOUNT,
            "assigned_account": _MAYBE_ACCOUNT,
            "action_taken_by_account": _MAYBE_ACCOUNT,
            "statuses": NONE,
            "rules": many(ref("Rule")),
        }
    ),
}
GETS: dict[str, Shape] = {
    **dict.fromkeys(("v1/admin/accounts", "v2/admin/accounts"), many(_ADMIN_ACCOUNT)),
    _ACCOUNT: _ADMIN_ACCOUNT,
    "v1/admin/reports": many(_ADMIN_REPORT),
    _REPORT: _ADMIN_REPORT,
}
_UNDONE = ("enable", "unsilence", "unsuspend", "unsensitive")
WRITES: dict[str, Shape] = {
    **{f"{_ACCOUNT}/{verb}": _ADMIN_ACCOUNT for verb in ("approve", "reject", *_UNDONE)},
    **{f"{_REPORT}/{verb}": _ADMIN_REPORT for verb in ("assign_to_self", "unassign", "resolve", "reopen")},
    _REPORT: _ADMIN_REPORT,
}
DELETES: dict[str, Shape] = {_ACCOUNT: _ADMIN_ACCOUNT}

_CURSORS = {"limit": NUMBER, "max_id": NUMBER, "since_id": NUMBER, "min_id": NUMBER}
_NAMES = dict.fromkeys(("username", "display_name", "by_domain", "email", "ip"), TEXT)
_STATES = (*STATUSES, *NOBODYS)
QUERIES: dict[str, dict[str, Shape]] = {
    "v1/admin/accounts": _CURSORS | _NAMES | dict.fromkeys(("local", "remote", *_STATES, "staff"), FLAG),
    "v2/admin/accounts": {
        **_CURSORS,
        **_NAMES,
        "origin": a("string", enum=["", "local", "remote"]),
        "status": a("string", enum=["", *_STATES]),
        "permissions": a("string", enum=["", "staff"]),
        "role_ids[]": NAMES,
        "invited_by": TEXT,
    },
    "v1/admin/reports": _CURSORS
    | {"resolved": FLAG, "unresolved": FLAG, "account_id": TEXT, "target_account_id": TEXT},
}
_REPORT_CHANGE = {"category": a("string", null=True, enum=["", *sorted(set(CATEGORIES.values())), None])}
BODIES: dict[str, dict[str, Shape]] = {
    f"POST {_ACCOUNT}/action": {"type!": a("string", enum=list(ACTS)), "text": TEXT, "report_id": TEXT},
    **{f"{method} {_REPORT}": _REPORT_CHANGE | {"rule_ids": NAMES} for method in ("PUT", "PATCH")},
}
SUMMARIES = {
    "GET v1/admin/accounts": "List accounts as a moderator: active ones of this server, or those that you choose",
    "GET v2/admin/accounts": "List accounts as a moderator: all of them, or those that you choose",
    f"GET {_ACCOUNT}": "Show an account as a moderator",
    f"DELETE {_ACCOUNT}": "Delete an account that is suspended",
    f"POST {_ACCOUNT}/approve": "Approve an account that waits to join",
    f"POST {_ACCOUNT}/reject": "Reject an account that waits to join, and delete it",
    f"POST {_ACCOUNT}/action": "Limit or suspend an account, or note something about it, and close its reports",
    f"POST {_ACCOUNT}/enable": "Let an account sign in again (changes nothing: no account is disabled here)",
    f"POST {_ACCOUNT}/unsilence": "Stop limiting an account",
    f"POST {_ACCOUNT}/unsuspend": "Unsuspend an account",
    f"POST {_ACCOUNT}/unsensitive": "Stop marking media as sensitive (changes nothing: there are no media)",
    "GET v1/admin/reports": "List reports as a moderator: open ones, or those that you choose",
    f"GET {_REPORT}": "Show a report as a moderator",
    **{f"{method} {_REPORT}": "Change the category or the rules of a report" for method in ("PUT", "PATCH")},
    f"POST {_REPORT}/assign_to_self": "Assign a report to yourself",
    f"POST {_REPORT}/unassign": "Assign a report to nobody",
    f"POST {_REPORT}/resolve": "Close a report",
    f"POST {_REPORT}/reopen": "Open a closed report again",
}
