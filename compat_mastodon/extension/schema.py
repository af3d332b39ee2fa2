"""The OpenAPI description of the extension, with examples; made as that of the Mastodon API."""

from typing import Any

from drf_spectacular.views import SpectacularAPIView

from compat_mastodon import inputs, schema, shapes
from compat_mastodon.extension.entities import KINDS, REASONS
from compat_mastodon.extension.urls import VIEWS
from compat_mastodon.inputs import NUMBER, word, words
from compat_mastodon.schema import Dialect, Generator
from compat_mastodon.shapes import COUNT, FLAG, ID, MOMENT, TEXT, Shape, a, many, mapping, ref
from follows.deciding import Result, Verdict
from follows.models import Digest
from follows.models.gate import EXPIRY_DAYS

ACCOUNT = ref("Account")
MAYBE_ID, MAYBE_TEXT, MAYBE_MOMENT = ({**shape, "type": ["string", "null"]} for shape in (ID, TEXT, MOMENT))
MAYBE_ACCOUNT: Shape = {"anyOf": [ACCOUNT, {"type": "null"}]}
OUTCOME, BATCH = ref("Outcome"), ref("Batch")
_GATE = {
    **dict.fromkeys(("locked", "accept_followed", "accept_verified", "ask_bots", "ask_mass"), FLAG),
    **dict.fromkeys(("paused", "tell_accepted"), FLAG),
    "accept_friends": a("integer", null=True, minimum=1, maximum=50),
    "ask_new_days": a("integer", null=True, minimum=1, maximum=365),
    "paused_until": MAYBE_MOMENT,
    "expire_days": a("integer", null=True, enum=[None, *EXPIRY_DAYS]),
    "read_first": a("string", maxLength=1000),
    "digest": a("string", enum=Digest.values),
}
COMPONENTS: dict[str, Shape] = {
    **{name: shapes.COMPONENTS[name] for name in ("Account", "Relationship", "Error")},
    "Request": mapping(
        {
            "id": ID,
            "account": ACCOUNT,
            "relationship": ref("Relationship"),
            "asked_at": MOMENT,
            "reason": a("string", enum=[*REASONS]),
            "note": a("string", maxLength=500),
            "friends_in_common": a("integer", minimum=0, maximum=99),
            "came_while_paused": FLAG,
            "seen": FLAG,
            "decided_before": mapping(dict.fromkeys(("accepted", "rejected", "removed", "expired"), COUNT)),
        }
    ),
    "Decision": mapping(
        {
            "id": ID,
            "kind": a("string", enum=[*KINDS]),
            "account": ACCOUNT,
            "mine": FLAG,
            "by": a("string", enum=["me", "them", "moderator", "rule", "server"]),
            "door": TEXT,
            "rule": MAYBE_TEXT,
            "decided_at": MOMENT,
            **dict.fromkeys(("batch", "undoes", "undone_by"), MAYBE_ID),
            "undoable": FLAG,
        }
    ),
    "Gate": mapping(_GATE),
    "Outcome": mapping(
        {
            **dict.fromkeys(("request", "account", "decision"), MAYBE_ID),
            "outcome": a("string", enum=[*(result.value for result in Result), "follows_too_many", "refused"]),
        }
    ),
    "Batch": mapping({"batch": ID, "results": many(OUTCOME)}),
    "Check": mapping(
        {
            "outcome": a("string", enum=["follow", "request", "aside", "refused"]),
            "row": a("integer", minimum=0, maximum=7),
            "rule": MAYBE_TEXT,
            "reason": a("string", null=True, enum=[None, *REASONS]),
        }
    ),
    "GateOf": mapping({"locked": FLAG, "read_first": TEXT}),
    "Approval": mapping(
        {"id": ID, "acct": TEXT, "account": MAYBE_ACCOUNT, "until": MAYBE_MOMENT, "created_at": MOMENT}
    ),
    "KeptOut": mapping({"id": ID, "account": MAYBE_ACCOUNT, "domain": MAYBE_TEXT, "since": MOMENT}),
    "Sent": mapping({"id": ID, "account": ACCOUNT, "asked_at": MOMENT, "note": TEXT}),
    "Follower": mapping({"account": ACCOUNT, "since": MOMENT, "last_active_on": MAYBE_TEXT}),
}
L = "latchkey/v1"
_ANSWERS: dict[str, Shape] = {
    f"GET {L}/requests": many(ref("Request")),
    f"GET {L}/requests/<pk>": ref("Request"),
    f"POST {L}/requests/decide": BATCH,
    f"POST {L}/decisions/<pk>/undo": OUTCOME,
    f"POST {L}/batches/<pk>/undo": BATCH,
    f"GET {L}/decisions": many(ref("Decision")),
    f"GET {L}/gate": ref("Gate"),
    f"PATCH {L}/gate": ref("Gate"),
    f"GET {L}/gate/check": ref("Check"),
    f"GET {L}/approvals": many(ref("Approval")),
    f"POST {L}/approvals": {"anyOf": [ref("Approval"), many(ref("Approval"))]},
    f"GET {L}/kept_out": many(ref("KeptOut")),
    f"POST {L}/kept_out": ref("KeptOut"),
    f"GET {L}/accounts/<pk>/gate": ref("GateOf"),
    f"POST {L}/accounts/<pk>/ask": ref("Relationship"),
    f"GET {L}/sent": many(ref("Sent")),
    f"POST {L}/sent/cancel": BATCH,
    f"GET {L}/followers": many(ref("Follower")),
    f"POST {L}/followers/remove": BATCH,
    f"GET {L}/export/<kind>.csv": TEXT,
}


