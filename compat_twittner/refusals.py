"""The messages of the domain's refusals in the Twittner API (twittner.md §2). Views can replace them."""

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
from accounts.validation import Invalid
from follows.deciding import NoSuchDecision
from follows.gate.approvals import NoSuchApproval
from follows.gate.kept_out import NotKeptOut
from follows.graph import NoSuchRequest
from follows.lists import AlreadyListed, NoSuchList, NotConnected, TooManyLists
from follows.marks import NotFollowed
from follows.notices.making import NoSuchNotice
from follows.notices.markers import Changed
from follows.policy import Blocked, FollowsTooMany, Hidden, SelfFollow
from follows.reports import NoSuchReason, NoSuchReport

Envelope = tuple[int, str]

UNREADABLE: Envelope = (400, "Invalid request data")
UNAUTHORIZED: Envelope = (401, "Unauthorized Access")
BROKEN: Envelope = (500, "An error occurred while processing your request. Please try again later")
NO_DATA: Envelope = (204, "No data found")
NOTHING_TOLD: Envelope = (404, "No data found")
ALREADY_SIGNED_IN: Envelope = (400, "You are already logged in")
REGISTRATIONS_CLOSED: Envelope = (400, "Registrations are closed on this server")
INVITATION_NEEDED: Envelope = (400, "You need an invitation. Open its link in a browser to sign up")

REFUSALS: dict[type[Refused], Envelope] = {
    NoSuchAccount: (400, "User ID is missing or invalid"),
    SelfFollow: (400, "User ID is missing or invalid"),
    Blocked: (400, "User ID is missing or invalid"),
    FollowsTooMany: (400, "You cannot follow more people"),
    Hidden: (400, "This profile data is not available for viewing"),
    NoSuchRequest: (400, "Follow request ID is missing or invalid"),
    NoSuchNotice: (400, "Notification IDs are missing or invalid"),
    Changed: BROKEN,
    WrongCredentials: (402, "Incorrect credentials"),
    Unconfirmed: (402, "Incorrect credentials"),
    Unapproved: (402, "Account disabled or inactive"),
    NoMailServer: BROKEN,
    SuspendedAccount: (402, "Account disabled or inactive"),
    UnknownToken: (400, "Invalid token value or user account disabled"),
    **dict.fromkeys((Invalid, NoSuchDecision, NoSuchApproval, NotKeptOut), UNREADABLE),
    TooMany: (429, "Too many attempts. Please try again later"),
    Unavailable: (500, "API Error – API unavailable"),
    Closed: REGISTRATIONS_CLOSED,
    BadToken: (402, "Access token is invalid or missing"),
    CodeNeeded: (402, "Please sign in with your password, followed by the code of your second factor"),
    BadImage: (400, "Avatar image is missing or invalid"),
    Verified: (400, "Your account has already been verified"),
    Waiting: (400, "Error Duplicate request. Please wait until the end of the review of the previous request"),
    # What this dialect has no words for, because no phone of it asks for it.
    AlreadyListed: UNREADABLE,
    IsLeaving: UNREADABLE,
    NoSuchApplication: UNREADABLE,
    AlreadyOn: UNREADABLE,
    WrongCode: UNREADABLE,
    NoSuchList: UNREADABLE,
    NoSuchReport: UNREADABLE,
    NotAllowed: UNREADABLE,
    NotADomain: UNREADABLE,
    NotConnected: UNREADABLE,
    NotFollowed: UNREADABLE,
    TooManyInvites: UNREADABLE,
    TooManyLists: UNREADABLE,
    NoSuchReason: (400, "Report reason id is missing or invalid"),
}


class Failure(Exception):
    """An error of this dialect: envelope code and text. Some endpoints send no `data` with theirs, some more."""

    def __init__(self, envelope: Envelope, *, bare: bool = False, **extra: object) -> None:
        code, message = envelope
        self.body: dict[str, object] = {"code": code, "message": message} | ({} if bare else {"data": []}) | extra
        super().__init__(message)
