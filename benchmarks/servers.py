"""A server as a process: started, waited for, ended."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attrs import field, frozen

from benchmarks import usage
from benchmarks.client import Client
from benchmarks.comparison import Reading
from benchmarks.errors import CannotMeasure

START_WITHIN = 30.0
#: Longer than a worker may drain.
_END_WITHIN = 10.0
#: Seconds between two attempts to connect: what a start is measured to.
_EVERY = 0.002

Process = subprocess.Popen[bytes]


@frozen
class Server:
    """What starts a server that answers ``GET /login``, and is called *name* in the tables.

    *home* is its directory, *unix* where it speaks HTTP/1.1 without TLS.  *enter* signs in, and
    says what the ``Cookie`` header is from then on.
    """

    name: str
    command: list[str]
    home: Path
    client: Client
    unix: Path
    enter: Callable[[Client], str]
    environment: Mapping[str, str] = field(factory=dict)
    speaks_http2: bool = True
    #: Whether it says OK behind 200 (see :class:`benchmarks.h2load.Load`).
    has_reasons: bool = True


@frozen
class Running:
    """A server that serves; *start* is what passed until its first 200, in seconds."""

    server: Server
    pid: int
    start: Reading
    cookie: str

    def cpu_seconds(self) -> float:
        """What all its processes have used until now."""
        return usage.cpu_seconds(self.pid)

    def memory(self) -> list[float]:
        """The bytes that each of its processes has, with its part of what several share."""
        return usage.memory(self.pid)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(server: Server, within: float = START_WITHIN) -> Iterator[Running]:
    """Runs *server*, which starts *within* so many seconds, until the block ends."""
    server.home.mkdir(exist_ok=True)
    # Not all take theirs away when they end.
    server.unix.unlink(missing_ok=True)
    output = server.home / "output"
    with open(output, "wb") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            server.command,
            cwd=server.home,
            env=os.environ | server.environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, server, began + within)
        start = Reading(time.monotonic() - began, usage.cpu_seconds(process.pid))
        yield Running(server, process.pid, start, server.enter(server.client))
    finally:
        _end(process)


@contextmanager
def serving_all(servers: list[Server]) -> Iterator[list[Running]]:
    """Runs them side by side until the block ends: who is not asked has nothing to do."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(each)) for each in servers]


def _wait(process: Process, server: Server, until: float) -> None:
    while not _answers(server.client):
        if process.poll() is not None or time.monotonic() > until:
            said = (server.home / "output").read_text("utf-8", "replace")
            raise CannotMeasure(f"{server.command} does not serve:\n{said}")
        time.sleep(_EVERY)


def _answers(client: Client) -> bool:
    try:
        return client.get("/login").status == 200
    except (ConnectionError, TimeoutError):
        return False


def _end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(_END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
