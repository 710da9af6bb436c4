"""What a load reaches at one server, by the clock and by the server's CPU time."""

from attrs import evolve

from benchmarks import h2load
from benchmarks.comparison import Comparison, Reading, Subject, in_turn
from benchmarks.errors import CannotMeasure
from benchmarks.h2load import Load, Report
from benchmarks.ours import CHECK
from benchmarks.servers import Running

#: Requests at once on each connection: a browser with an app behind the login has several.
STREAMS = {"http/1.1": 1, "h2": 8}
#: Checks before any is measured.
_UNMEASURED = 2000
#: How the tables call it.
SPOKEN = {"http/1.1": "HTTP/1.1", "h2": "HTTP/2"}


def checking(running: Running, protocol: str, *, unix: bool = False, queries: int = 0) -> Load:
    """Checks of one session at *running*; see Load for *queries*."""
    return Load(
        running.server.client.port,
        CHECK,
        protocol,
        streams=STREAMS[protocol],
        headers=(f"cookie: {running.cookie}",),
        queries=queries,
        unix=running.server.unix if unix else None,
        reasons=running.server.has_reasons or protocol == "h2",
    )


def compare(
    name: str,
    protocol: str,
    ours: Running,
    peers: list[Running],
    *,
    unix: bool = False,
    queries: int = 0,
) -> list[Comparison]:
    """Checks of one session at *ours* and at each of *peers*, in turn."""
    loads = {
        each.server.name: checking(each, protocol, unix=unix, queries=queries)
        for each in [ours, *peers]
    }
    for each in (ours, *peers):
        _must_know(each)
        warm_up(each, loads[each.server.name])

    def subject(running: Running) -> Subject:
        load = loads[running.server.name]
        return Subject(running.server.name, lambda: rate(running, load))

    units = ("requests/s", "requests/CPU s")
    return in_turn(name, units, subject(ours), [subject(each) for each in peers])


def warm_up(running: Running, load: Load) -> None:
    """Unmeasured; so many that they have been compiled where that is done, and at full pace."""
    _run(running, evolve(load, requests=_UNMEASURED, each_second=None, log=None))


def rate(running: Running, load: Load) -> Reading:
    """Answers a second, and a second of the server's CPU time."""
    before = running.cpu_seconds()
    report = _run(running, load)
    return Reading(report.rate, report.count / (running.cpu_seconds() - before))


def cost(running: Running, load: Load) -> Reading:
    """Answers a second, and the microseconds of CPU time that each of them took."""
    found = rate(running, load)
    return Reading(found.by_clock, 1e6 / found.by_cpu)


def _run(running: Running, load: Load) -> Report:
    try:
        return h2load.run(load)
    except CannotMeasure as error:
        raise CannotMeasure(f"{running.server.name}: {error}") from error


def _must_know(running: Running) -> None:
    """Raise CannotMeasure unless whoever holds the cookie is known, and nobody else."""
    client = running.server.client
    for cookie, wanted in ((running.cookie, 200), (f"{running.cookie[:-1]}~", 401)):
        status = client.get(CHECK, {"Cookie": cookie}).status
        if status != wanted:
            raise CannotMeasure(f"{running.server.name} answers a check with {status}")