def _whole(pattern: str, least: int, most: int, *, null: bool = True) -> Shape:
    kinds = ["integer", "string", *["null"] * null]
    return {"type": kinds, "minimum": least, "maximum": most, "pattern": f"^({pattern})$"}


YES_OR_NO: Shape = {
    "type": ["boolean", "string", "integer"],
    "pattern": "^(?:[01TtFf]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Oo][Nn]|[Oo][Ff][Ff])$",
    "minimum": 0,
    "maximum": 1,
}
AN_ID: Shape = {"type": ["string", "integer"], "pattern": "^[1-9][0-9]{0,8}$", "minimum": 1, "maximum": 2**31 - 1}
IDS = words(AN_ID, null=False) | {"minItems": 1}
DAYS = _whole("[0-9]{1,4}", 0, 36_500, null=False)
SOUGHT = word(null=False, maxLength=500)
_PAGED = {"limit": NUMBER, "cursor": a("string", description="From the Link of the page before")}
QUERIES: dict[str, dict[str, Shape]] = {
    f"{L}/requests": {
        **_PAGED,
        "sort": a("string", enum=["newest", "oldest", "friends"]),
        "reason[]": many(a("string", enum=[*REASONS])),
        "followed": YES_OR_NO,
        "min_friends": _whole("[0-9]{1,2}", 0, 99, null=False),
        "q": SOUGHT,
        "older_than_days": DAYS,
        "seen": YES_OR_NO,
    },
    f"{L}/decisions": {
        **_PAGED,
        "account": AN_ID,
        "kind[]": many(a("string", enum=[*KINDS])),
        "mine": YES_OR_NO,
    },
    f"{L}/gate/check": {"account!": AN_ID},
    **dict.fromkeys((f"{L}/approvals", f"{L}/kept_out", f"{L}/sent"), _PAGED),
    f"{L}/followers": {
        **_PAGED,
        "dormant_days": DAYS,
        **dict.fromkeys(("mutual", "bot", "limited"), YES_OR_NO),
        "q": SOUGHT,
        "sort": a("string", enum=["newest", "oldest", "dormant"]),
    },
}
UNTIL = a("string", null=True, format="date-time")
BODIES: dict[str, dict[str, Shape]] = {
    f"POST {L}/requests/seen": {"requests!": IDS},
    f"POST {L}/requests/decide": {
        "verdict!": a("string", enum=[verdict.value for verdict in Verdict]),
        "requests": IDS,
        "accounts": IDS,
        "keep_out": YES_OR_NO,
    },
    f"PATCH {L}/gate": {
        **dict.fromkeys((name for name, shape in _GATE.items() if shape is FLAG), YES_OR_NO),
        "accept_friends": _whole("[1-9]|[1-4][0-9]|50", 1, 50),
        "ask_new_days": _whole("[1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-5]", 1, 365),
        "paused_until": UNTIL,
        "expire_days": {"type": ["integer", "null"], "enum": [None, *EXPIRY_DAYS]},
        "read_first": word(maxLength=1000),
        "digest": a("string", enum=Digest.values),
        "accept_waiting": YES_OR_NO,
    },
    f"POST {L}/approvals": {
        "acct": words(word(null=False, pattern="^[A-Za-z0-9_]{1,30}$"), null=False) | {"minItems": 1},
        "account": AN_ID,
        "until": UNTIL,
    },
    f"POST {L}/kept_out": {"account": AN_ID, "domain": word(null=False, pattern=inputs.NAMING)},
    f"POST {L}/accounts/<pk>/ask": {"note": word(maxLength=500)},
    f"POST {L}/sent/cancel": {"requests": IDS, "accounts": IDS, "older_than_days": DAYS},
    f"POST {L}/followers/remove": {"accounts!": IDS, "keep_out": YES_OR_NO},
}


_MAY_BE_BLANK = {"accept_friends", "ask_new_days", "paused_until", "expire_days", "read_first"}
_NEVER_BLANK = {name for name in _GATE if name not in _MAY_BE_BLANK}


def _may_be_blank(fields: dict[str, Shape], but: set[str]) -> dict[str, Shape]:
    """A blank value or null of a field that need not be there counts as none."""
    return {name: shape if name in but or name.endswith("!") else _or_blank(shape) for name, shape in fields.items()}


