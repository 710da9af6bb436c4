"""Checks of many sessions, which h2load cannot make: there each request has the same cookie.

On a unix socket, without TLS: what is measured with it is the server's CPU time, not the rate.
"""

import random
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from attrs import frozen

from benchmarks.errors import CannotMeasure

#: Connections, each with one request at a time.
_CONNECTIONS = 8
_END, _LENGTH = b"\r\n\r\n", b"\r\ncontent-length:"


@frozen
class Asked:
    """How many checks were answered in so many *seconds*."""

    count: int
    seconds: float


def ask(unix: Path, head: str, cookie: Callable[[int], str], among: int, seconds: float) -> Asked:
    """Check sessions chosen by chance *among* so many, whose *cookie* says their number.

    *head* is what stands before the ``Cookie`` header.  Raises CannotMeasure if any check fails.
    """
    choose = random.Random(among).randrange
    with ExitStack() as stack:
        connections = [stack.enter_context(_connection(unix)) for _ in range(_CONNECTIONS)]
        began, count = time.monotonic(), 0
        while time.monotonic() - began < seconds:
            for each in connections:
                each.sendall(f"{head}Cookie: {cookie(choose(among))}\r\n\r\n".encode("ascii"))
            for each in connections:
                _expect_200(each)
            count += len(connections)
        return Asked(count, time.monotonic() - began)


def length_of(head: bytes) -> int:
    """The length of the body that follows *head*."""
    _, found, rest = head.lower().partition(_LENGTH)
    if not found:
        raise CannotMeasure(f"an answer without a length: {head!r}")
    return int(rest.partition(b"\r")[0])


def _connection(unix: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30)
    connection.connect(str(unix))
    return connection


def _expect_200(connection: socket.socket) -> None:
    said = b""
    while _END not in said:
        said += _some(connection)
    head, _, body = said.partition(_END)
    if b" 200 " not in head[:16]:
        raise CannotMeasure(f"a check was answered with {head!r}")
    missing = length_of(head) - len(body)
    while missing > 0:
        missing -= len(_some(connection))


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise CannotMeasure("the server closed the connection of a check")
    return data
