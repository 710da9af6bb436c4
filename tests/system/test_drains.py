"""What a drain does it says, and what was counted before and meanwhile is not lost with it."""

import signal

from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.operator import figures
from tests.system.test_figures import answered
from tests.system.waiting import until

ASKED = 7


def test_cut(make_server: MakeServer) -> None:
    """A reload says why the old workers drain, and what it has cut; the sums have all of it."""
    server = make_server(settings={"workers.drain_seconds": 2}).start()
    old = server.workers()
    with Client(server) as slow:
        head = f"POST /login HTTP/1.1\r\nHost: localhost:{server.ports.https}\r\n"
        slow.connection.connect()
        slow.connection.sock.sendall(f"{head}Content-Length: 10\r\n\r\n1234".encode())
        with Client(server) as client:
            for _ in range(ASKED):
                assert client.get("/login").status == 200
        # Nobody asks for figures between these requests and the end of who has answered them.
        server.signal(signal.SIGHUP)
        until(lambda: not set(old) & set(server.workers()), 10)
        assert slow.connection.sock.recv(100) == b""
    whys = [(each["worker_pid"], each["why"]) for each in server.events("worker draining")]
    assert sorted(whys) == sorted((pid, "reload") for pid in old)
    (cut,) = server.events("connections cut")
    assert (cut["count"], cut["why"]) == (1, "not drained in time")
    found = figures(server)
    assert found["authsrv_connections_cut_total[]"] == 1
    assert found["authsrv_worker_drains_total[('reason', 'reload')]"] == len(old)
    assert answered(found) == ASKED
    assert server.events("worker killed") == []
