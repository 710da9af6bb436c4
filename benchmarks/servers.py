"""A server as a process: started, waited for, ended."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from benchmarks.client import Client
from benchmarks.comparison import Reading
from benchmarks.errors import CannotMeasure
from benchmarks.usage import cpu_seconds

START_WITHIN = 30.0
#: Longer than a worker may drain.
_END_WITHIN = 10.0
#: Seconds between two attempts to connect: what a start is measured to.
_EVERY = 0.002

Process = subprocess.Popen[bytes]


@frozen
class Server:
    """What starts a server that answers ``GET /login``; *home* is its directory."""

    command: list[str]
    home: Path
    client: Client
    environment: Mapping[str, str]


@frozen
class Running:
    """A server that serves; *start* is what passed until its first 200, in seconds."""

    pid: int
    client: Client
    start: Reading

    def cpu_seconds(self) -> float:
        """What all its processes have used until now."""
        return cpu_seconds(self.pid)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(server: Server) -> Iterator[Running]:
    """Runs *server* until the block ends."""
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
        _wait(process, server, began + START_WITHIN)
        start = Reading(time.monotonic() - began, cpu_seconds(process.pid))
        yield Running(process.pid, server.client, start)
    finally:
        _end(process)


def _wait(process: Process, server: Server, until: float) -> None:
    while not _answers(server.client):
        if process.poll() is not None or time.monotonic() > until:
            said = (server.home / "output").read_text("utf-8", "replace")
            raise CannotMeasure(f"{server.command} does not serve:\n{said}")
        time.sleep(_EVERY)


def _answers(client: Client) -> bool:
    try:
        return client.get("/login").status == 200
    except ConnectionError:
        return False


def _end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(_END_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
