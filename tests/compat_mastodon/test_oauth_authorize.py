"""A client asks for a code at /oauth/authorize, and a person decides (mastodon.md §1.3)."""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from accounts import people
from accounts.models import Account
from compat_mastodon.models import AccessToken
from compat_mastodon.oauth.tokens import end
from tests.compat_mastodon.oauth_client import (
    CALLBACK,
    CHALLENGE,
    OOB,
    allow,
    answers,
    browser,
    forms,
    press,
    register,
    signed_in,
    visit,
)

DENIED = "The resource owner or authorization server denied the request."
BAD_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, "
    "or unsupported authentication method."
)


def test_who_is_not_signed_in_signs_in_first_and_comes_back(alice: Account) -> None:
    client = Client()
    asked = register().ask(state="a b", force_login="true", code_challenge=CHALLENGE, code_challenge_method="S256")
    answer = visit(client, **asked)
    assert answer.status_code == 302
    where = urlsplit(answer["Location"])
    assert where.path == "/auth/sign_in"
    back = parse_qs(where.query)["next"][0]
    assert urlsplit(back).path == "/oauth/authorize"
    assert {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} == asked


def test_the_consent_page_has_two_forms_with_everything_that_was_asked(alice: Account) -> None:
    asked = register().ask(state="<&>", code_challenge=CHALLENGE, code_challenge_method="S256")
    page = visit(browser(alice), **asked)
    assert page.status_code == 200
    (address, allowing), (other, denying) = forms(page)[:2]
    assert address == other == "/oauth/authorize"
    assert allowing.pop("csrfmiddlewaretoken")
    assert allowing == asked | {"response_mode": ""}
    assert denying.pop("csrfmiddlewaretoken")
    assert denying == allowing | {"_method": "delete"}


def test_allowing_sends_a_code_and_the_state(alice: Account) -> None:
    answer = allow(alice, register(), state="x & y")
    assert answer.status_code == 302
    assert re.fullmatch(re.escape(CALLBACK) + r"\?code=[A-Za-z0-9_-]{43}&state=x\+%26\+y", answer["Location"])


@pytest.mark.parametrize("state", ["", "  ", None])
def test_a_blank_state_is_left_out(alice: Account, state: str | None) -> None:
    assert list(answers(allow(alice, register(), state=state))) == ["code"]


def test_the_query_of_the_redirect_uri_is_kept(alice: Account) -> None:
    app = register(f"{CALLBACK}?a=1")
    assert allow(alice, app, redirect_uri=f"{CALLBACK}?a=1")["Location"].startswith(f"{CALLBACK}?a=1&code=")


@pytest.mark.parametrize("uri", ["icecubesapp://", "mastodon://joinmastodon.org/oauth", "http://a.example/"])
def test_any_registered_scheme_is_redirected_to(alice: Account, uri: str) -> None:
    assert allow(alice, register(uri), redirect_uri=uri)["Location"].startswith(f"{uri}?code=")


def test_the_answer_may_come_in_the_fragment(alice: Account) -> None:
    answer = allow(alice, register(), response_mode="fragment", state="s")
    assert re.fullmatch(re.escape(CALLBACK) + "#code=[A-Za-z0-9_-]{43}&state=s", answer["Location"])


def test_the_answer_may_come_as_a_form(alice: Account) -> None:
    page = allow(alice, register(), response_mode="form_post", state="s")
    assert page.status_code == 200
    address, fields = forms(page)[0]
    assert (address, fields["state"], len(fields["code"])) == (CALLBACK, "s", 43)
    assert "csrfmiddlewaretoken" not in fields


@pytest.mark.parametrize("uri", [OOB, f"{OOB}:auto"])
def test_without_an_address_the_code_is_shown_for_copying(alice: Account, uri: str) -> None:
    answer = allow(alice, register(uri), redirect_uri=uri)
    assert answer.status_code == 302
    code = parse_qs(urlsplit(answer["Location"]).query)["code"][0]
    assert answer["Location"] == f"/oauth/authorize/native?code={code}"
    page = browser(alice).get(answer["Location"])
    assert re.search(rf'<input class="code"[^>]* value="{code}" readonly', page.content.decode())


def test_the_code_page_shows_nothing_but_codes_and_to_nobody_else(alice: Account) -> None:
    assert browser(alice).get("/oauth/authorize/native?code=Send+me+your+password").status_code == 400
    assert browser(alice).get("/oauth/authorize/native").status_code == 400
    assert urlsplit(Client().get("/oauth/authorize/native?code=x")["Location"]).path == "/auth/sign_in"


def test_denying_is_told_to_the_client(alice: Account) -> None:
    client = browser(alice)
    answer = press(client, visit(client, **register().ask(state="s")), button=1)
    assert answer.status_code == 302
    assert list(answers(answer).items()) == [
        ("error", "access_denied"),
        ("error_description", DENIED),
        ("state", "s"),
    ]


def test_a_client_of_forms_may_deny_by_the_method_itself(alice: Account) -> None:
    client, app = browser(alice), register()
    _, fields = forms(visit(client, **app.ask(state="x")))[1]
    token = {"X-CSRFToken": fields.pop("csrfmiddlewaretoken")}
    denied = client.delete(f"/oauth/authorize?{urlencode(fields)}", headers=token)
    assert (denied.status_code, answers(denied)["error"]) == (302, "access_denied")


def test_a_slash_at_the_end_leads_to_the_same_page(alice: Account) -> None:
    assert browser(alice).get(f"/oauth/authorize/?{urlencode(register().ask())}").status_code == 200


