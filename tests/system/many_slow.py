"""Many clients whose request comes in a byte a second, in a process of their own.

It imports nothing that the tests' own process has set up: it is started afresh.
"""

import asyncio
import contextlib
import multiprocessing
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, repeat
from pathlib import Path

from attrs import frozen

from tests.system.client import trusting
from tests.system.server import Server

# So many connect at the same moment; the others wait for them.
_AT_ONCE = 8
# Seconds that all of it may take.
_WITHIN = 50.0
_HEAD = b"GET /login HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


@frozen
class Cut:
    """The end of one client: seconds after TLS was done, and the last that the server *said*."""

    after: float
    said: bytes


@contextlib.contextmanager
def slow_heads(server: Server, count: int) -> Iterator["Future[list[Cut]]"]:
    """*count* clients come as fast as they can; the result is there when all have been cut."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool.submit(_run, server.ports.https, server.authority, count)


def _run(port: int, authority: Path, count: int) -> list[Cut]:
    return asyncio.run(_all(port, trusting(authority), count))


async def _all(port: int, context: ssl.SSLContext, count: int) -> list[Cut]:
    gate = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.timeout(_WITHIN):
        return await asyncio.gather(*(_one(port, context, gate) for _ in range(count)))


async def _one(port: int, context: ssl.SSLContext, gate: asyncio.Semaphore) -> Cut:
    async with gate:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=context, server_hostname="localhost"
        )
    began = time.monotonic()
    hearing = asyncio.create_task(_hear(reader))
    for byte in chain(_HEAD, repeat(ord("x"))):
        writer.write(bytes([byte]))
        if (await asyncio.wait([hearing], timeout=1))[0]:
            break
    after = time.monotonic() - began
    writer.close()
    return Cut(after, hearing.result())


async def _hear(reader: asyncio.StreamReader) -> bytes:
    said = b""
    # A reset is an end like another.
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            said += data
    return said
