"""The ASGI application of the streams: WebSocket, server-sent events and a health check.

A plain ASGI callable, so that any ASGI server can run it; pings are the server's (`config.server`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from django.http import parse_cookie

from accounts import session_store
from compat_mastodon import bearer
from compat_mastodon.streaming import channels
from compat_mastodon.streaming.channels import PATH, TOO_BUSY, Refused
from compat_mastodon.streaming.connection import STATE, Connection
from compat_mastodon.streaming.hub import UNANSWERED, Hub, Listener, News, in_database

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LAST_WORD = 5.0  # seconds that a client has to take the last word, and to let its socket go
LAST_WORD_AT_END = 2.0  # the same once the server ends, which does not wait longer itself
THUMP = 15.0  # seconds between the heartbeats of an event stream
HEADERS = [
    (b"cache-control", b"private, no-store"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Authorization, Accept, Cache-Control"),
    (b"access-control-allow-methods", b"GET, OPTIONS"),
    (b"x-accel-buffering", b"no"),  # a proxy that collects an answer first would never send it
]
PAGE = f"{PATH}/page"
PAGE_TIME = 300.0  # seconds after which a page connects again, if its session still lives
PAGES_MAY_READ = {
    b"access-control-allow-origin": settings.BASE_URL.encode(),  # the streams may have a port of their own
    b"access-control-allow-credentials": b"true",
}
HUB = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["type"]:
        case "http":
            await _http(scope, receive, send)
        case "websocket":
            await _websocket(scope, receive, send)
        case "lifespan":
            await _lifespan(receive, send)


# --- server-sent events ---------------------------------------------------------------------------


async def _http(scope: Scope, receive: Receive, send: Send) -> None:
    path = scope["path"].rstrip("/")
    if scope["method"] == "OPTIONS":
        await _answer(send, 200, b"text/plain", b"")
    elif path == f"{PATH}/health":
        await _answer(send, 200, b"text/plain", b"OK")
    elif not path.startswith(f"{PATH}/") or scope["method"] != "GET":
        await _refuse(send, Refused(404, "Not Found"))
    else:
        try:
            listener = await (_member(scope) if path == PAGE else _admitted(scope, channels.of_path(path)))
            async with HUB.listening(listener):
                await _events(listener, receive, send)
                await _hang_up(scope, send, {"type": "http.response.body", "body": b""})
        except Refused as refused:
            await _refuse(send, refused)


async def _events(listener: Listener, receive: Receive, send: Send) -> None:
    async def tell() -> None:
        while True:
            try:
                news = await asyncio.wait_for(listener.news.get(), THUMP)
            except TimeoutError:
                await write(b":thump\n\n")
            else:
                await write(b"event: %s\ndata: %s\n\n" % (news.event.encode(), news.payload))

    async def write(part: bytes) -> None:
        await send({"type": "http.response.body", "body": part, "more_body": True})

    async def gone() -> None:
        """Wait until the client goes, or sends a body, which might have no end."""
        while (message := await receive())["type"] != "http.disconnect" and not message.get("more_body"):
            pass

    headers = [(b"content-type", b"text/event-stream"), (b"connection", b"close"), *HEADERS]
    endings = [tell(), gone(), listener.ended.wait()]
    if listener.token is None:
        headers = [*(dict(headers) | PAGES_MAY_READ).items()]
        endings.append(asyncio.sleep(PAGE_TIME))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await write(b":)\n")
    await _first_of(*endings)


# --- WebSocket ------------------------------------------------------------------------------------


async def _websocket(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()  # the client asks to connect
    try:
        if scope["path"].rstrip("/") != PATH and not scope["path"].startswith(f"{PATH}/"):
            raise Refused(404, "Not Found")
        channel = _query(scope, "stream") or channels.of_path(scope["path"])
        listener = await _admitted(scope, channel)
        async with HUB.listening(listener):
            await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
            code = await _first_of(_frames(listener, send), _orders(listener, receive, send), _end(listener))
            await _hang_up(scope, send, *([] if code is None else [{"type": "websocket.close", "code": code}]))
    except Refused as refused:
        await _refuse(send, refused, "websocket.http.response")


async def _frames(listener: Listener, send: Send) -> None:
    while True:
        news = await listener.news.get()
        for channel in listener.telling:
            await _say(send, _frame(channel, news))


async def _end(listener: Listener) -> int:
    """Wait until the listener has to go; gives the code to close with."""
    await listener.ended.wait()
    return listener.code


def _frame(channel: str, news: News) -> dict[str, Any]:
    return {"stream": [channel], "event": news.event, "payload": news.payload.decode()}


async def _orders(listener: Listener, receive: Receive, send: Send) -> int | None:
    """Do what the client says until it goes, or gives a reason to close with this code."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text is None:
            return 1003
        try:
            _obey(listener, text)
        except Refused as refused:
            await _say(send, {"error": refused.text, "status": refused.status})
        await asyncio.sleep(0)  # others are served, too, and this client may be gone
    return None


