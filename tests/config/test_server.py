"""The server of the tests is a real one."""

import http.client

from accounts.models import Account
from tests.servers import Live


def test_it_answers_from_a_database_of_its_own(live: Live, db: None) -> None:
    account = live.sign_up("alice")
    connection = http.client.HTTPConnection("127.0.0.1", live.port)
    connection.request("GET", f"/api/v1/accounts/{account.pk}")
    answer = connection.getresponse()

    assert (answer.status, account.username in answer.read().decode()) == (200, True)
    connection.close()
    assert not Account.objects.filter(username=account.username).exists()
