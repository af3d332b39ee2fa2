"""Three hosts serve one site: any of them answers, and one that is cut off and comes back has missed nothing."""

import re
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from copy import copy
from itertools import cycle
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from django.db import connection
from websockets.sync.client import ClientConnection, connect

from config.environment import new_key
from tests.compat_mastodon.conftest import token_for
from tests.compat_mastodon.streams import heard
from tests.compat_twittner.files import picture
from tests.factories import PASSWORD
from tests.members import Member, Wire
from tests.redis_servers import redis
from tests.s3_server import storage
from tests.servers import PATIENCE, Live, database_of_its_own

pytestmark = [pytest.mark.long, pytest.mark.django_db]
Hosts = list[Live]
ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
TIMEOUT = 10  # seconds until a worker that says nothing is replaced; the least that may be set
ME = "/api/v1/accounts"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory, django_db_setup: str, django_db_blocker: Any) -> Iterator[Hosts]:
    if connection.vendor == "sqlite" or sys.platform != "linux":
        pytest.skip("SQLite is for one host, and other systems have only 127.0.0.1 by themselves")
    name = django_db_setup.replace("blank", "hosts")
    with (
        redis() as counters,
        storage() as files,
        database_of_its_own(Path(), name, django_db_blocker, django_db_setup) as url,
        ExitStack() as running,
    ):
        same = {"BASE_URL": "http://site.example", "ALLOWED_HOSTS": ",".join(ADDRESSES), "CACHE_URL": counters.url}
        same |= {"VAPID_PRIVATE_KEY": new_key(), "RATE_LIMITS": "on", "WORKER_TIMEOUT": str(TIMEOUT)}
        hosts = []
        for address in ADDRESSES:
            folder = tmp_path_factory.mktemp("host")
            hosts.append(Live(url, folder, django_db_blocker, HOST=address, **same, **files.environment))
            hosts[-1].start()
            running.callback(hosts[-1].stop)  # fails if the host complained
        yield hosts


def at(host: Live, member: Member) -> Member:
    """The same member, with the same token and phone, who asks another host."""
    there = copy(member)
    there.mastodon, there.phone = Wire(host.url, member.token), Wire(host.url)
    return there


def listen(host: Live, member: Member) -> ClientConnection:
    address = f"{host.start_streams()}/api/v1/streaming?stream=user&access_token={member.token}"
    return connect(address, open_timeout=PATIENCE, ping_interval=None)


def send(host: Live, number: signal.Signals) -> None:
    """To all processes of a host."""
    server = psutil.Process(host.process.pid)
    for process in (server, *server.children(recursive=True)):
        process.send_signal(number)


def test_a_session_a_token_and_a_picture_are_good_at_every_host(hosts: Hosts) -> None:
    first, second, third = hosts
    alice, browser = Member(first.url, "alice"), requests.Session()
    page = browser.get(f"{first.url}/auth/sign_in", timeout=PATIENCE)
    form = dict(re.findall(r'name="(csrfmiddlewaretoken)" value="([^"]+)"', page.text))
    browser.post(page.url, form | {"username": alice.username, "password": PASSWORD}, timeout=PATIENCE)
    cookies = {cookie.name: str(cookie.value) for cookie in browser.cookies}
    head, files = {"Authorization": f"Bearer {alice.token}"}, {"avatar": picture()}
    changed = requests.patch(f"{first.url}{ME}/update_credentials", headers=head, files=files, timeout=PATIENCE).json()

    assert requests.get(changed["avatar"], timeout=PATIENCE).headers["Content-Type"] == "image/jpeg"
    for host in hosts:
        assert at(host, alice).sees("v1/accounts/verify_credentials")["avatar"] == changed["avatar"]
        assert at(host, alice).shows("profile", user_id=alice.id)["user_name"] == alice.username
        asked = f"{host.url}/oauth/authorized_applications"
        assert requests.get(asked, cookies=cookies, timeout=PATIENCE).url == asked
        assert requests.get(asked, timeout=PATIENCE).url != asked
    at(second, alice).taps("logout")
    answer = at(third, alice).phone.get("/mobile_api/follow_requests", {"session_id": alice.session})
    assert answer.json()["code"] == 401


def test_a_limit_holds_over_all_hosts_together(hosts: Hosts) -> None:
    alice = Member(hosts[0].url, "alice")

    def use_up(host: Live) -> list[tuple[str, int]]:
        """The end of the window and what is left in it, of each answer before the refusal."""
        wire, uses = at(host, alice).mastodon, []
        while (answer := wire.get(f"{ME}/verify_credentials")).status_code == 200:
            uses.append((answer.headers["X-RateLimit-Reset"][:19], int(answer.headers["X-RateLimit-Remaining"])))
        assert answer.status_code == 429
        return uses

    with ThreadPoolExecutor() as clients:
        uses = [use for each in clients.map(use_up, hosts) for use in each]
    left = sorted(remaining for window, remaining in uses if window == max(uses)[0])
    assert left == list(range(len(left)))  # each use counted once, at whichever host


def test_a_host_that_is_cut_off_comes_back_and_has_missed_nothing(hosts: Hosts) -> None:
    """For longer than its workers may say nothing: if all stand still at once, none of them hangs."""
    here, there, cut = hosts
    carol, others = Member(here.url, "carol"), [here.sign_up() for _ in range(10)]
    with here.database():
        tokens = [token_for(other) for other in others]
    with listen(there, carol) as near, listen(cut, carol) as far, ThreadPoolExecutor() as clients:
        send(cut, signal.SIGSTOP)
        try:
            waiting = clients.submit(at(cut, carol).sees, f"v1/accounts/{carol.id}/followers")
            back, told = time.monotonic() + TIMEOUT + 2, []
            for host, token in zip(cycle((here, there)), tokens, strict=False):
                assert Wire(host.url, token).post(f"{ME}/{carol.id}/follow").json()["following"]
                told.append(heard(near))
            time.sleep(max(back - time.monotonic(), 0))
        finally:
            send(cut, signal.SIGCONT)

        assert {int(account["id"]) for account in waiting.result(PATIENCE)} == {other.pk for other in others}
        assert [heard(far) for _ in told] == told
        at(cut, carol).says(f"accounts/{others[0].pk}/follow")
        (followed,) = at(here, carol).sees(f"v1/accounts/{carol.id}/following")
        assert followed["id"] == str(others[0].pk)
