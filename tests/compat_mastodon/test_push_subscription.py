"""A client subscribes to push messages: one subscription per token, gone with the token."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from compat_mastodon.models import AccessToken, Application, PushSubscription
from compat_mastodon.oauth import tokens
from compat_mastodon.push import webpush
from tests.compat_mastodon import reference_notifications as reference
from tests.compat_mastodon.conftest import token_for
from tests.compat_mastodon.golden_files import check, golden

PATH = "/api/v1/push/subscription"
P256DH = "BEm_a0bdPDhf0SOsrnB2-ategf1hHoCnpXgQsFj5JCkcoMrMt2WHoPfEYOYPzOIs9mZE8ZUaD7VA5vouy0kEkr8"
KEYS = {"p256dh": P256DH, "auth": "eH_C8rq2raXqlcBVDa1gLg=="}
SUBSCRIPTION = {"endpoint": "https://push.example/send/1?x=y", "keys": KEYS}


def form(**changes: Any) -> dict[str, str]:
    fields = {
        "subscription[endpoint]": SUBSCRIPTION["endpoint"],
        "subscription[keys][p256dh]": P256DH,
        "subscription[keys][auth]": KEYS["auth"],
    }
    return fields | changes


def test_a_new_subscription_is_told_back(alice: Account, mastodon: Any) -> None:
    answer = mastodon(alice).post(
        PATH, {"subscription": SUBSCRIPTION, "data": {"alerts": {"follow": True, "follow_request": "false"}}}
    )

    assert answer.status_code == 200
    known = {"id": PushSubscription.objects.get().pk, "server_key": webpush.public_key()}
    golden("web_push_subscription", answer.json(), **known)
    check(reference.WebPushSubscription, answer.json())


@pytest.mark.parametrize("multipart", [False, True])
def test_it_may_come_as_a_form(alice: Account, multipart: bool) -> None:
    fields = form(
        **{
            "subscription[standard]": "true",
            "data[alerts][follow]": "1",
            "data[alerts][admin.sign_up]": "0",
            "data[alerts][unknown]": "1",
            "data[policy]": "follower",
        }
    )
    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})
    if multipart:
        answer = client.post(PATH, fields)
    else:
        body = "&".join(f"{name}={value.replace('=', '%3D').replace('?', '%3F')}" for name, value in fields.items())
        answer = client.post(PATH, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["endpoint"] == SUBSCRIPTION["endpoint"]
    assert (told["standard"], told["policy"]) == (True, "follower")
    assert told["alerts"] == {"follow": True, "admin.sign_up": False}


def test_a_second_one_takes_the_place_of_the_first(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION, "data": {"alerts": {"follow": True}, "policy": "none"}})
    answer = client.post(PATH, {"subscription": SUBSCRIPTION | {"endpoint": "https://push.example/2"}})

    assert (answer.json()["alerts"], answer.json()["policy"]) == ({}, "all")
    assert PushSubscription.objects.get().endpoint == "https://push.example/2"


def test_each_token_has_its_own(alice: Account, mastodon: Any) -> None:
    one, other = mastodon(alice), mastodon(alice)
    one.post(PATH, {"subscription": SUBSCRIPTION})

    assert one.get(PATH).status_code == 200
    assert other.get(PATH).status_code == 404
    other.post(PATH, {"subscription": SUBSCRIPTION})
    assert PushSubscription.objects.count() == 2


def test_alerts_and_policy_can_be_changed(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION, "data": {"alerts": {"follow": True}}})
    changed = client.put(
        PATH, {"data": {"alerts": {"follow_request": True}, "policy": "followed"}}, content_type="application/json"
    )

    assert changed.json() == client.get(PATH).json()
    assert (changed.json()["alerts"], changed.json()["policy"]) == ({"follow_request": True}, "followed")


@pytest.mark.parametrize("verb", ["post", "put"])
@pytest.mark.parametrize(
    ("sent", "policy"),
    [
        ({"data": {"policy": "followed"}}, "followed"),
        ({"data": {"alerts": {"follow": True}}, "policy": "follower"}, "follower"),
        ({"policy": "none"}, "none"),
        ({"data": {"policy": "followed"}, "policy": "none"}, "followed"),
        ({"data": {"policy": ""}, "policy": "none"}, "none"),
    ],
)
def test_the_policy_counts_inside_data_and_beside_it(
    alice: Account, mastodon: Any, verb: str, sent: dict[str, Any], policy: str
) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION})
    answer = getattr(client, verb)(PATH, sent | {"subscription": SUBSCRIPTION})

    assert (answer.status_code, answer.json()["policy"]) == (200, policy)
    assert client.get(PATH).json()["policy"] == policy


def test_the_policy_beside_data_may_come_as_a_form(alice: Account) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_for(alice)}"})

    assert client.post(PATH, form(policy="followed")).json()["policy"] == "followed"


@pytest.mark.parametrize("sent", [{"policy": "some"}, {"data": {"alerts": {}}, "policy": "some"}])
@pytest.mark.parametrize("verb", ["post", "put"])
def test_an_unknown_policy_beside_data_is_refused(alice: Account, mastodon: Any, verb: str, sent: Any) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION})
    answer = getattr(client, verb)(PATH, sent | {"subscription": SUBSCRIPTION})

    assert (answer.status_code, client.get(PATH).json()["policy"]) == (422, "all")


def test_a_change_leaves_alone_what_it_does_not_name(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION, "data": {"alerts": {"follow": True}, "policy": "followed"}})

    assert client.put(PATH, {"policy": "follower"}).json()["alerts"] == {"follow": True}
    assert client.put(PATH, {"data": {"alerts": {"follow_request": True}}}).json()["policy"] == "follower"
    assert client.get(PATH).json()["alerts"] == {"follow_request": True}


def test_without_one_there_is_nothing_to_see_or_change(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    for answer in (client.get(PATH), client.put(PATH, {}, content_type="application/json")):
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


def test_deleting_is_always_fine(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION})
    for _ in range(2):
        assert (client.delete(PATH).status_code, client.delete(PATH).json()) == (200, {})
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({}, "subscription"),
        ({"subscription": ""}, "subscription"),
        ({"subscription": "https://push.example"}, "subscription"),
        ({"subscription": [SUBSCRIPTION]}, "subscription"),
        ({"subscription": {"endpoint": "https://push.example"}}, "keys"),
        ({"subscription": SUBSCRIPTION | {"keys": "abc"}}, "keys"),
        ({"subscription": SUBSCRIPTION | {"endpoint": ["https://push.example"]}}, "endpoint"),
        ({"subscription": SUBSCRIPTION | {"endpoint": "https://push.example/\0"}}, "endpoint"),
        ({"subscription": SUBSCRIPTION, "data": "all"}, "data"),
        ({"subscription": SUBSCRIPTION, "data": {"alerts": ["follow"]}}, "alerts"),
        ({"subscription": SUBSCRIPTION, "data": {"alerts": {"follow": [1]}}}, "follow"),
        ({"subscription": SUBSCRIPTION, "data": {"policy": {"a": 1}}}, "policy"),
    ],
)
def test_malformed_nesting_is_a_400_that_names_it(alice: Account, mastodon: Any, sent: Any, name: str) -> None:
    answer = mastodon(alice).post(PATH, sent)

    assert answer.status_code == 400
    assert answer.json() == {"error": f"param is missing or the value is empty or invalid: {name}"}
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"endpoint": ""}, "Endpoint can't be blank"),
        ({"endpoint": "https://"}, "Endpoint is not a valid URL"),
        ({"endpoint": "push.example"}, "Endpoint is not a valid URL"),
        ({"endpoint": "http://push.example/"}, "Endpoint is not a valid URL"),
        ({"endpoint": "file:///etc/passwd"}, "Endpoint is not a valid URL"),
        ({"endpoint": "https://user:secret@push.example/"}, "Endpoint is not a valid URL"),
        ({"endpoint": "https://push.example:99999/"}, "Endpoint is not a valid URL"),
        ({"endpoint": "https://[::1/"}, "Endpoint is not a valid URL"),
        ({"endpoint": "https://push.example/a b"}, "Endpoint is not a valid URL"),
        ({"endpoint": "https://push.example/\r\nX: y"}, "Endpoint is not a valid URL"),
        ({"endpoint": f"https://push.example/{'a' * 2000}"}, "Endpoint is too long (maximum is 2000 characters)"),
        ({"keys": KEYS | {"p256dh": ""}}, "Key p256dh can't be blank"),
        ({"keys": KEYS | {"p256dh": P256DH[:-4]}}, "Key p256dh is invalid"),
        ({"keys": KEYS | {"p256dh": f"A{P256DH[1:]}"}}, "Key p256dh is invalid"),
        ({"keys": KEYS | {"p256dh": f"{P256DH}{'=' * 99}"}}, "Key p256dh is invalid"),
        ({"keys": KEYS | {"auth": "short"}}, "Key auth is invalid"),
        ({"keys": KEYS | {"auth": "ключ"}}, "Key auth is invalid"),
    ],
)
def test_what_could_never_be_pushed_to_is_refused(
    alice: Account, mastodon: Any, changes: dict[str, Any], fault: str
) -> None:
    answer = mastodon(alice).post(PATH, {"subscription": SUBSCRIPTION | changes})

    assert (answer.status_code, answer.json()) == (422, {"error": f"Validation failed: {fault}"})
    assert not PushSubscription.objects.exists()


def test_an_unknown_policy_is_refused(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    client.post(PATH, {"subscription": SUBSCRIPTION})
    answer = client.put(PATH, {"data": {"policy": "some"}}, content_type="application/json")

    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "Validation failed: Policy is not included in the list"},
    )


@pytest.mark.parametrize("verb", ["get", "post", "put", "delete"])
def test_only_a_token_with_push_may(alice: Account, mastodon: Any, verb: str) -> None:
    answer = getattr(mastodon(alice, "read write follow"), verb)(PATH, {}, content_type="application/json")

    assert (answer.status_code, answer.json()) == (403, {"error": "This action is outside the authorized scopes"})


def test_a_clients_own_token_has_nobody_to_tell(alice: Account) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_for(None)}"})

    assert client.get(PATH).status_code == 422


def test_revoking_the_token_drops_it(alice: Account) -> None:
    token = token_for(alice)
    client = Client(headers={"Authorization": f"Bearer {token}"})
    client.post(PATH, {"subscription": SUBSCRIPTION}, content_type="application/json")
    application = AccessToken.objects.get().application
    Application.objects.update(client_secret=tokens.digest("secret"))
    revoked = Client().post(
        "/oauth/revoke", {"client_id": application.client_id, "client_secret": "secret", "token": token}
    )

    assert revoked.status_code == 200
    assert not PushSubscription.objects.exists()


def test_taking_an_app_away_on_the_page_drops_it(alice: Account, mastodon: Any) -> None:
    mastodon(alice).post(PATH, {"subscription": SUBSCRIPTION})
    browser = Client()
    browser.force_login(alice)
    browser.post(f"/oauth/authorized_applications/{AccessToken.objects.get().application_id}")

    assert not PushSubscription.objects.exists()


def test_the_servers_key_is_told_wherever_clients_look(alice: Account, mastodon: Any) -> None:
    client = mastodon(alice)
    key = client.get("/api/v2/instance").json()["configuration"]["vapid"]["public_key"]

    assert len(webpush.decoded(key)) == 65
    assert client.get("/api/v1/apps/verify_credentials").json()["vapid_key"] == key
    registered = client.post("/api/v1/apps", {"client_name": "Push", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"})
    assert registered.json()["vapid_key"] == key
