"""Google and Facebook as far as a social login asks them, on a port of this machine.

A token is JSON: what the network knows of its owner. Tokens that are none are refused, as they do.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT_ID = "our-client.apps.example"
APP_ID, APP_SECRET = "4711", "app secret"
REFUSED = {"error": "invalid_request", "error_description": "Invalid Credentials"}


def token(**facts: Any) -> str:
    """A token of somebody, made for our application unless `app` says otherwise."""
    return json.dumps({"id": "1001", "app": "ours", "email": "", "verified": True} | facts)


def _facts(token: str) -> Any:
    """:raises ValueError: when it is no token that `token` made."""
    facts = json.loads(token)
    if not isinstance(facts, dict) or "id" not in facts:
        raise ValueError
    return facts


class Networks(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            status, body = getattr(self, address.path.strip("/").replace("/", "_"))(query, bearer)
        except ValueError:
            status, body = 400, REFUSED
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def tokeninfo(self, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        facts = _facts(query["access_token"])
        if facts.get("broken"):
            return 500, b"Oops"
        if facts.get("garbled"):
            return 200, b"<html>"
        audience = CLIENT_ID if facts["app"] == "ours" else facts["app"]
        verified = str(facts["verified"]).lower()
        return 200, {"aud": audience, "sub": facts["id"], "email": facts["email"], "email_verified": verified}

    def v1_userinfo(self, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        facts = _facts(bearer)
        return 200, {"sub": facts["id"], "given_name": facts.get("first", ""), "family_name": facts.get("last", "")}

    def debug_token(self, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        assert query["access_token"] == f"{APP_ID}|{APP_SECRET}"
        facts = _facts(query["input_token"])
        app = APP_ID if facts["app"] == "ours" else facts["app"]
        return 200, {"data": {"app_id": app, "is_valid": facts["verified"], "user_id": facts["id"]}}

    def me(self, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        facts = _facts(query["access_token"])
        names = {"first_name": facts.get("first", ""), "last_name": facts.get("last", "")}
        return 200, {"id": facts["id"], **names} | ({"email": facts["email"]} if facts["email"] else {})

    def log_message(self, *args: Any) -> None:
        """Tests are silent."""


@contextmanager
def answering() -> Iterator[str]:
    """The address at which the networks answer meanwhile."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Networks) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
