"""The messages of the domain's refusals in the Mastodon API (mastodon.md §0.3)."""

from accounts.badges import Verified, Waiting
from accounts.credentials import SuspendedAccount, Unapproved, Unconfirmed, WrongCredentials
from accounts.domains import NotADomain
from accounts.images import BadImage
from accounts.invitations import TooManyInvites
from accounts.joining import Closed, NoSuchApplication
from accounts.limits import TooMany
from accounts.lookup import NoSuchAccount
from accounts.mail.outbox import NoMailServer
from accounts.moderators import NotAllowed
from accounts.people import IsLeaving
from accounts.refused import Refused
from accounts.second_factor import AlreadyOn, WrongCode
from accounts.sessions import UnknownToken
from accounts.social import BadToken, CodeNeeded, Unavailable
from accounts.validation import Fault, Invalid, Problem
from follows.deciding import NoSuchDecision
from follows.gate.approvals import NoSuchApproval
from follows.gate.kept_out import NotKeptOut
from follows.graph import NoSuchRequest
from follows.lists import MAX_LISTS, AlreadyListed, NoSuchList, NotConnected, TooManyLists
from follows.marks import NotFollowed
from follows.notices.making import NoSuchNotice
from follows.notices.markers import Changed
from follows.policy import Blocked, FollowsTooMany, Hidden, SelfFollow
from follows.reports import NoSuchReason, NoSuchReport

REFUSALS: dict[type[Refused], tuple[int, str]] = {
    NoSuchAccount: (404, "Record not found"),
    NoSuchRequest: (404, "Record not found"),
    **dict.fromkeys(
        (NoSuchNotice, NoSuchDecision, NoSuchApproval, NoSuchApplication, NotKeptOut), (404, "Record not found")
    ),
    NoSuchReport: (404, "Record not found"),
    NotAllowed: (403, "This action is not allowed"),
    Changed: (409, "Conflict during update, please try again"),
    SelfFollow: (403, "Following your own account is not allowed"),
    Blocked: (403, "This action is not allowed"),
    Hidden: (403, "This action is not allowed"),
    FollowsTooMany: (422, "Validation failed"),
    NotFollowed: (422, "Validation failed: You must be already following the person you want to endorse"),
    NotADomain: (422, "Validation failed: Domain is not a valid domain name"),
    NoSuchList: (404, "Record not found"),
    TooManyInvites: (422, "Validation failed: You have reached the maximum number of invitations"),
    TooManyLists: (422, f"Validation failed: You have reached the maximum number of lists ({MAX_LISTS})"),
    NotConnected: (422, "Validation failed: Account follow relationship missing"),
    AlreadyListed: (422, "Validation failed: Account has already been taken"),
    UnknownToken: (401, "The access token is invalid"),
    WrongCredentials: (401, "The access token is invalid"),
    Unconfirmed: (403, "Your login is missing a confirmed e-mail address"),
    Unapproved: (403, "Your login is currently pending approval"),
    WrongCode: (422, "Validation failed: Code is invalid"),
    AlreadyOn: (422, "Validation failed: Second factor is on already"),
    NoMailServer: (503, "There was a temporary problem serving your request, please try again"),
    SuspendedAccount: (403, "Your login is currently disabled"),
    Invalid: (422, "Validation failed"),
    BadImage: (422, "Validation failed: the file is no image that can be used"),
    NoSuchReason: (422, "Validation failed: Category is not included in the list"),
    Verified: (422, "The account is verified already"),
    Waiting: (422, "An earlier request is not answered yet"),
    TooMany: (429, "Too many requests"),
    **dict.fromkeys((BadToken, CodeNeeded), (401, "The access token is invalid")),
    Unavailable: (503, "There was a temporary problem serving your request, please try again"),
    Closed: (403, "Forbidden"),
    IsLeaving: (404, "Record not found"),
}

LABELS = {"agreement": "Service agreement"}  # others are called by their field
PROBLEMS: dict[Problem, tuple[str, str]] = {
    Problem.BLANK: ("ERR_BLANK", "can't be blank"),
    Problem.INVALID: ("ERR_INVALID", "is invalid"),
    Problem.TAKEN: ("ERR_TAKEN", "has already been taken"),
    Problem.RESERVED: ("ERR_RESERVED", "is reserved"),
    Problem.TOO_LONG: ("ERR_TOO_LONG", "is too long (maximum is {bound} characters)"),
    Problem.NOT_ACCEPTED: ("ERR_ACCEPTED", "must be accepted"),
    Problem.TOO_SHORT: ("ERR_TOO_SHORT", "is too short (minimum is {bound} characters)"),
    Problem.REFUSED: ("ERR_BLOCKED", "contains a disallowed e-mail provider"),
    Problem.TOO_MANY: ("ERR_TOO_LONG", "may be {bound} at most"),
}


def body_of(refused: Refused) -> tuple[int, dict[str, object]]:
    """Status and body for a refusal."""
    status, text = REFUSALS[type(refused)]
    if isinstance(refused, Invalid):
        return status, _validation(refused.faults)
    if isinstance(refused, FollowsTooMany):
        return status, {"error": f"{text}: {refused}"}
    return status, {"error": text}


def _validation(faults: tuple[Fault, ...]) -> dict[str, object]:
    details: dict[str, list[dict[str, str]]] = {}
    sentences = []
    for fault in faults:
        code, template = PROBLEMS[fault.problem]
        description = fault.reason or template.format(bound=fault.bound)
        details.setdefault(fault.field, []).append({"error": code, "description": description})
        label = LABELS.get(fault.field) or fault.field.replace("_", " ").capitalize()
        sentences.append(f"{label} {description}")
    return {"error": f"Validation failed: {', '.join(sentences)}", "details": details}
