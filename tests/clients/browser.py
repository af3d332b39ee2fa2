"""As much of a browser as the sign-in and consent pages need: cookies, forms, redirects followed by hand."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter

from tests.servers import PATIENCE

FORM = re.compile(r"<form\b(.*?)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|button)\b(.*?)>", re.DOTALL)
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


class Elsewhere(BaseAdapter):
    """Where a sign-in leads back to: other sites, and apps by schemes of their own. The page there is empty."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        page = requests.Response()
        page.status_code, page.url, page._content = 200, request.url or "", b""
        return page

    def close(self) -> None:
        pass


class Browser:
    """One person at one screen."""

    def __init__(self) -> None:
        self.session = requests.Session()
        for beginning in ("", "https://"):
            self.session.mount(beginning, Elsewhere())
        self.page = requests.Response()

    def open(self, url: str) -> None:
        self.page = self.session.get(url, timeout=PATIENCE)
        assert self.page.ok, self.page.text

    def send(self, button: str, **typed: str) -> None:
        """Fill in the form that has this button, and press it."""
        attributes, fields = next(found for found in FORM.findall(self.page.text) if f">{button}<" in found[1])
        values = {}
        for field in map(dict, map(ATTRIBUTE.findall, FIELD.findall(fields))):
            if field.get("type", "text") in {"hidden", "text", "password", "email"} and "name" in field:
                values[field["name"]] = unescape(field.get("value", ""))
        assert typed.keys() <= values.keys(), (typed, values)
        action = unescape(dict(ATTRIBUTE.findall(attributes)).get("action", ""))
        headers = {"Referer": self.page.url, "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(self.page.url))}
        self.page = self.session.post(urljoin(self.page.url, action), values | typed, headers=headers, timeout=PATIENCE)
        assert self.page.ok, self.page.text

    def address(self, name: str) -> str:
        """A value of the query in the address bar."""
        return parse_qs(urlsplit(self.page.url).query)[name][0]
