"""Clients that send as slowly as they can: all are cut, and nobody else waits for them."""

from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.operator import figures
from tests.system.pace import Pace
from tests.system.server import Server
from tests.system.slowhttp import attack
from tests.system.waiting import until

EACH = 200
#: The limit that strikes each kind, and the seconds within which all of its clients are cut: the
#: limit, and ten for connecting and closing them on a busy machine.
KINDS = {"-H": ("header_seconds", 20), "-B": ("body_seconds", 30)}
# On a busy machine slowhttptest sends a later line before the first one here and there: 400.
MOST = EACH * 0.95
ROUNDS = 12
# What a median needs; a busy machine has no time for more.
FEWEST = 30
# Milliseconds: where a page takes one or two, another process on the machine makes that much.
NOISE = 3.0


def connections(server: Server) -> float:
    """How many are open, by the server's own count."""
    return figures(server)["authsrv_connections[]"]


def struck(server: Server) -> dict[str, float]:
    """How many clients each limit has struck."""
    found = figures(server)
    names = {limit: f"authsrv_limits_total[('limit', '{limit}')]" for limit, _ in KINDS.values()}
    return {limit: found.get(name, 0.0) for limit, name in names.items()}


def check_pace(here: Pace, there: Pace) -> None:
    """*here* one waits at most twice as long as *there*."""
    for kind, ours, others in zip(("kept", "new"), here.medians, there.medians, strict=True):
        assert ours <= 2 * others + NOISE, f"{kind} connection: {ours} ms, elsewhere {others} ms"


def test_slow_clients(make_server: MakeServer) -> None:
    """400 clients that send a few bytes now and then, half of them in the head of a request and
    half of them in a body, are all cut in time; beside them others wait at most twice as long."""
    server, quiet = make_server().start(), make_server().start()
    alone, beside, elsewhere = Pace(), Pace(), Pace()
    with Client(server) as client, Client(quiet) as other:
        for pace in (Pace(), alone):
            for _ in range(ROUNDS):
                pace.note_round(server, client)
        # The client's own; those of the last round may still be closing.
        until(lambda: connections(server) == 1, 5)
        with (
            attack(server, "-H", EACH, KINDS["-H"][1] + 5) as heads,
            attack(server, "-B", EACH, KINDS["-B"][1] + 5) as bodies,
        ):
            until(lambda: connections(server) > 2 * MOST, 9)
            # The machine's other work comes and goes, but in turns it meets both servers alike.
            while heads.runs and not any(struck(server).values()):
                beside.note_round(server, client)
                elsewhere.note_round(quiet, other)
            reports = {"-H": heads.report(30), "-B": bodies.report(40)}
        until(lambda: connections(server) == 1, 5, lambda: f"{connections(server)} are open")
    print(f"\nbefore: {alone}\nbeside {2 * EACH} slow clients: {beside}")
    print(f"in turns with it, on a server without them: {elsewhere}")
    print(f"the limits that struck: {struck(server)}")
    for mode, report in reports.items():
        print(f"slowhttptest {mode}: {report.why} after {report.after} s, at most {report.most}")
        limit, within = KINDS[mode]
        assert report.why == "No open connections left"
        assert report.after < within
        assert MOST <= struck(server)[limit] <= EACH
    assert len(beside.kept) >= FEWEST
    check_pace(beside, elsewhere)
    assert server.events("worker died") == []
    assert "Traceback" not in server.stderr()
