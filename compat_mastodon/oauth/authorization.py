"""The request of a client at /oauth/authorize, read and checked in the order of mastodon.md §1.3.

First where to answer (`Callback`), then what is asked (`Ask`): once the former is known to be the
client's own address, whatever is wrong with the latter may be told there.
"""

from collections.abc import Mapping
from typing import NamedTuple

from compat_mastodon.models import Application
from compat_mastodon.oauth import redirects, scopes, tokens
from compat_mastodon.oauth.tokens import Refusal, missing

# What the consent page sends back: everything that was asked, to be checked again.
FIELDS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
MAX_CHALLENGE = 128


class Callback(NamedTuple):
    """The redirect to a client, with its state."""

    application: Application
    redirect_uri: str
    mode: str
    state: str

    @property
    def out_of_band(self) -> bool:
        """The person carries the code over by hand."""
        return self.redirect_uri in redirects.OUT_OF_BAND


class Ask(NamedTuple):
    """The access that a client asks for, as far as the account can grant it."""

    scopes: list[str]
    challenge: str


def callback_of(params: Mapping[str, str]) -> Callback:
    """:raises Refusal: when the client or its redirect URI is not known; tell the person, never the URI."""
    if not params["client_id"]:
        raise missing("client_id")
    application = tokens.client(params["client_id"])
    if not redirects.allowed(params["redirect_uri"], application.redirect_uris):
        raise Refusal("invalid_redirect_uri")
    mode = params["response_mode"]
    return Callback(application, params["redirect_uri"], mode if mode in redirects.MODES else "query", params["state"])


def ask_of(params: Mapping[str, str], application: Application, *, moderates: bool) -> Ask:
    """The requested scopes. Those of moderators are left out for accounts that do not `moderate`.

    :raises Refusal: when something is asked for that this server, or this client, does not do.
    """
    if not params["response_type"]:
        raise missing("response_type")
    if params["response_type"] != "code":
        raise Refusal("unsupported_response_type")
    if params["response_mode"] not in {"", *redirects.MODES}:
        raise Refusal("unsupported_response_mode")
    registered = scopes.split(application.scopes)
    wanted = scopes.split(params["scope"]) or scopes.default_for(registered)
    if not wanted or not scopes.allowed(wanted, registered):
        raise Refusal("invalid_scope")
    granted = wanted if moderates else scopes.of_members(wanted)
    if not granted:
        raise Refusal("access_denied", "The scopes are for moderators of this server.")
    challenge = params["code_challenge"]
    if challenge and params["code_challenge_method"] != "S256":
        raise Refusal("invalid_code_challenge_method")
    if len(challenge) > MAX_CHALLENGE:
        raise Refusal("invalid_request")
    return Ask(granted, challenge)
