"""Thousands of connections that asked once and stay, in a process of their own.

It imports nothing that the tests' own process has set up: it is started afresh.
"""

import contextlib
import multiprocessing
import resource
import select
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from attrs import frozen
from hpack import Decoder, Encoder
from hyperframe.frame import Frame, HeadersFrame, SettingsFrame

from tests.system.client import trusting
from tests.system.rawhttp2 import PREFACE
from tests.system.server import Server

# So many connect at the same moment, as much as keeps two workers busy.
_THREADS = 8
# Seconds that one of them may wait for anything.
_WITHIN = 20
_HEAD = 9
# Of the process that is theirs: what it has opened, until it ends.
_held: list[ssl.SSLSocket] = []


@frozen
class Opened:
    """What became of them: each one's status, or why there is none; and in how many seconds."""

    http1: Counter[str]
    http2: Counter[str]
    seconds: float


@frozen
class Crowd:
    """They are there."""

    opened: Opened
    _pool: ProcessPoolExecutor

    def closed(self) -> int:
        """How many of them the server has closed by now."""
        return self._pool.submit(_closed).result(30)


@contextlib.contextmanager
def idle_crowd(server: Server, each: int) -> Iterator[Crowd]:
    """*each* on HTTP/1.1 and as many on HTTP/2 are at *server*, until the block ends."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        coming = pool.submit(_open_all, server.ports.https, server.authority, each)
        yield Crowd(coming.result(60), pool)


def _open_all(port: int, authority: Path, each: int) -> Opened:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    began = time.monotonic()
    ways = [partial(_http1, port, _context(authority, "http/1.1"))] * each
    ways += [partial(_http2, port, _context(authority, "h2"))] * each
    # In turns, so that neither has the server to itself.
    ways[::2], ways[1::2] = ways[:each], ways[each:]
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(threads.map(_told, ways))
    return Opened(Counter(found[::2]), Counter(found[1::2]), time.monotonic() - began)


def _told(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except OSError as error:
        return repr(error)


def _closed() -> int:
    poll = select.poll()
    for each in _held:
        poll.register(each, select.POLLRDHUP)
    return len(poll.poll(0))


def _context(authority: Path, protocol: str) -> ssl.SSLContext:
    context = trusting(authority)
    context.set_alpn_protocols([protocol])
    return context


def _http1(port: int, context: ssl.SSLContext) -> str:
    head = f"GET /login HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\n\r\n"
    connection = _asked(port, context, head.encode())
    said = b""
    while b"</html>" not in said:
        said += _some(connection)
    return said.split(maxsplit=2)[1].decode()


def _http2(port: int, context: ssl.SSLContext) -> str:
    fields = [
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", f"localhost:{port}"),
        (":path", "/login"),
        ("accept", "text/html"),
    ]
    asking = HeadersFrame(1, Encoder().encode(fields))
    asking.flags |= {"END_HEADERS", "END_STREAM"}
    first = PREFACE + SettingsFrame(0).serialize()
    connection = _asked(port, context, first + asking.serialize())
    status = ""
    for frame in _frames(connection):
        if isinstance(frame, HeadersFrame):
            answer = {str(name): str(value) for name, value in Decoder().decode(frame.data)}
            status = answer[":status"]
        if "END_STREAM" in frame.flags:
            break
    connection.sendall(SettingsFrame(0, flags=["ACK"]).serialize())
    return status


def _frames(connection: ssl.SSLSocket) -> Iterator[Frame]:
    unread = b""
    while True:
        while len(unread) >= _HEAD:
            frame, length = Frame.parse_frame_header(memoryview(unread[:_HEAD]))
            if len(unread) < _HEAD + length:
                break
            frame.parse_body(memoryview(unread[_HEAD : _HEAD + length]))
            unread = unread[_HEAD + length :]
            yield frame
        unread += _some(connection)


def _asked(port: int, context: ssl.SSLContext, request: bytes) -> ssl.SSLSocket:
    """A connection on which *request* was sent; it is kept."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=_WITHIN)
    connection = context.wrap_socket(plain, server_hostname="localhost")
    _held.append(connection)
    connection.sendall(request)
    return connection


def _some(connection: ssl.SSLSocket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("closed before the whole answer")
    return data
