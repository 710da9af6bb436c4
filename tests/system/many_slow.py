"""Many clients that take their time with a request or an answer, in a process of their own.

It imports nothing that the tests' own process has set up: it is started afresh.
"""

import asyncio
import contextlib
import multiprocessing
import ssl
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, repeat
from pathlib import Path

from attrs import frozen
from hpack import Encoder
from hyperframe.frame import HeadersFrame, SettingsFrame

from tests.system.client import trusting
from tests.system.rawhttp2 import PREFACE
from tests.system.server import Server

# So many connect at the same moment; the others wait for them.
_AT_ONCE = 8
# Seconds that all of it may take.
_WITHIN = 50.0


@frozen
class Way:
    """A way to be slow: what is sent *at_once*, then a byte of *slowly* each second, then x's."""

    protocol: str
    at_once: bytes
    slowly: bytes


#: A head that never ends.
HEAD = Way("http/1.1", b"", b"GET /login HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")


def body(host: str) -> Way:
    """A form for *host* of which hardly anything comes."""
    head = (
        f"POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return Way("http/1.1", head.encode(), b"name=")


def answers(host: str, count: int = 4) -> Way:
    """So many pages of *host* are asked for, and none is taken: it has a window for nothing.

    On HTTP/1.1 the kernel would take more than a megabyte for each before anybody waits.
    """
    fields = [(":method", "GET"), (":scheme", "https"), (":authority", host), (":path", "/login")]
    encoder = Encoder()
    first = SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0})
    said = PREFACE + first.serialize()
    for number in range(count):
        asking = HeadersFrame(1 + 2 * number, encoder.encode(fields))
        asking.flags |= {"END_HEADERS", "END_STREAM"}
        said += asking.serialize()
    return Way("h2", said, b"")


@frozen
class Cut:
    """The end of one client: seconds after TLS was done, and the last that the server *said*.

    TLS *began* then, on the monotonic clock.
    """

    began: float
    after: float
    said: bytes


@contextlib.contextmanager
def slow_clients(server: Server, ways: Sequence[Way]) -> Iterator["Future[list[Cut]]"]:
    """A client for each of *ways*, as fast as they can; the result is there when all were cut."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool.submit(_run, server.ports.https, server.authority, ways)


def _run(port: int, authority: Path, ways: Sequence[Way]) -> list[Cut]:
    return asyncio.run(_all(port, authority, ways))


async def _all(port: int, authority: Path, ways: Sequence[Way]) -> list[Cut]:
    gate = asyncio.Semaphore(_AT_ONCE)
    contexts = {each: _context(authority, each) for each in {way.protocol for way in ways}}
    async with asyncio.timeout(_WITHIN):
        return await asyncio.gather(*(_one(port, contexts[it.protocol], gate, it) for it in ways))


def _context(authority: Path, protocol: str) -> ssl.SSLContext:
    context = trusting(authority)
    context.set_alpn_protocols([protocol])
    return context


async def _one(port: int, context: ssl.SSLContext, gate: asyncio.Semaphore, way: Way) -> Cut:
    async with gate:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=context, server_hostname="localhost"
        )
    began = time.monotonic()
    hearing = asyncio.create_task(_hear(reader))
    writer.write(way.at_once)
    more = chain(way.slowly, repeat(ord("x")))
    # Who waits for answers has said everything.
    while True:
        if way.slowly:
            writer.write(bytes([next(more)]))
        if (await asyncio.wait([hearing], timeout=1))[0]:
            break
    after = time.monotonic() - began
    writer.close()
    return Cut(began, after, hearing.result())


async def _hear(reader: asyncio.StreamReader) -> bytes:
    said = b""
    # A reset is an end like another.
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            said += data
    return said
