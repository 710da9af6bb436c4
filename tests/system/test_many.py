"""Thousands of connections at once: what each costs, and that nobody else notices."""

import time
from collections import Counter
from pathlib import Path
from statistics import quantiles

from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.many_idle import idle_crowd
from tests.system.many_slow import slow_heads
from tests.system.operator import figures
from tests.system.pace import Pace
from tests.system.pinned import one_each
from tests.system.server import Server
from tests.system.waiting import until

#: On HTTP/1.1, and as many on HTTP/2.
EACH = 2500
SLOW = 1000
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


def test_slow_heads(make_server: MakeServer) -> None:
    """1,000 clients that send a byte of a head each second are all cut in time; beside them the
    slowest answers take at most twice as long."""
    server, quiet = make_server().start(), make_server().start()
    beside, elsewhere = Pace(), Pace()
    with Client(server) as client, Client(quiet) as other, slow_heads(server, SLOW) as cuts:
        for _ in range(5):
            Pace().note_round(quiet, other)
            Pace().note_round(server, client)
        took = until(lambda: connections(server) > SLOW, 20)
        struck = None
        # The machine's other work comes and goes, but in turns it meets both servers alike.
        while not cuts.done():
            beside.note_round(server, client)
            elsewhere.note_round(quiet, other)
        ends = cuts.result()
    print(f"\nconnected after {took:.1f} s; cut after {min(e.after for e in ends):.1f} to {max(e.after for e in ends):.1f} s")
    print(Counter(e.said[:20] for e in ends))
    print(figures(server).get("authsrv_limits_total[('limit', 'header_seconds')]"))
    for name, pace in {"beside": beside, "elsewhere": elsewhere}.items():
        for kind in ("kept", "fresh"):
            times = sorted(getattr(pace, kind))
            q = quantiles(times, n=100)
            print(f"{name} {kind} {len(times)}: median {q[49]:.1f} p90 {q[89]:.1f} p99 {q[98]:.1f} max {times[-1]:.1f}")
