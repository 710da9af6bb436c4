"""Two hundred logins at once: whoever fits into the queue is served, and nobody else waits."""

import multiprocessing
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from functools import partial

from tests.system.client import ALICE, PASSWORD, Client
from tests.system.conftest import MakeServer
from tests.system.operator import figures
from tests.system.pinned import one_each
from tests.system.server import Server
from tests.system.storm import Answer, Login, storm
from tests.system.waiting import until

WRONG = "not the right password"
#: Each name is below the hundred failures in a row that would lock it.
LOGINS = [
    login
    for number in range(40)
    for login in (
        Login(ALICE, PASSWORD, right=True),
        Login("bob", WRONG, right=False),
        Login("bob", PASSWORD, right=True),
        Login(ALICE, WRONG, right=False),
        Login(f"nobody{number}", WRONG, right=False),
    )
]
# What waits in the queue of one worker, at most.
QUEUE = 64
# Seconds between two looks: a reader without a pause would take the cores from the hashes.
PAUSE = 0.02
SETTINGS = {
    # A hash costs what it costs people.
    "passwords.argon2": None,
    # On a busy machine connecting may take long, and what waits in the queue too.
    "limits.header_seconds": 60,
    "limits.handler_seconds": 60,
}


def waiting(server: Server) -> float:
    """How many hashes wait or are under way, on all workers."""
    return figures(server)["authsrv_hashes_waiting[]"]


@contextmanager
def storming(server: Server) -> Iterator["Future[list[Answer]]"]:
    """All of LOGINS are at the server."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        coming = pool.submit(storm, server.ports.https, server.authority, LOGINS)
        until(lambda: coming.done() or waiting(server) >= QUEUE, 60)
        yield coming


def milliseconds(work: Callable[[], object]) -> float:
    """How long *work* takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def page(client: Client) -> None:
    """A page for somebody who is signed in."""
    assert client.get("/account").status == 200


def health(server: Server) -> None:
    """What the operator's machines ask again and again."""
    assert server.operator("/healthz")[0] == 200


def test_login_storm(make_server: MakeServer) -> None:
    """Of 200 logins at once those who fit into the queue are signed in or refused, the others are
    told to come back; meanwhile nobody who is signed in waits for them, nor does the operator."""
    server = make_server(settings=SETTINGS).start()
    pages: list[float] = []
    healths: list[float] = []
    with one_each(server) as readers:
        for reader, name in zip(readers, (ALICE, "bob"), strict=True):
            assert reader.sign_in(name).status == 201
        with storming(server) as coming:
            while not wait_for([coming], PAUSE).done:
                pages += [milliseconds(partial(page, reader)) for reader in readers]
                healths.append(milliseconds(partial(health, server)))
            answers = coming.result()
    counts = Counter(answer.status for answer in answers)
    slowest = max(answer.after for answer in answers)
    print(f"\n{len(answers)} logins at once: {dict(counts)}, the last answer after {slowest:.1f} s")
    for what, times in (("pages", pages), ("/healthz", healths)):
        print(
            f"meanwhile {len(times)} times {what}: median {statistics.median(times):.1f} ms, "
            f"slowest {max(times):.0f} ms"
        )
    assert sum(counts.values()) == len(LOGINS)
    assert set(counts) == {201, 401, 503}
    for answer in answers:
        assert answer.status in (503, 201 if answer.login.right else 401)
        assert (answer.retry_after > 0) == (answer.status == 503)
    # As many as one queue holds, at least: how the connections fall on the workers is chance.
    assert counts[201] + counts[401] >= QUEUE
    assert statistics.median(pages) < 50
    assert statistics.median(healths) < 50
