"""Errors in each of their forms, to the letter (mastodon.md §0.3, §1.3, §4.10)."""

from accounts.models import Account
from tests.compat_mastodon import reference_server as reference
from tests.compat_mastodon.conftest import ALL_SCOPES, Clients, Mastodon
from tests.compat_mastodon.golden_files import check, golden
from tests.compat_mastodon.oauth_client import register

SIGN_UP = {"username": "alice", "email": "new@example.org", "password": "", "agreement": False}


def test_errors(mastodon: Clients, app: Clients, alice: Account) -> None:
    """Plain ones of every status, those of OAuth, and those of a form with each field's faults."""
    client = mastodon(alice, "read")
    plain = [
        client.get("/api/v2/search"),
        mastodon().get("/api/v1/follow_requests"),
        client.post(f"/api/v1/accounts/{alice.pk}/follow"),
        client.get("/api/v1/accounts/lookup?acct=nobody"),
        client.get("/api/v1/nothing"),
        app().get("/api/v1/follow_requests"),
    ]
    of_oauth = [
        register().token(code="x"),
        register().token(client_secret="x", grant_type="client_credentials"),
        Mastodon().post("/oauth/revoke", {"client_id": "x"}),
    ]
    of_a_form = app(ALL_SCOPES).post("/api/v1/accounts", SIGN_UP)

    assert [answer.status_code for answer in plain] == [400, 401, 403, 404, 404, 422]
    assert [answer.status_code for answer in of_oauth] == [400, 401, 403]
    golden("error", plain[3].json())
    golden("error_of_oauth", of_oauth[1].json())
    golden("error_of_a_form", of_a_form.json())
    check(reference.Error, *(answer.json() for answer in [*plain, *of_oauth, of_a_form]))
