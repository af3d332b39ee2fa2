"""A mail server that says nothing holds nobody up, and mails that wait survive `kill -9`."""

from contextlib import ExitStack

from django.utils import timezone

from accounts.models import Account, Letter
from tests.mail_server import mailbox, silent
from tests.servers import Live, NewServer
from tests.trust.wire import FORM, answer, connect, head

MAILS = 4


def post(server: Live, path: str, body: str) -> int:
    with connect(server) as client:
        client.sendall(head("POST", path, FORM.strip(), f"Content-Length: {len(body)}") + body.encode())
        return answer(client)[0]


def test_the_site_answers_beside_a_silent_mail_server_and_sends_the_mails_after_a_kill(
    new_server: NewServer,
) -> None:
    with ExitStack() as stack:
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(stack.enter_context(silent()))}
        mail |= {"EMAIL_USE_TLS": "off", "EMAIL_TIMEOUT": "60"}
        server = stack.enter_context(new_server("mail", STREAMING_PORT="0", **mail))
        server.start()
        stack.callback(server.kill)
        people: list[Account] = [server.sign_up("person") for _ in range(MAILS)]
        for person in people:
            assert post(server, "/mobile_api/resetpassword", f"email={person.email}") == 200
        for _ in range(MAILS):
            with connect(server) as client:
                client.sendall(head("GET", "/api/v1/instance"))
                assert answer(client)[0] == 200
        server.kill()
        with server.database():
            assert set(Letter.objects.values_list("address", flat=True)) == {person.email for person in people}
            Letter.objects.update(due_at=timezone.now())  # a mail that was under way is due again after a minute

        box = stack.enter_context(mailbox())
        server.environment["EMAIL_PORT"] = str(box.port)
        server.start()
        for person in people:
            box.wait(person.email)
