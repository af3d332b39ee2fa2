"""A request for a host that this server does not know is told where it answers."""

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/", "/admin/", "/@alice"])
def test_a_page_for_an_unknown_host_says_where_the_server_answers(path: str) -> None:
    answer = Client(headers={"host": "192.168.1.5:8000"}).get(path)

    assert answer.status_code == 400
    assert "It answers at http://testserver, and not at the address that you used." in answer.content.decode()
    assert "BASE_URL" in answer.content.decode()


def test_a_client_that_asks_an_unknown_host_is_told_the_same() -> None:
    answer = Client(headers={"host": "other.example"}).get("/api/v1/instance")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json; charset=utf-8")
    assert answer.json()["error"].startswith("This server answers at http://testserver")
