"""Clients that send as slowly as they can: all are cut, and nobody else waits for them."""

from statistics import median

from tests.system.client import Client
from tests.system.pace import Pace
from tests.system.server import Server
from tests.system.slowhttp import attack
from tests.system.test_figures import figures
from tests.system.waiting import until

EACH = 200
ROUNDS = 12
#: The limit that strikes each kind, and the seconds within which all of its clients are cut: the
#: limit, and five for connecting and closing them.
KINDS = {"-H": ("header_seconds", 15), "-B": ("body_seconds", 25)}
# Milliseconds: at a few of them one other process on the machine is the whole difference.
NOISE = 3.0


def connections(server: Server) -> float:
    """How many are open, by the server's own count."""
    return figures(server)["authsrv_connections[]"]


def struck(server: Server) -> dict[str, float]:
    """How many clients each limit has struck."""
    found = figures(server)
    names = {limit: f"authsrv_limits_total[('limit', '{limit}')]" for limit, _ in KINDS.values()}
    return {limit: found.get(name, 0.0) for limit, name in names.items()}


def test_slow_clients(server: Server) -> None:
    """400 clients that send a few bytes each second, half of them in the head of a request and
    half of them in a body, are all cut in time; beside them others wait at most twice as long."""
    with Client(server) as client:
        alone, beside = Pace(), Pace()
        # Twice, because a server that has answered for a while is faster.
        Pace().note_round(server, client)
        for _ in range(ROUNDS):
            alone.note_round(server, client)
        # The client's own; those of the last round may still be closing.
        until(lambda: connections(server) == 1, 5)
        with (
            attack(server, "-H", EACH, KINDS["-H"][1] + 5) as heads,
            attack(server, "-B", EACH, KINDS["-B"][1] + 5) as bodies,
        ):
            until(lambda: connections(server) > 2 * EACH, 9)
            while connections(server) > 2 * EACH:
                beside.note_round(server, client)
            reports = {"-H": heads.report(30), "-B": bodies.report(40)}
        until(lambda: connections(server) == 1, 5, lambda: f"{connections(server)} are open")
        # The machine's other work comes and goes: half of the comparison is made afterwards.
        for _ in range(ROUNDS):
            alone.note_round(server, client)
    print(f"\nalone: {alone}\nbeside {2 * EACH} slow clients: {beside}")
    for kind, report in reports.items():
        print(
            f"slowhttptest {kind}: {report.most} open at once, {report.why} after {report.after} s"
        )
        assert report.most == EACH
        assert report.why == "No open connections left"
        assert report.after < KINDS[kind][1]
    print(f"the server's count of limits that struck: {struck(server)}")
    assert struck(server) == {limit: EACH for limit, _ in KINDS.values()}
    assert len(beside.kept) >= 100
    assert median(beside.kept) <= 2 * median(alone.kept) + NOISE
    assert median(beside.fresh) <= 2 * median(alone.fresh) + NOISE
    assert server.events("worker died") == []
    assert "Traceback" not in server.stderr()
