"""The streams that clients may ask for, by name, and which scopes open them.

Only `user` and `user:notification` ever say something here. The rest is about posts, of which this
server has none: a client that asks for them is not turned away, it just hears nothing.
"""

from collections.abc import Collection

PATH = "/api/v1/streaming"
NOTIFICATIONS = {"read", "read:notifications"}
POSTS = {"read", "read:statuses"}

SCOPES: dict[str, set[str]] = {
    "user": POSTS | NOTIFICATIONS,
    "user:notification": NOTIFICATIONS,
    **dict.fromkeys(
        (
            *("public", "public:media", "public:local", "public:local:media", "public:remote", "public:remote:media"),
            *("hashtag", "hashtag:local", "list", "direct"),
        ),
        POSTS,
    ),
}
TELLING = {"user", "user:notification"}  # those that carry notifications, to a token that may read them

TOO_BUSY = "There was a temporary problem serving your request, please try again"


class Refused(Exception):
    """No stream for this caller; with the status that says why."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        super().__init__(text)


def check(channel: str, scopes: Collection[str]) -> None:
    """:raises Refused: when there is no such channel, or the token may not listen to it."""
    if channel not in SCOPES:
        raise Refused(400, "Unknown channel requested")
    if not SCOPES[channel] & set(scopes):
        raise Refused(401, "Access token does not have the required scopes")


def of_path(path: str) -> str:
    """The channel that an address under `PATH` names: `/api/v1/streaming/user/notification`."""
    return path.removeprefix(PATH).strip("/").replace("/", ":")