def _or_blank(shape: Shape) -> Shape:
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    wider = shape | {"type": [*dict.fromkeys([*kinds, *([] if "array" in kinds else ["string"]), "null"])]}
    if "enum" in shape:
        wider["enum"] = (
            [*dict.fromkeys([*shape["enum"], "", None])] if False not in shape["enum"] else [*shape["enum"], "", None]
        )
    if "pattern" in shape:
        wider["pattern"] = f"^$|{shape['pattern']}"
    if "format" in shape:
        wider = {"anyOf": [shape, {"enum": [""]}], "type": wider["type"]}
    return wider


QUERIES = {route: _may_be_blank(fields, set()) for route, fields in QUERIES.items()}
BODIES = {
    route: _may_be_blank(fields, _NEVER_BLANK if route.startswith("PATCH") else set())
    for route, fields in BODIES.items()
}


def _outcome(outcome: str, **more: Any) -> dict[str, Any]:
    return {"request": "48", "account": "1", "outcome": outcome, "decision": "97"} | more


_OFF = {
    **dict.fromkeys(("locked", "paused", "accept_followed", "accept_verified"), False),
    **dict.fromkeys(("ask_bots", "ask_mass", "tell_accepted"), False),
    **dict.fromkeys(("accept_friends", "ask_new_days", "paused_until", "expire_days"), None),
    "read_first": "",
    "digest": "off",
}
_APPROVAL = {"id": "3", "acct": "dave", "account": None, "until": None, "created_at": "2026-11-28T12:00:00.000Z"}
_KEPT_OUT = {"id": "4", "account": None, "domain": "other.example", "since": "2026-11-28T12:00:00.000Z"}
EXAMPLES: dict[str, tuple[Any, Any]] = {
    f"POST {L}/requests/seen": ({"requests": ["48"]}, {}),
    f"POST {L}/requests/decide": (
        {"verdict": "reject", "requests": ["48"], "keep_out": True},
        {"batch": "12", "results": [_outcome("rejected")]},
    ),
    f"POST {L}/decisions/<pk>/undo": (None, _outcome("restored", request="49", decision="98")),
    f"POST {L}/batches/<pk>/undo": (
        None,
        {"batch": "13", "results": [_outcome("too_late", request=None, decision=None)]},
    ),
    f"GET {L}/gate": (None, _OFF),
    f"PATCH {L}/gate": (
        {"accept_friends": 3, "read_first": "Say hello"},
        _OFF | {"accept_friends": 3, "read_first": "Say hello"},
    ),
    f"GET {L}/gate/check": (None, {"outcome": "request", "row": 6, "rule": "locked", "reason": "locked"}),
    f"GET {L}/accounts/<pk>/gate": (None, {"locked": True, "read_first": "Say hello"}),
    f"GET {L}/approvals": (None, [_APPROVAL]),
    f"POST {L}/approvals": ({"acct": "dave"}, _APPROVAL),
    f"DELETE {L}/approvals/<pk>": (None, {}),
    f"GET {L}/kept_out": (None, [_KEPT_OUT]),
    f"POST {L}/kept_out": ({"domain": "other.example"}, _KEPT_OUT),
    f"DELETE {L}/kept_out/<pk>": (None, {}),
    f"POST {L}/accounts/<pk>/ask": ({"note": "We sing in the same choir"}, None),
    f"POST {L}/sent/cancel": (
        {"older_than_days": 30},
        {"batch": "14", "results": [_outcome("cancelled")]},
    ),
    f"POST {L}/followers/remove": (
        {"accounts": ["1"]},
        {"batch": "15", "results": [_outcome("removed", request=None)]},
    ),
    f"GET {L}/export/<kind>.csv": (None, "Account address,Since\nalice@example.org,2026-11-28T12:00:00.000Z\n"),
}


INTRODUCTION = """\
Mastodon's API has no endpoints for the gate. This API adds them: rules for follows, notes to owners, undo, and
answers to many follow requests at once.

Tokens, scopes and errors are those of the Mastodon API. [Its documentation](/api/docs/mastodon/) shows how to sign in.

## Paging

Lists answer with one page. The `Link` header has the address of the next page. Follow it until there is none.
"""


class Extension(Generator):
    introduction = INTRODUCTION
    dialect = Dialect(
        "Latchkey's extension for Mastodon clients",
        lambda: VIEWS,
        BODIES,
        QUERIES,
        COMPONENTS,
        lambda route, method: _ANSWERS.get(f"{method} {route}", shapes.DONE),
        EXAMPLES,
        {f"{L}/export/<kind>.csv": "text/csv"},
    )


class Description(SpectacularAPIView):
    generator_class = Extension
    authentication_classes = schema.Description.authentication_classes
    permission_classes = schema.Description.permission_classes