def test_denying_without_an_address_is_told_as_json(alice: Account) -> None:
    client = browser(alice)
    answer = press(client, visit(client, **register().ask(redirect_uri=OOB)), button=1)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "access_denied", "error_description": DENIED},
    )


# --- who allowed it before need not be asked again ------------------------------------------------


def test_a_client_that_has_exactly_these_scopes_is_approved_at_once(alice: Account) -> None:
    app = register()
    signed_in(alice, app, scope="read write")
    answer = visit(browser(alice), **app.ask(scope="write read", state="s"))
    assert answer.status_code == 302
    assert list(answers(answer)) == ["code", "state"]


def test_another_scope_set_asks_again(alice: Account) -> None:
    app = register()
    signed_in(alice, app, scope="read write")
    assert visit(browser(alice), **app.ask(scope="read")).status_code == 200
    assert visit(browser(alice), **app.ask(scope="read write follow")).status_code == 200


def test_a_revoked_token_another_account_or_client_approves_nothing(alice: Account, bob: Account) -> None:
    app = register()
    signed_in(alice, app)
    assert visit(browser(bob), **app.ask()).status_code == 200
    assert visit(browser(alice), **register().ask()).status_code == 200
    end(AccessToken.objects.all())
    assert visit(browser(alice), **app.ask()).status_code == 200


@pytest.mark.parametrize(("force", "status"), [("true", 200), ("1", 200), ("false", 302), ("0", 302), ("", 302)])
def test_force_login_only_shows_the_page_again(alice: Account, force: str, status: int) -> None:
    app = register()
    signed_in(alice, app)
    assert visit(browser(alice), **app.ask(force_login=force)).status_code == status


# --- what may be asked -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registered", "asked", "granted"),
    [
        ("read write", None, "read"),
        ("read write", "", "read"),
        ("read write", "write", "write"),
        ("", None, "read"),
        ("", "push profile", "push profile"),
        ("read", "read read", "read"),
    ],
)
def test_the_scopes_of_the_code(alice: Account, registered: str, asked: str | None, granted: str) -> None:
    app = register(scopes=registered)
    code = answers(allow(alice, app, scope=asked))["code"]
    assert app.token(code=code).json()["scope"] == granted


ERRORS: list[tuple[dict[str, Any], int, str, str]] = [
    ({"client_id": None}, 400, "invalid_request", "Missing required parameter: client_id."),
    ({"client_id": "unknown"}, 401, "invalid_client", BAD_CLIENT),
    ({"redirect_uri": None}, 400, "invalid_redirect_uri", "The redirect uri included is not valid."),
    ({"redirect_uri": f"{CALLBACK}/x"}, 400, "invalid_redirect_uri", "The redirect uri included is not valid."),
    ({"response_type": None}, 400, "invalid_request", "Missing required parameter: response_type."),
    (
        {"response_type": "token"},
        400,
        "unsupported_response_type",
        "The authorization server does not support this response type.",
    ),
    (
        {"response_mode": "web_message"},
        400,
        "unsupported_response_mode",
        "The authorization server does not support this response mode.",
    ),
    *(
        ({"scope": scope}, 400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
        for scope in ("push profile", "nonsense", "read:follows", "read\nwrite", "Read")
    ),
    *(
        (
            {"code_challenge": CHALLENGE, "code_challenge_method": method},
            400,
            "invalid_code_challenge_method",
            "The code_challenge_method must be S256.",
        )
        for method in (None, "plain", "s256")
    ),
]


@pytest.mark.parametrize(("changes", "status", "error", "description"), ERRORS)
def test_an_error_is_shown_to_the_person_and_never_redirected(
    alice: Account, changes: dict[str, Any], status: int, error: str, description: str
) -> None:
    page = visit(browser(alice), **register(scopes="read write").ask(**{"scope": "read"} | changes))
    assert page.status_code == status
    assert page["Content-Type"].startswith("text/html")
    assert description in page.content.decode()
    assert error in page.content.decode()


@pytest.mark.parametrize(("changes", "status", "error", "description"), ERRORS)
def test_an_error_of_the_pressed_button_goes_to_the_client_if_it_is_known(
    alice: Account, changes: dict[str, Any], status: int, error: str, description: str
) -> None:
    client = Client()
    client.force_login(alice)
    asked = register(scopes="read write").ask(**{"scope": "read", "state": "s"} | changes)
    answer = client.post("/oauth/authorize", asked)
    if set(changes) & {"client_id", "redirect_uri"}:
        assert (answer.status_code, answer.json()) == (
            status,
            {"error": error, "error_description": description},
        )
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith(f"{CALLBACK}?")
        assert answers(answer) == {"error": error, "error_description": description, "state": "s"}


def test_a_client_without_read_must_name_its_scopes(alice: Account) -> None:
    app = register(scopes="write")
    assert visit(browser(alice), **app.ask(scope=None)).status_code == 400


def test_the_button_needs_the_token_of_its_page(alice: Account) -> None:
    answer = browser(alice).post("/oauth/authorize", register().ask())
    assert answer.status_code == 403
    assert "This page has expired" in answer.content.decode()


def test_the_button_of_one_who_signed_out_meanwhile_leads_to_signing_in(alice: Account) -> None:
    answer = Client().post("/oauth/authorize", register().ask())
    assert urlsplit(answer["Location"]).path == "/auth/sign_in"


def test_a_suspended_account_gets_no_code(alice: Account) -> None:
    client = browser(alice)
    page = visit(client, **register().ask())
    people.suspend(alice.pk)
    assert urlsplit(press(client, page)["Location"]).path == "/auth/sign_in"
    assert urlsplit(visit(client, **register().ask())["Location"]).path == "/auth/sign_in"
