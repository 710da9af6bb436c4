"""What one check takes in instructions: noise is not in it, nor is waiting."""

from attrs import evolve

from benchmarks import callgrind, h2load
from benchmarks.comparison import Comparison, once
from benchmarks.measures.checks import QUERIES
from benchmarks.measures.rates import SPOKEN, checking
from benchmarks.peers.start import STOCK
from benchmarks.servers import Running, Server, serving
from benchmarks.stage import Stage

_COUNTED, _UNCOUNTED = 1600, 300


def measure(stage: Stage) -> list[Comparison]:
    """Checks over TLS on both protocols, the same again and again, and each another."""
    ours = _of(stage.ours(name="authsrv counted"))
    peer = _of(stage.peers.stock())
    return [
        comparison
        for name, value in ours.items()
        for comparison in once(name, "instructions/request", value, [(STOCK, peer[name])])
    ]


def _of(server: Server) -> dict[str, float]:
    with serving(callgrind.counted(server), callgrind.START_WITHIN) as running:
        return {
            f"check, {spoken} over TLS{more}": _each(running, protocol, queries)
            for protocol, spoken in SPOKEN.items()
            for more, queries in (("", 0), (", other queries", QUERIES))
        }


def _each(running: Running, protocol: str, queries: int) -> float:
    load = checking(running, protocol, queries=queries)
    h2load.run(evolve(load, requests=_UNCOUNTED))
    counting = evolve(load, requests=_COUNTED)
    return callgrind.count(running.server, running.pid, lambda: h2load.run(counting)) / _COUNTED
