"""Connections on which the server waits for something, and how each of these waits ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from attrs import frozen

from tests.system.client import Client
from tests.system.rawhttp2 import RawHttp2
from tests.system.server import Server
from tests.system.together import all_at_once

# Seconds that a test waits for an end which the server owes it much sooner.
_WITHIN = 15.0
# Each has a limit of its own: a head, a body, and the next request.
_HEAD = "GET /login HTTP/1.1\r\n"
_BODY = "POST /login HTTP/1.1\r\nHost: {}\r\nContent-Length: 10\r\n\r\n1234"


@frozen
class End:
    """The end of a wait: the last that the server said before it closed, after how many seconds."""

    said: bytes
    after: float


@frozen
class _Wait:
    """*began* before the server's wait did, so that no wait seems shorter than it was."""

    began: float
    read_to_end: Callable[[], bytes]

    def end(self) -> End:
        said = self.read_to_end()
        return End(said, time.monotonic() - self.began)


@contextmanager
def waits(server: Server) -> Iterator[Callable[[], dict[str, End]]]:
    """One connection for each thing that *server* waits for; call what this gives for the ends."""
    host = f"localhost:{server.ports.https}"
    with ExitStack() as stack:
        begun = {
            "head": _sending(stack.enter_context(Client(server)), _HEAD),
            "body": _sending(stack.enter_context(Client(server)), _BODY.format(host)),
            "request": _idle(stack.enter_context(Client(server))),
            "HTTP/2 request": _idle_http2(stack, server),
        }

        def ends() -> dict[str, End]:
            # Together: who is read after the others would seem to have waited longer.
            found = all_at_once(_Wait.end, begun.values())
            return dict(zip(begun, found, strict=True))

        yield ends


def _sending(client: Client, data: str) -> _Wait:
    began = time.monotonic()
    client.connection.connect()
    client.connection.sock.sendall(data.encode())
    return _Wait(began, lambda: _read_to_end(client))


def _idle(client: Client) -> _Wait:
    began = time.monotonic()
    assert client.get("/login").status == 200
    return _Wait(began, lambda: _read_to_end(client))


def _idle_http2(stack: ExitStack, server: Server) -> _Wait:
    began = time.monotonic()
    raw = stack.enter_context(RawHttp2(server))
    assert raw.get(1).status == 200
    return _Wait(began, lambda: b"GOAWAY" if raw.end(_WITHIN) is not None else b"")


def _read_to_end(client: Client) -> bytes:
    said = b""
    client.connection.sock.settimeout(_WITHIN)
    while chunk := client.connection.sock.recv(65536):
        said += chunk
    return said