def _obey(listener: Listener, text: str) -> None:
    """Subscribe or unsubscribe; what is neither is not heard.

    :raises Refused: when the stream cannot be subscribed to.
    """
    try:
        order = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not isinstance(order, dict):
        return
    channel = order.get("stream")
    if isinstance(channel, list):
        channel = channel[0] if channel else None
    channel = channel if isinstance(channel, str) else ""
    match order.get("type"):
        case "subscribe":
            channels.check(channel, listener.scopes)
            listener.channels.add(channel)
        case "unsubscribe":
            listener.channels.discard(channel)


async def _say(send: Send, value: dict[str, Any]) -> None:
    try:
        await send({"type": "websocket.send", "text": orjson.dumps(value).decode()})
    except RuntimeError:  # the server closed the socket just now, because its client was silent
        raise ConnectionError from None


# --- who is calling -------------------------------------------------------------------------------


async def _admitted(scope: Scope, channel: str) -> Listener:
    """A caller with a good token, listening to the channel if one is named.

    :raises Refused: when the caller may not, or not to this channel.
    """
    text = _token(scope)
    if not text:
        raise Refused(401, "Missing access token")
    try:
        token = await in_database(bearer.find, text)
    except UNANSWERED:
        raise Refused(503, TOO_BUSY) from None
    if token is None or token.account is None or token.revoked_at or token.suspended_at or token.unconfirmed:
        raise Refused(401, "Invalid access token")
    listener = Listener(token.account, token.id, token.scope)
    if channel:
        channels.check(channel, listener.scopes)
        listener.channels.add(channel)
    return listener


async def _member(scope: Scope) -> Listener:
    """A page of ours, with the session of its member.

    :raises Refused: when nobody is signed in, or the page is another site's.
    """
    ours = _header(scope, b"origin") or (_header(scope, b"sec-fetch-site") == "same-origin" and settings.BASE_URL)
    session = parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    try:
        account = await in_database(session_store.member, session) if session and ours == settings.BASE_URL else None
    except UNANSWERED:
        raise Refused(503, TOO_BUSY) from None
    if account is None:
        raise Refused(401, "Nobody is signed in")
    return Listener(account)


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _token(scope: Scope) -> str:
    """Return the token of the header, the query or the subprotocol, in this order."""
    scheme, _, token = _header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return str(token.strip())
    return _query(scope, "access_token") or next(iter(scope.get("subprotocols", ())), "")


def _query(scope: Scope, name: str) -> str:
    with suppress(ValueError):  # more fields than anybody needs
        values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=100).get(name)
        return values[0] if values else ""
    return ""


# --- answers --------------------------------------------------------------------------------------


async def _refuse(send: Send, refused: Refused, kind: str = "http.response") -> None:
    body = orjson.dumps({"error": refused.text})
    await _answer(send, refused.status, b"application/json; charset=utf-8", body, kind)


async def _answer(send: Send, status: int, content: bytes, body: bytes, kind: str = "http.response") -> None:
    headers = [(b"content-type", content), (b"content-length", str(len(body)).encode()), *HEADERS]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


async def _hang_up(scope: Scope, send: Send, *last: Message) -> None:
    """Say the last word, and wait until the socket is gone: a stream counts until then.

    A client that takes too long is cut off.
    """
    connection: Connection | None = scope.get("state", {}).get(STATE)
    with suppress(OSError, RuntimeError, TimeoutError):  # the client may have gone first
        async with asyncio.timeout(LAST_WORD if HUB.open else LAST_WORD_AT_END):
            for message in last:
                await send(message)
            if connection:
                await connection.gone.wait()
    if connection:
        connection.cut_off()
        await connection.gone.wait()


async def _first_of(*several: Coroutine[Any, Any, Any]) -> Any:
    """Run all until the first ends, and give its result."""
    tasks = [asyncio.create_task(each) for each in several]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    first = next(iter(done))
    if isinstance(failure := ended[tasks.index(first)], OSError):
        return None  # the client has gone
    if isinstance(failure, BaseException):
        raise failure
    return first.result()


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    HUB.close()
    await send({"type": "lifespan.shutdown.complete"})
