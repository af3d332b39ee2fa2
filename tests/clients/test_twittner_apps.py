"""The vendor's app and the Java library, as strict as they are, on whole journeys against a real server."""

import json
from io import BytesIO
from urllib.parse import urlencode

import pytest
import requests
from PIL import Image

from accounts.models import Account
from tests.clients.twittner_apps import (
    AUTH,
    NOTICE,
    PRIVACY,
    PROFILE,
    TIES,
    App,
    Client,
    Failure,
    FirstLibrary,
    Library,
    address,
    number,
    read,
)
from tests.factories import PASSWORD
from tests.servers import PATIENCE, Live

LISTED = {"offset_id": number, **TIES}
KINDS = pytest.mark.parametrize("kind", [App, Library, FirstLibrary])


def signed_in(kind: type[Client], live: Live, person: Account) -> Client:
    client = kind(live.url)
    client.login(person.email, PASSWORD)
    return client


@KINDS
def test_a_newcomer_signs_up_signs_in_and_reads_their_profile(live: Live, kind: type[Client]) -> None:
    name = live.sign_up("template").username.replace("template", "new")[:25]
    form = {"email": f"{name}@example.org", "first_name": "Zoë", "last_name": "O'Neil", "username": name}
    client = kind(live.url)
    assert read(client.post("signup", password="se'cret", **form)["auth"], AUTH)

    user = client.login(form["email"], "se'cret")
    assert user["user_name"] == name
    client.post("save_pnotif_token", token="t" * 152, type="android")
    profile = client.get("profile", user_id=client.id, username=name)["data"]
    assert read(profile, PROFILE)["first_name"] == "Zoë"
    assert read(profile["user"], {"is_following": TIES["is_following"]}) == {"is_following": False}


@KINDS
def test_requests_are_asked_listed_accepted_and_ignored(live: Live, kind: type[Client]) -> None:
    owner = signed_in(kind, live, live.sign_up("owner", locked=True))
    requesters = [signed_in(Library, live, live.sign_up("requester")) for _ in range(5)]
    for requester in requesters:
        assert isinstance(requester, Library)
        assert requester.follow(owner.id) is False

    waiting = owner.people("follow_requests", {"offset_id": number, "pending_req": TIES["is_user"]})
    assert [item["id"] for item in waiting] == [requester.id for requester in reversed(requesters)]
    totals = [
        read(owner.post(endpoint, req_id=item["offset_id"])["data"], {"total": number})["total"]
        for item, endpoint in zip(waiting, ["accept_follow", "ignore_follow"] * 3, strict=False)
    ]
    assert totals == [4, 3, 2, 1, 0]
    with pytest.raises(Failure, match="Follow request ID is missing or invalid"):
        owner.post("accept_follow", req_id=waiting[0]["offset_id"])

    followers = owner.people("fetch_followers", LISTED, user_id=owner.id)
    assert {item["id"] for item in followers} == {item["id"] for item in waiting[::2]}
    told = requesters[-1].get("get_notifications", type="notifs", page_size=20, offset=0)["data"]
    assert [(read(item, NOTICE)["subject"], item["user_id"]) for item in told] == [("subscribe_accept", owner.id)]


@KINDS
def test_people_are_found_followed_and_blocked(live: Live, kind: type[Client]) -> None:
    me, bob, eve = (signed_in(kind, live, live.sign_up(name)) for name in ("me", "bob", "eve"))
    bob_name = bob.get("profile", user_id=bob.id)["data"]["user_name"]
    assert {bob.id, eve.id} <= {item["id"] for item in me.people("search_people", TIES, query=" ")}
    assert [item["id"] for item in me.people("search_people", TIES, query=bob_name)] == [bob.id]

    me.post("follow", user_id=bob.id)
    eve.post("follow", user_id=bob.id)
    (mine,) = me.people("fetch_following", LISTED, user_id=me.id)
    assert (mine["id"], mine["is_following"]) == (bob.id, True)

    assert me.post("block_user", user_id=eve.id)["message"] == "User profile blocked successfully"
    assert [item["id"] for item in me.people("fetch_followers", LISTED, user_id=bob.id)] == [me.id]
    assert eve.id not in {item["id"] for item in me.people("search_people", TIES, query="eve_")}
    assert eve.get("profile", user_id=me.id)["data"]["is_blocked_visitor"] is True


