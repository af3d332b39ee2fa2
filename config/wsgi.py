"""The WSGI application, for `manage.py serve` and any other WSGI server."""

import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

from config.bodies import receiving
from config.postgresql import timeouts
from config.proxies import believe, networks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """A request in UTF-8, whatever the client calls it.

    Django takes the name of any codec, and falls over one that decodes no text, such as
    `Content-Type: application/json; charset=hex`, before there is anything that could answer.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, name: str) -> None:
        pass


_django: Any = get_wsgi_application()
timeouts.limit()
_django.request_class = Request
_trusted = networks(settings.TRUSTED_PROXIES)

# Connections are looked at once for each request, at its end. No query is kept, and no cache has to be closed.
for signal, receiver in (
    (request_started, reset_queries),
    (request_started, close_old_connections),
    (request_finished, close_caches),
):
    signal.disconnect(receiver)


def respond(request: Request) -> Any:
    """The answer of Django, for `config.rsgi`, which has received the body already, and closes the answer.

    Django's handler would also note the thread's URLconf, of which there is one, and log what the log does not keep.
    """
    if _trusted:
        believe(request.META, _trusted)
    response = _django._middleware_chain(request)  # noqa: SLF001
    response._resource_closers.append(request.close)  # noqa: SLF001
    return response


def _believing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if _trusted:
        believe(environ, _trusted)
    parts: Iterable[bytes] = _django(environ, start_response)
    return parts


application = receiving(_believing)
