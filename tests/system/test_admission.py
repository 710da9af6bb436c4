"""How many connections are let in, and what happens when there is no descriptor for one more."""

import contextlib
import os
import resource
import signal
import socket
import ssl
from collections.abc import Iterator

from tests.system import processes
from tests.system.client import Client, trusting
from tests.system.conftest import MakeServer
from tests.system.operator import figures
from tests.system.server import Server
from tests.system.waiting import until

#: Not 127.0.0.1, which is a trusted proxy by default.
STRANGER, OTHER = "127.0.0.2", "127.0.0.3"


@contextlib.contextmanager
def from_address(server: Server, address: str) -> Iterator[list[ssl.SSLSocket]]:
    """A list of connections from *address*; those in it are closed at the end."""
    opened: list[ssl.SSLSocket] = []
    try:
        yield opened
    finally:
        for each in opened:
            each.close()


def connect(server: Server, address: str) -> ssl.SSLSocket | None:
    """A connection on which the handshake is done, or None if the server has closed it."""
    context = trusting(server.authority)
    plain = socket.create_connection(
        ("127.0.0.1", server.ports.https), timeout=10, source_address=(address, 0)
    )
    try:
        return context.wrap_socket(plain, server_hostname="localhost")
    except (ConnectionError, ssl.SSLError):
        plain.close()
        return None


def connect_many(server: Server, address: str, opened: list[ssl.SSLSocket], times: int) -> int:
    """Try it *times* times; how many were let in, which are in *opened* now."""
    found = [each for each in (connect(server, address) for _ in range(times)) if each is not None]
    opened += found
    return len(found)


def asks(connection: ssl.SSLSocket, server: Server) -> bytes:
    """The status line for a GET."""
    host = f"localhost:{server.ports.https}"
    connection.sendall(f"GET /login HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return connection.recv(64).partition(b"\r\n")[0]


def struck(server: Server, limit: str) -> int:
    """How often *limit* has struck."""
    _, text = server.operator("/metrics")
    wanted = f'authsrv_limits_total{{limit="{limit}"}} '
    return int(sum(float(line.split()[-1]) for line in text.splitlines() if wanted in line))


def test_one_address(make_server: MakeServer) -> None:
    """Ten from one address are let in, over both workers; others are not touched by it."""
    server = make_server(2, settings={"limits.connections_per_address": 10}).start()
    with from_address(server, STRANGER) as mine, from_address(server, OTHER) as others:
        assert connect_many(server, STRANGER, mine, 40) == 10
        assert connect_many(server, STRANGER, mine, 5) == 0
        assert connect_many(server, OTHER, others, 5) == 5
        assert struck(server, "connections_per_address") == 35
        # Those that are in are served, and whoever comes by a trusted proxy is too.
        assert all(asks(each, server) == b"HTTP/1.1 200 OK" for each in mine)
        with contextlib.ExitStack() as stack:
            for _ in range(15):
                assert stack.enter_context(Client(server)).get("/login").status == 200
        for _ in range(4):
            mine.pop().close()
        until(lambda: connect_many(server, STRANGER, mine, 1) == 1, 5)
        until(lambda: len(mine) + connect_many(server, STRANGER, mine, 3) == 10, 5)
        told = server.events("limit struck")
        assert {each["address"] for each in told} == {STRANGER}


def test_killed_worker(make_server: MakeServer) -> None:
    """What a killed worker had counted against an address is forgotten."""
    server = make_server(2, settings={"limits.connections_per_address": 10}).start()
    with from_address(server, STRANGER) as mine:
        assert connect_many(server, STRANGER, mine, 12) == 10
        for pid in server.serving().values():
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(server.events("worker ready")) == 4, 20)
        again: list[ssl.SSLSocket] = []
        assert connect_many(server, STRANGER, again, 12) == 10
        mine += again


def test_one_worker(make_server: MakeServer) -> None:
    """Beyond so many in all nobody is let in, whoever it is."""
    server = make_server(1, settings={"limits.connections": 8}).start()
    with from_address(server, STRANGER) as mine:
        assert connect_many(server, STRANGER, mine, 5) == 5
        assert connect_many(server, OTHER, mine, 5) == 3
        assert connect(server, "127.0.0.1") is None
        assert struck(server, "connections") == 3
        mine.pop().close()
        until(lambda: connect_many(server, OTHER, mine, 1) == 1, 5)


def test_no_descriptors(make_server: MakeServer) -> None:
    """Without descriptors who comes waits, who is signed in goes on, and nobody signs in."""
    server = make_server(1, settings={"limits.header_seconds": 30}).start()
    (worker,) = server.serving().values()
    with Client(server) as known, Client(server) as new:
        assert known.sign_in().status == 201
        assert new.get("/login").status == 200
        before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
        used = len(os.listdir(f"/proc/{worker}/fd"))
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (used + 20, before[1]))
        waiting = [
            socket.create_connection(("127.0.0.1", server.ports.https), timeout=20)
            for _ in range(60)
        ]
        try:
            until(lambda: struck(server, "descriptors") > 0, 10)
            assert server.events("overloaded, nobody can sign in")[0]["why"] == "descriptors"
            assert server.events("accepting paused")[0]["why"] == "Too many open files"
            assert known.get("/account").status == 200
            refused = new.sign_in()
            assert refused.status == 503
            assert int(refused.headers["Retry-After"]) > 0
            resource.prlimit(worker, resource.RLIMIT_NOFILE, before)
            context = trusting(server.authority)
            for plain in waiting:
                with context.wrap_socket(plain, server_hostname="localhost") as connection:
                    assert asks(connection, server) == b"HTTP/1.1 200 OK"
        finally:
            for plain in waiting:
                plain.close()
        for over in ("no longer overloaded", "accepting again"):
            until(lambda event=over: server.events(event) != [], 5)  # type: ignore[misc]
        assert figures(server)["authsrv_accepting_paused_total[]"] > 0
        assert new.sign_in().status == 201
        assert known.get("/account").status == 200
    assert not processes.is_gone(worker)
    assert [each for each in server.lines() if each.get("level") == "critical"] == []
