"""Workers that die, hang and come again; a supervisor that stops, and one that is killed."""

import os
import signal
import time
from collections import Counter

from tests.system import processes
from tests.system.client import NO_ANSWER, Client
from tests.system.conftest import MakeServer
from tests.system.pinned import one_each, worker_of
from tests.system.server import Server
from tests.system.together import all_at_once
from tests.system.waiting import SLACK, until

ROUNDS = 200


def answers(server: Server) -> bool:
    """Whether somebody serves."""
    try:
        with Client(server, timeout=2) as client:
            return client.get("/login").status == 200
    except NO_ANSWER:
        return False


def test_every_worker_answers(server: Server) -> None:
    """Connections that come together reach both workers."""

    def ask(_: int) -> None:
        with Client(server) as client:
            for _ in range(5):
                assert client.get("/login").status == 200

    all_at_once(ask, range(40))
    until(lambda: len(server.requests()) >= 200, 5)
    counts = Counter(each["worker"] for each in server.requests())
    print(f"\n40 connections at once, their requests by worker: {dict(counts)}")
    assert set(counts) == {1, 2}


def test_workers_agree(server: Server) -> None:
    """A session made on one worker is good on the other at the next request, and a revoked one
    is dead there at the next request."""
    violations = 0
    with one_each(server) as pair:
        for turn in range(ROUNDS):
            here, there = pair if turn % 2 else reversed(pair)
            assert here.sign_in().status == 201
            there.cookies = dict(here.cookies)
            violations += there.who().status != 200
            assert there.sign_out().status == 204
            violations += here.who().status != 401
        assert [worker_of(client, server) for client in pair] == [1, 2]
    print(f"\n{ROUNDS} rounds on two workers: {violations} violations")
    assert violations == 0


def test_dead_worker(make_server: MakeServer) -> None:
    """A dead worker is replaced at once, and nobody notices."""
    server = make_server().start()
    before = server.serving()
    processes.kill(before[1])
    spawned = until(lambda: len(set(server.workers()) - set(before.values())) == 1, 5)
    assert answers(server)
    serves = spawned + until(lambda: 1 in server.serving(), 10)
    print(f"\na dead worker: a new process after {spawned:.2f} s, serves after {serves:.2f} s")
    assert server.serving()[1] != before[1]
    assert server.serving()[2] == before[2]
    assert server.is_ready()


def test_caretaker(make_server: MakeServer) -> None:
    """Exactly one worker is the caretaker, and when it dies another becomes it."""
    server = make_server().start()
    first = [each["worker"] for each in server.events("caretaker appointed")]
    assert len(first) == 1
    processes.kill(server.serving()[first[0]])
    until(lambda: len(server.events("caretaker appointed")) == 2, 5)
    until(lambda: len(server.serving()) == 2, 10)
    second = [each["worker"] for each in server.events("caretaker appointed")]
    assert len(second) == 2
    assert second[1] != first[0]


def test_hanging_worker(make_server: MakeServer) -> None:
    """A worker that hangs is killed and replaced."""
    server = make_server().start()
    hanging = server.serving()[2]
    os.kill(hanging, signal.SIGSTOP)
    gone = until(lambda: processes.is_gone(hanging), 20, lambda: "not killed")
    serves = gone + until(lambda: server.serving().get(2, hanging) != hanging, 10)
    print(f"\na hanging worker: killed after {gone:.1f} s, its successor serves at {serves:.1f} s")
    assert gone < 15 + SLACK
    assert {each["why"] for each in server.events("worker killed")} == {"no heartbeat"}


def test_killed_supervisor(make_server: MakeServer) -> None:
    """When the supervisor is killed the workers finish, and go."""
    server = make_server().start()
    with Client(server) as client:
        client.sign_in()
        processes.kill(server.pid)
        server.wait()
        took = until(lambda: not server.ours(), 10, lambda: f"still there: {server.ours()}")
    print(f"\nsupervisor killed: the workers are gone after {took:.2f} s")
    server.start()
    with Client(server) as again:
        again.cookies = client.cookies
        assert again.who().status == 200


def test_stop(make_server: MakeServer) -> None:
    """SIGTERM: exit status 0, and an open connection that idles does not delay it."""
    server = make_server(settings={"workers.drain_seconds": 60}).start()
    with Client(server) as client:
        client.sign_in()
        began = time.monotonic()
        assert server.stop() == 0
        took = time.monotonic() - began
    print(f"\nSIGTERM: ended after {took:.2f} s")
    assert not server.ours()
    assert "Traceback" not in server.stderr()


def test_stop_at_once(make_server: MakeServer) -> None:
    """A second SIGTERM ends a drain that would take long."""
    server = make_server(settings={"workers.drain_seconds": 60}).start()
    # Half a request is one that runs: the drain waits for the rest of it.
    with Client(server) as client:
        client.connection.connect()
        client.connection.sock.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\n")
        server.signal(signal.SIGTERM)
        until(lambda: not server.is_ready(), 5)
        began = time.monotonic()
        server.signal(signal.SIGTERM)
        status = server.wait()
        took = time.monotonic() - began
    print(f"\nsecond SIGTERM: ended after {took:.2f} s with {status}")
    assert status == 0
    until(lambda: not server.ours(), 2)
