"""What a process and an idle connection take of the memory."""

from collections.abc import Callable
from functools import partial

from benchmarks.comparison import Comparison, once
from benchmarks.idle import idle
from benchmarks.measures.rates import SPOKEN, checking, warm_up
from benchmarks.servers import Running, Server, serving_all
from benchmarks.stage import Stage

#: Connections that are there before: the heap has found its size; and those that are measured.
_BEFORE, _MEASURED = 100, 400
_MIB, _KIB = 2**20, 2**10


def measure(stage: Stage) -> list[Comparison]:
    """After some thousand checks, and, of servers just started, beside connections that idle."""
    servers = [stage.ours(), *stage.peers.all()]
    with serving_all(servers) as (ours, *peers):
        for each in (ours, *peers):
            for protocol in _spoken(each.server):
                warm_up(each, checking(each, protocol))
        found = _compare("memory of the process that serves", "MiB", _largest, ours, peers)
        found += _compare("memory of all processes", "MiB", _whole, ours, peers)
    for protocol, spoken in SPOKEN.items():
        # Started anew for each: what has been freed once is used again, and does not show.
        with serving_all([each for each in servers if protocol in _spoken(each)]) as (ours, *peers):
            name = f"memory of an idle connection, {spoken}"
            found += _compare(name, "KiB", partial(_each_idle, protocol), ours, peers)
    return found


def _spoken(server: Server) -> list[str]:
    return [each for each in SPOKEN if each != "h2" or server.speaks_http2]


def _compare(
    name: str, unit: str, of: Callable[[Running], float], ours: Running, peers: list[Running]
) -> list[Comparison]:
    return once(name, unit, of(ours), [(each.server.name, of(each)) for each in peers])


def _largest(running: Running) -> float:
    return max(running.memory()) / _MIB


def _whole(running: Running) -> float:
    return sum(running.memory()) / _MIB


def _each_idle(protocol: str, running: Running) -> float:
    with idle(running, protocol, _BEFORE):
        before = sum(running.memory())
        with idle(running, protocol, _MEASURED):
            return (sum(running.memory()) - before) / _MEASURED / _KIB
