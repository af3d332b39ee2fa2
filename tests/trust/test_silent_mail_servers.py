"""A mail server that says nothing holds nobody up, and mails that wait survive `kill -9`."""

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psutil
from django.utils import timezone

from accounts.models import Account, Letter
from tests.mail_server import mailbox, silent
from tests.servers import PATIENCE, Live, database_of_its_own
from tests.trust.wire import FORM, answer, connect, head

MAILS = 4


def server_with(tmp_path: Any, blocker: Any, url: str, port: int) -> Live:
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "EMAIL_USE_TLS": "off", "EMAIL_TIMEOUT": "60"}
    server = Live(url, tmp_path, blocker, STREAMING_PORT="0", **mail)
    server.start()
    return server


def post(server: Live, path: str, body: str) -> int:
    with connect(server) as client:
        client.sendall(head("POST", path, FORM.strip(), f"Content-Length: {len(body)}") + body.encode())
        return answer(client)[0]


def kill(server: Live) -> None:
    """`kill -9` of all its processes at once."""
    everybody = [server.process.pid, *(child.pid for child in psutil.Process(server.process.pid).children())]
    for pid in everybody:
        os.kill(pid, signal.SIGKILL)
    server.process.wait(PATIENCE)
    psutil.wait_procs([psutil.Process(pid) for pid in everybody if psutil.pid_exists(pid)], PATIENCE)


def test_the_site_answers_beside_a_silent_mail_server_and_sends_the_mails_after_a_kill(
    tmp_path: Any, django_db_setup: str, django_db_blocker: Any, worker_id: str
) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(
            database_of_its_own(tmp_path, f"latchkey_mail_{worker_id}", django_db_blocker, django_db_setup)
        )
        server = server_with(tmp_path, django_db_blocker, url, stack.enter_context(silent()))
        stack.callback(end, lambda: server)
        people: list[Account] = [server.sign_up("person") for _ in range(MAILS)]
        for person in people:
            assert post(server, "/mobile_api/resetpassword", f"email={person.email}") == 200
        for _ in range(MAILS):
            with connect(server) as client:
                client.sendall(head("GET", "/api/v1/instance"))
                assert answer(client)[0] == 200
        kill(server)
        with server.database():
            assert set(Letter.objects.values_list("address", flat=True)) == {person.email for person in people}
            Letter.objects.update(due_at=timezone.now())  # a mail that was under way is due again after a minute

        box = stack.enter_context(mailbox())
        server = server_with(tmp_path, django_db_blocker, url, box.port)
        for person in people:
            box.wait(person.email)


def end(current: Callable[[], Live]) -> None:
    server = current()
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)
