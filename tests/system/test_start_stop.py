"""How long a server takes to come and to go when nothing else is in the way."""

import time
from statistics import median

from tests.system.client import NO_ANSWER, Client
from tests.system.conftest import MakeServer
from tests.system.server import Server
from tests.system.waiting import until

TIMES = 5
# Seconds.  The goal is for the best of a few: other work on the machine is not ours to time.
START_GOAL = 1.5
START_WITHIN = 6.0
STOP_WITHIN = 1.0


def answers(server: Server) -> bool:
    """Whether somebody answers; from when on the socket is there, it waits for that."""
    try:
        with Client(server) as client:
            return client.get("/login").status == 200
    except NO_ANSWER:
        return False


def timed_start(server: Server) -> float:
    """Start *server*; seconds until it has answered for the first time."""
    began = time.monotonic()
    server.spawn()
    until(lambda: answers(server), 20, server.stderr)
    return time.monotonic() - began


def timed_stop(server: Server) -> float:
    """Stop *server*; seconds until it has ended."""
    until(lambda: len(server.workers()) == 2 and len(server.serving()) == 2, 10)
    began = time.monotonic()
    assert server.stop() == 0
    took = time.monotonic() - began
    assert not server.ours()
    return took


def listed(times: list[float]) -> str:
    """All of them, and what matters about them."""
    each = ", ".join(f"{seconds:.2f}" for seconds in times)
    return f"{each} s: median {median(times):.2f}, best {min(times):.2f}"


def test_start_and_stop(make_server: MakeServer) -> None:
    """A server with two workers serves soon after its start, and without anything to finish it
    ends at once."""
    server = make_server()
    starts, stops = [], []
    for _ in range(TIMES):
        (server.home / "log").write_bytes(b"")
        starts.append(timed_start(server))
        stops.append(timed_stop(server))
    print(f"\nstart to the first answer: {listed(starts)} (goal: best {START_GOAL})")
    print(f"SIGTERM to the end: {listed(stops)}")
    assert min(starts) < START_WITHIN
    assert median(stops) < STOP_WITHIN
    assert "Traceback" not in server.stderr()
