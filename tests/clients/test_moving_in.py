"""Phones that were signed in to a ColibriSM network go on here without noticing that it moved."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.clients.twittner_apps import AUTH, NOTICE, PROFILE, App, Client, Failure, Library, number, read
from tests.compat_twittner.colibri.dumps import PASSWORD, Network, mysqldump
from tests.servers import Live

KINDS = pytest.mark.parametrize("kind", [App, Library])


def phone(kind: type[Client], live: Live, token: str, account: int) -> Client:
    client = kind(live.url)
    client.token, client.id = token, account
    return client


@KINDS
def test_a_phone_goes_on_where_it_was(live: Live, kind: type[Client], tmp_path: Path) -> None:
    base = 1_000_000 if kind is App else 2_000_000
    network, name = Network(), kind.__name__.lower()
    token, refresh = f"{base:x}".ljust(82, "a"), f"{base:x}".ljust(74, "b")
    owner = network.user(f"{name}_owner", id=base + 1, follow_privacy="approved", refresh_token=refresh)
    fan, requester = network.user(f"{name}_fan"), network.user(f"{name}_requester")
    network.follow(fan, owner, id=base + 5)
    request = network.follow(requester, owner, status="pending")
    network.add("cl_notifications", id=base + 9, notifier_id=requester, recipient_id=owner, subject="subscribe_request")
    network.add("cl_sessions", id=base, user_id=str(owner), session_id=token)
    network.add("cl_sessions", user_id=str(owner), session_id="c" * 82, platform="web")
    path = tmp_path / "dump.sql"
    path.write_text(mysqldump(network))
    with live.database():
        call_command("import_colibri", path, stdout=io.StringIO())

    me = phone(kind, live, token, owner)
    assert read(me.get("profile", user_id=owner)["data"], PROFILE)["user_name"] == f"{name}_owner"
    (notice,) = me.get("get_notifications", type="notifs", offset=0, page_size=20)["data"]
    assert read(notice, NOTICE)["id"] == base + 9
    (waiting,) = me.people("follow_requests", {"offset_id": number})
    assert (waiting["offset_id"], waiting["id"]) == (request, requester)
    assert me.post("accept_follow", req_id=request)["data"] == {"total": 0}  # the id that the phone held
    followers = me.people("fetch_followers", {"offset_id": number}, user_id=owner)
    assert [item["id"] for item in followers] == [requester, fan]

    fresh = kind(live.url).post("refresh_access_token", refresh_token=refresh)["data"]
    with pytest.raises(Failure, match="Unauthorized Access"):
        me.get("get_priv_settings")
    me.token = read(fresh, AUTH)["auth_token"]
    assert me.get("get_priv_settings")["data"]["follow_privacy"] == "approved"
    assert kind(live.url).login(f"{name}_fan@example.org", PASSWORD)["user_id"] == fan
