"""New connections over TLS, each for one check."""

from attrs import evolve

from benchmarks.comparison import Comparison, Reading, Subject, in_turn
from benchmarks.measures.rates import checking, rate
from benchmarks.servers import Running, serving_all
from benchmarks.stage import Stage

#: All at once: nothing is resumed, and each is closed after its one answer.
_CONNECTIONS, _UNMEASURED = 400, 50


def measure(stage: Stage) -> list[Comparison]:
    """Full handshakes, with a check each on HTTP/1.1."""
    with serving_all([stage.ours(), *stage.peers.all()]) as (ours, *peers):
        for each in (ours, *peers):
            _connect(each, _UNMEASURED)
        return in_turn(
            "TLS handshake and a check",
            ("connections/s", "connections/CPU s"),
            _subject(ours),
            [_subject(each) for each in peers],
        )


def _subject(running: Running) -> Subject:
    return Subject(running.server.name, lambda: _connect(running, _CONNECTIONS))


def _connect(running: Running, count: int) -> Reading:
    return rate(running, evolve(checking(running, "http/1.1"), clients=count, requests=count))