def test_the_app_saves_settings_pictures_and_privacy(live: Live) -> None:
    me = signed_in(App, live, live.sign_up("me"))
    assert isinstance(me, App)
    profile = me.get("profile", user_id=me.id)["data"]
    form = {"first_name": "Zoë", "last_name": "Kühn", "about": "<3", "gender": "F", "website": "", "country_id": 161}
    me.post("gen_settings", **form, email=profile["email"], username=profile["user_name"])
    encoded = BytesIO()
    Image.new("RGB", (700, 500), "teal").save(encoded, "JPEG")
    for endpoint, field in (("avatar", "avatar_url"), ("cover", "cover_url")):
        answer = me.post(endpoint, **{endpoint: ("me.jpg", encoded.getvalue(), "image/jpeg")})
        picture = requests.get(read(answer["data"], {field: address})[field], timeout=PATIENCE)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")

    me.set_privacy(profile_visibility="followers", follow_privacy="approved")
    assert read(me.get("get_priv_settings")["data"], PRIVACY)["profile_visibility"] == "followers"
    profile = read(me.get("profile", username=profile["user_name"])["data"], PROFILE)
    assert (profile["about_you"], profile["country"]) == ("<3", "Norfork Island")


@KINDS
def test_notices_are_read_and_deleted(live: Live, kind: type[Client]) -> None:
    me, fan = (signed_in(kind, live, live.sign_up(name)) for name in ("me", "fan"))
    fan.post("follow", user_id=me.id)
    (notice,) = me.get("get_notifications", type="notifs", offset=0, page_size=20)["data"]
    ids = [read(notice, NOTICE)["id"]]
    me.post("delete_notifs", scope=json.dumps(ids) if kind is App else ids)

    with pytest.raises(Failure, match="No data found"):
        me.get("get_notifications", type="notifs", offset=0, page_size=20)


@KINDS
def test_sessions_end_when_they_should(live: Live, kind: type[Client]) -> None:
    person = live.sign_up("me")
    one, two = signed_in(kind, live, person), signed_in(kind, live, person)
    auth = kind(live.url).post("login", email=person.email, password=PASSWORD)["auth"]
    fresh = kind(live.url).post("refresh_access_token", refresh_token=auth["refresh_token"])["data"]
    with pytest.raises(Failure, match="Unauthorized Access"):
        one.get("get_priv_settings")

    two.token = read(fresh, AUTH)["auth_token"]
    two.post("change_password", old_password=PASSWORD, new_password="another one")
    two.post("logout")
    with pytest.raises(Failure, match="Unauthorized Access"):
        two.get("get_priv_settings")

    two.token = ""
    two.login(person.email, "another one")
    two.post("delete_account", password="another one")
    with pytest.raises(Failure, match="Profile with this ID does not exist"):
        kind(live.url).get("profile", user_id=two.id)


def test_a_form_may_come_in_chunks(live: Live) -> None:
    person = live.sign_up("me")
    form = urlencode({"email": person.email, "password": PASSWORD}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    chunks = (form[place : place + 9] for place in range(0, len(form), 9))

    answer = requests.post(f"{live.url}/mobile_api/login", data=chunks, headers=kind, timeout=PATIENCE)
    assert answer.json()["data"]["user"]["user_id"] == person.pk


def test_a_double_slash_and_an_unknown_endpoint_are_answered_at_once(live: Live) -> None:
    assert requests.get(f"{live.url}//mobile_api/profile?user_id=0", timeout=PATIENCE).json()["code"] == 400
    unknown = requests.post(f"{live.url}/mobile_api/feeds", timeout=PATIENCE)
    assert (unknown.status_code, unknown.json()["err_code"]) == (200, "invalid_endpoint")
