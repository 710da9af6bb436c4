"""What authsrv must reach, beside whom, and whether it did."""

from collections.abc import Mapping, Sequence

from attrs import frozen

from benchmarks.comparison import Comparison
from benchmarks.measures.sessions import MANY
from benchmarks.peers.start import FASTIFY, HYPERCORN, NODE, STOCK, STOCK_QUIET
from benchmarks.table import aligned

_HEAD = ("what", "beside", "ratio of", "aimed at", "reached", "", "by CPU time")
_HTTP1, _HTTP2 = "check, HTTP/1.1 over TLS", "check, HTTP/2 over TLS"
_RATE, _COST = "requests/s", "CPU µs/request"
#: The same by the server's CPU time: by the clock, a fast peer may be waiting for the load.
_BY_CPU = {_RATE: "requests/CPU s", "logins/s": "logins/CPU s"}


@frozen
class Aim:
    """The ratio of the comparison that has this *name*, *beside* and *unit*.

    It must be *limit* or more; with *at_most* that or less.
    """

    name: str
    beside: str
    unit: str
    limit: float
    at_most: bool = False

    def is_reached(self, ratio: float) -> bool:
        """Whether *ratio* will do."""
        return ratio <= self.limit if self.at_most else ratio >= self.limit


AIMS = (
    Aim(_HTTP2, STOCK, _RATE, 3.5),
    Aim(_HTTP2, FASTIFY, _RATE, 1.0),
    Aim(_HTTP2, HYPERCORN, _RATE, 2.5),
    Aim(_HTTP2, NODE, _RATE, 0.6),
    Aim(_HTTP1, FASTIFY, _RATE, 1.2),
    Aim(_HTTP1, STOCK_QUIET, _RATE, 1.0),
    *(Aim(f"{check}, other queries", FASTIFY, _RATE, 1.0) for check in (_HTTP1, _HTTP2)),
    Aim("login", "bare argon2id", "logins/s", 0.9),
    Aim("check, 99 of 100 within", "authsrv, no logins", "ms", 2.0, at_most=True),
    *(
        Aim(f"{check}, two workers", "one worker", _COST, 1.1, at_most=True)
        for check in (_HTTP1, _HTTP2)
    ),
    *(
        Aim(f"check of {MANY:,} sessions, {store}", "1,000 sessions", _COST, 1.15, at_most=True)
        for store in ("SQLite, copied", "SQLite, asked", "Redis, copied", "Redis, asked")
    ),
)


def report(found: Sequence[Comparison]) -> str:
    """The aims of which something was measured, as a Markdown table, or nothing."""
    ratios = {(each.name, each.beside, each.unit): each.ratio for each in found}
    rows = [_row(aim, ratios) for aim in AIMS if (aim.name, aim.beside, aim.unit) in ratios]
    return aligned([_HEAD, *rows]) if rows else ""


def _row(aim: Aim, ratios: Mapping[tuple[str, str, str], float]) -> tuple[str, ...]:
    ratio = ratios[aim.name, aim.beside, aim.unit]
    by_cpu = ratios.get((aim.name, aim.beside, _BY_CPU.get(aim.unit, "")))
    return (
        aim.name,
        aim.beside,
        aim.unit,
        f"{'at most' if aim.at_most else 'at least'} {aim.limit}",
        f"{ratio:.2f}",
        "yes" if aim.is_reached(ratio) else "no",
        "" if by_cpu is None else f"{by_cpu:.2f}",
    )
