"""Thousands of connections at once: what each costs, and that nobody else notices."""

import time
from pathlib import Path

from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.many_idle import idle_crowd
from tests.system.operator import figures
from tests.system.pinned import one_each
from tests.system.server import Server
from tests.system.waiting import until

#: On HTTP/1.1, and as many on HTTP/2.
EACH = 2500
KIB_EACH = 100


def connections(server: Server) -> float:
    """How many are open, by the server's own count."""
    return figures(server)["authsrv_connections[]"]


def resident(server: Server) -> int:
    """The memory of the workers, in KiB."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in server.serving().values()]
    return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in texts)


def test_idle_connections(make_server: MakeServer) -> None:
    """5,000 people keep a connection: nobody is refused, and who comes then is served."""
    server = make_server(settings={"limits.idle_seconds": 600}).start()
    with idle_crowd(server, 50):
        pass
    until(lambda: connections(server) == 0, 10)
    before = resident(server)
    with idle_crowd(server, EACH) as crowd:
        print(f"\n{crowd.opened}")
        during = resident(server)
        assert connections(server) == 2 * EACH
        began = time.perf_counter()
        with one_each(server) as pair:
            for client in pair:
                assert client.sign_in().status == 201
        took = (time.perf_counter() - began) * 1000
        assert crowd.closed() == 0
    left = until(lambda: connections(server) == 0, 20)
    time.sleep(1)
    after = resident(server)
    each = (during - before) / (2 * EACH)
    print(f"before {before} KiB, with {during}, after {after}: {each:.1f} KiB each; took {took:.0f} ms; gone after {left:.1f} s")
    assert crowd.opened.http1 == crowd.opened.http2 == {"200": EACH}
    assert each < KIB_EACH
