"""How the domain's refusals sound in this dialect (twittner.md §2); a view may know a better text."""

from accounts.credentials import SuspendedAccount, WrongCredentials
from accounts.lookup import NoSuchAccount
from accounts.people import Invalid
from accounts.refused import Refused
from accounts.sessions import UnknownToken
from follows.graph import NoSuchRequest
from follows.policy import Blocked, FollowsTooMany, Hidden, SelfFollow

Envelope = tuple[int, str]

UNREADABLE: Envelope = (400, "Invalid request data")
UNAUTHORIZED: Envelope = (401, "Unauthorized Access")
BROKEN: Envelope = (500, "An error occurred while processing your request. Please try again later")
NO_DATA: Envelope = (204, "No data found")
ALREADY_SIGNED_IN: Envelope = (400, "You are already logged in")

REFUSALS: dict[type[Refused], Envelope] = {
    NoSuchAccount: (400, "User ID is missing or invalid"),
    SelfFollow: (400, "User ID is missing or invalid"),
    Blocked: (400, "User ID is missing or invalid"),
    FollowsTooMany: (400, "You cannot follow more people"),
    Hidden: (400, "This profile data is not available for viewing"),
    NoSuchRequest: (400, "Follow request ID is missing or invalid"),
    WrongCredentials: (402, "Incorrect credentials"),
    SuspendedAccount: (402, "Account disabled or inactive"),
    UnknownToken: (400, "Invalid token value or user account disabled"),
    Invalid: UNREADABLE,
}


class Failure(Exception):
    """An error of this dialect: envelope code and text. Some endpoints send no `data` with theirs."""

    def __init__(self, envelope: Envelope, *, bare: bool = False) -> None:
        self.code, self.message = envelope
        self.bare = bare
        super().__init__(self.message)

    @property
    def body(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message} | ({} if self.bare else {"data": []})
