"""Thousands of connections at once: what each costs, and that nobody else notices."""

from pathlib import Path
from statistics import quantiles

from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.many_idle import idle_crowd
from tests.system.many_slow import HEAD, slow_clients
from tests.system.operator import figures
from tests.system.pace import Pace
from tests.system.server import Server
from tests.system.waiting import until

#: Idle connections on each protocol, and how many come behind them when they have left.
EACH, AGAIN = 2500, 500
#: What an idle connection may cost: half as much again as it does.
KIB_EACH = 60
SLOW = 1000
#: Seconds within which slow clients are cut: limits.header_seconds, and ten on a busy machine.
CUT_WITHIN = 20
ROUNDS = 5
# Milliseconds, on top of twice as long: another process on the machine makes that much.
NOISE = 10.0
STRUCK = "authsrv_limits_total[('limit', 'header_seconds')]"


def connections(server: Server) -> float:
    """How many are open, by the server's own count."""
    return figures(server)["authsrv_connections[]"]


def resident(server: Server) -> int:
    """The memory of the workers, in KiB."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in server.serving().values()]
    return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in texts)


def nobody_left(server: Server) -> float:
    """Wait until all connections are closed; how many seconds that took."""
    return until(lambda: connections(server) == 0, 20, lambda: f"{connections(server)} are open")


def p99(times: list[float]) -> float:
    """What one in a hundred exceeds."""
    return quantiles(times, n=100)[98]


def slowest(pace: Pace) -> str:
    """How long one in a hundred waits, and the last."""
    of = {"kept": pace.kept, "new": pace.fresh}
    return ", ".join(f"{kind} {p99(it):.1f} ms (most {max(it):.1f})" for kind, it in of.items())


def test_idle_connections(make_server: MakeServer) -> None:
    """5,000 clients ask once and stay: nobody is refused or closed, each costs little, and who
    comes beside them or after them is served."""
    server = make_server(settings={"limits.idle_seconds": 600}).start()
    # What is made once for all of them is no cost of theirs.
    with idle_crowd(server, 50):
        pass
    nobody_left(server)
    before, beside = resident(server), Pace()
    with idle_crowd(server, EACH) as crowd:
        during = resident(server)
        assert connections(server) == 2 * EACH
        with Client(server) as client:
            for _ in range(ROUNDS):
                beside.note_round(server, client)
            assert client.sign_in().status == 201
            assert client.sign_out().status == 204
        assert crowd.closed() == 0
    took = nobody_left(server)
    after = resident(server)
    with idle_crowd(server, AGAIN) as second:
        again = resident(server)
    each, grown = (during - before) / (2 * EACH), (again - after) / (2 * AGAIN)
    print(f"\n{2 * EACH} idle connections: {each:.1f} KiB each")
    print(f"opened in {crowd.opened.seconds:.1f} s, all left within {took:.1f} s")
    print(f"both workers: {before} KiB before, {during} with them, {after} after they left")
    print(f"{2 * AGAIN} that came then: {grown:.1f} KiB each on top")
    print(f"a client beside them: {beside}")
    assert crowd.opened.http1 == crowd.opened.http2 == {"200": EACH}
    assert second.opened.http1 == second.opened.http2 == {"200": AGAIN}
    assert each < KIB_EACH
    # The allocator may keep what they had, but only to give it to the next.
    assert grown < each / 4
    assert figures(server).get(STRUCK, 0.0) == 0
    assert server.events("worker died") == []


def test_slow_heads(make_server: MakeServer) -> None:
    """1,000 clients that send a byte of a head each second are all cut in time; beside them the
    slowest answers take at most twice as long as elsewhere."""
    server, quiet = make_server().start(), make_server().start()
    beside, elsewhere = Pace(), Pace()
    slow = slow_clients(server, [HEAD] * SLOW)
    with Client(server) as client, Client(quiet) as other, slow as cuts:
        for _ in range(ROUNDS):
            Pace().note_round(server, client)
            Pace().note_round(quiet, other)
        # The handshakes come first: they are work like any other, and no slowness.
        took = until(lambda: connections(server) > SLOW, CUT_WITHIN)
        # The machine's other work comes and goes, but in turns it meets both servers alike.
        while not cuts.done():
            beside.note_round(server, client)
            elsewhere.note_round(quiet, other)
        ends = cuts.result()
    times = sorted(end.after for end in ends)
    print(f"\n{SLOW} slow clients, connected within {took:.1f} s more")
    print(f"cut after {times[0]:.1f} to {times[-1]:.1f} s")
    print(f"one in a hundred beside them: {slowest(beside)}; {beside}")
    print(f"one in a hundred elsewhere: {slowest(elsewhere)}; {elsewhere}")
    assert {end.said.split(b"\r\n")[0] for end in ends} == {b"HTTP/1.1 408 Request Timeout"}
    assert times[-1] < CUT_WITHIN
    assert figures(server)[STRUCK] == SLOW
    assert len(beside.kept) >= 100
    assert p99(beside.kept) <= 2 * p99(elsewhere.kept) + NOISE
    assert p99(beside.fresh) <= 2 * p99(elsewhere.fresh) + NOISE
    assert server.events("worker died") == []
