"""The peer on Hypercorn: an ASGI application with a dict of sessions and an answer that is ready.

No store, no expiry, no log; the cookie's header is cut at its first equals sign, not parsed.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

_TEXT = (b"content-type", b"text/plain")
_sessions: dict[bytes, bytes] = {}


async def app(scope: Event, receive: Receive, send: Send) -> None:
    """``/login`` for everybody, with a new session; elsewhere 200 for who has one, else 401."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] == "/login":
        await _answer(send, 200, b"hello\n", (b"set-cookie", _enter()))
    else:
        body = _sessions.get(_token(scope["headers"]))
        await _answer(send, 401 if body is None else 200, body or b"")


def _enter() -> bytes:
    token = secrets.token_urlsafe(32).encode("ascii")
    _sessions[token] = b"ok"
    return b"session=" + token + b"; Path=/; Secure; HttpOnly"


def _token(headers: list[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == b"cookie":
            return value.partition(b"=")[2]
    return b""


async def _answer(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [_TEXT, (b"content-length", b"%d" % len(body)), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})
