"""Two things measured in turn, and what that says: values in, text out."""

from collections.abc import Callable, Sequence
from statistics import median

from attrs import frozen

#: Whatever else the machine does falls on both, and the median drops the worst of it.
ROUNDS = 3

_HEAD = ("measured", "authsrv", "peer", "unit", "ratio", "by round")


@frozen
class Reading:
    """One measurement told twice: by the clock, and by the CPU time of what was measured.

    The second does not see what else the machine does meanwhile, nor any waiting.
    """

    by_clock: float
    by_cpu: float


@frozen
class Comparison:
    """What authsrv (*ours*) and its *peer* reached, round by round, in *unit*."""

    name: str
    unit: str
    ours: tuple[float, ...]
    peer: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of ours to the median of the peer's."""
        return median(self.ours) / median(self.peer)

    @property
    def by_round(self) -> tuple[float, ...]:
        """The ratio in each round: how far they lie apart says how much the ratio is worth."""
        return tuple(our / their for our, their in zip(self.ours, self.peer, strict=True))


def in_turn(
    name: str,
    units: tuple[str, str],
    ours: Callable[[], Reading],
    peer: Callable[[], Reading],
    rounds: int = ROUNDS,
) -> list[Comparison]:
    """Measure *ours*, *peer*, *ours*, *peer*, ... so that a slow minute falls on both.

    Two comparisons: by the clock in the first of *units*, by CPU time in the second.
    """
    pairs = [(ours(), peer()) for _ in range(rounds)]
    our_readings, peer_readings = zip(*pairs, strict=True)
    return [
        Comparison(name, unit, tuple(map(of, our_readings)), tuple(map(of, peer_readings)))
        for unit, of in zip(units, (_by_clock, _by_cpu), strict=True)
    ]


def _by_clock(reading: Reading) -> float:
    return reading.by_clock


def _by_cpu(reading: Reading) -> float:
    return reading.by_cpu


def table(comparisons: Sequence[Comparison]) -> str:
    """Medians and ratios as a Markdown table, its columns aligned."""
    rows = [_HEAD, *map(_row, comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def figure(value: float) -> str:
    """*value* with about three digits: more would claim what was not measured."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def _row(one: Comparison) -> tuple[str, ...]:
    lowest, highest = min(one.by_round), max(one.by_round)
    return (
        one.name,
        figure(median(one.ours)),
        figure(median(one.peer)),
        one.unit,
        f"{one.ratio:.2f}",
        f"{lowest:.2f} to {highest:.2f}",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f" {cell:<{width}} " for cell, width in zip(row, widths, strict=True))
    return f"|{'|'.join(cells)}|"
