"""Two workers beside one: what a request costs if there are more of them."""

from attrs import evolve

from benchmarks.comparison import Comparison, Subject, in_turn
from benchmarks.measures.rates import SPOKEN, checking, cost, warm_up
from benchmarks.servers import Running, serving_all
from benchmarks.stage import Stage

#: Enough that each worker gets some.
_CLIENTS = 16


def measure(stage: Stage) -> list[Comparison]:
    """Checks over TLS.  Each server has both cores, and the load one of them too."""
    servers = [
        stage.ours({"WORKERS__COUNT": "2"}, "two workers", pinned=False),
        stage.ours(None, "one worker", pinned=False),
    ]
    with serving_all(servers) as (two, one):
        found = []
        for protocol, spoken in SPOKEN.items():
            name = f"check, {spoken} over TLS, two workers"
            units = ("requests/s", "CPU µs/request")
            found += in_turn(name, units, _subject(two, protocol), [_subject(one, protocol)])
        return found


def _subject(running: Running, protocol: str) -> Subject:
    load = evolve(checking(running, protocol), clients=_CLIENTS)
    warm_up(running, load)
    return Subject(running.server.name, lambda: cost(running, load))
