"""Many logins at the same moment, in a process of their own: who measures must not wait for them.

It imports nothing that the tests' own process has set up: it is started afresh.
"""

import asyncio
import http.client
import io
import json
import ssl
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from tests.system.client import trusting

# Seconds that all of it may take.
_WITHIN = 120.0
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@frozen
class Login:
    """Somebody who wants to sign in; *right*: with the right password."""

    name: str
    password: str
    right: bool


@frozen
class Answer:
    """What *login* was told, after how many seconds; *retry_after* is 0 if nothing was said."""

    login: Login
    status: int
    retry_after: int
    after: float


def storm(port: int, authority: Path, logins: Sequence[Login]) -> list[Answer]:
    """Connect for all of *logins*, then send all of them at once; their answers."""
    return asyncio.run(_storm(port, authority, logins))


async def _storm(port: int, authority: Path, logins: Sequence[Login]) -> list[Answer]:
    context = trusting(authority)
    async with asyncio.timeout(_WITHIN):
        # One after the other: all at once would be a storm of handshakes.
        opened = [await _connect(port, context) for _ in logins]
        arriving = zip(logins, opened, strict=True)
        return await asyncio.gather(*(_sign_in(port, who, *streams) for who, streams in arriving))


async def _connect(port: int, context: ssl.SSLContext) -> Streams:
    return await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname="localhost"
    )


async def _sign_in(
    port: int, login: Login, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Answer:
    body = json.dumps({"name": login.name, "password": login.password})
    head = (
        f"POST /api/session HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    began = time.monotonic()
    writer.write((head + body).encode())
    said = io.BytesIO(await reader.read())
    after = time.monotonic() - began
    writer.close()
    status = int(said.readline().split()[1])
    headers = http.client.parse_headers(said)
    return Answer(login, status, int(headers.get("Retry-After", 0)), after)
