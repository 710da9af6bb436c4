"""From the start of the process to the first 200 on ``/login``."""

from benchmarks.comparison import Comparison, Reading, Subject, in_turn
from benchmarks.servers import Server, serving
from benchmarks.stage import Stage


def measure(stage: Stage) -> list[Comparison]:
    """Each has been started before: files are read, bytecode is written."""
    ours, *peers = (_subject(each) for each in [stage.ours(), *stage.peers.all()])
    for each in (ours, *peers):
        each.measure()
    return in_turn("start to first page", ("seconds", "CPU seconds"), ours, peers)


def _subject(server: Server) -> Subject:
    return Subject(server.name, lambda: _start_of(server))


def _start_of(server: Server) -> Reading:
    with serving(server) as running:
        return running.start
