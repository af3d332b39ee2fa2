"""The shapes and invariants of the graph, by theme; no rules.

Edges change in `graph`, the rest in the modules of their names; reads are in `queries` and beside them.
"""

from follows.models.data import Archive, Import, ImportKind, ImportResult, ImportRow, ImportState, Outlook
from follows.models.edges import (
    Block,
    DomainBlock,
    Follow,
    FollowQuerySet,
    FollowRequest,
    Leaving,
    Opening,
    Tally,
    TallyMove,
)
from follows.models.gate import Approval, ArrivalReason, Digest, Gate, GateRule, KeptOut, ServerRule, ServerRuleKind
from follows.models.lists import List, ListMember, Replies
from follows.models.marks import Dismissal, Endorsement, Mute, Note
from follows.models.notices import Marker, Notice, NoticePermission, NoticePolicy, Rule
from follows.models.records import Batch, Decision, Reason, Report

__all__ = [
    "Approval",
    "Archive",
    "ArrivalReason",
    "Batch",
    "Block",
    "Decision",
    "Digest",
    "Dismissal",
    "DomainBlock",
    "Endorsement",
    "Follow",
    "FollowQuerySet",
    "FollowRequest",
    "Gate",
    "GateRule",
    "Import",
    "ImportKind",
    "ImportResult",
    "ImportRow",
    "ImportState",
    "KeptOut",
    "Leaving",
    "List",
    "ListMember",
    "Marker",
    "Mute",
    "Note",
    "Notice",
    "NoticePermission",
    "NoticePolicy",
    "Opening",
    "Outlook",
    "Reason",
    "Replies",
    "Report",
    "Rule",
    "ServerRule",
    "ServerRuleKind",
    "Tally",
    "TallyMove",
]
