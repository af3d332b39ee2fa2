"""The paths of the extension."""

from compat_mastodon.api import View
from compat_mastodon.extension import export, gate, people, requests

V1 = "api/latchkey/v1"
VIEWS: dict[str, type[View] | dict[str, type[View]]] = {
    f"{V1}/requests": requests.Requests,
    f"{V1}/requests/seen": requests.Seen,
    f"{V1}/requests/decide": requests.Decide,
    f"{V1}/requests/<pk>": requests.Request,
    f"{V1}/decisions": requests.Decisions,
    f"{V1}/decisions/<pk>/undo": requests.Undo,
    f"{V1}/batches/<pk>/undo": requests.UndoBatch,
    f"{V1}/gate": {"GET": gate.Gate, "PATCH": gate.ChangeGate},
    f"{V1}/gate/check": gate.Check,
    f"{V1}/approvals": {"GET": gate.Approvals, "POST": gate.Approve},
    f"{V1}/approvals/<pk>": gate.Disapprove,
    f"{V1}/kept_out": {"GET": gate.KeptOut, "POST": gate.KeepOut},
    f"{V1}/kept_out/<pk>": gate.LetIn,
    f"{V1}/accounts/<pk>/gate": gate.GateOf,
    f"{V1}/accounts/<pk>/ask": people.Ask,
    f"{V1}/sent": people.Sent,
    f"{V1}/sent/cancel": people.Cancel,
    f"{V1}/followers": people.Followers,
    f"{V1}/followers/remove": people.Remove,
    f"{V1}/export/<kind>.csv": export.Export,
}
