"""Several things measured in turn, and what that says: values in, values out."""

from collections.abc import Callable, Sequence
from statistics import median

from attrs import frozen

#: Whatever else the machine does falls on all, and the median drops the worst of it.
ROUNDS = 3


@frozen
class Reading:
    """One measurement told twice: by the clock, and by the CPU time of what was measured.

    The second does not see what else the machine does meanwhile, nor any waiting.
    """

    by_clock: float
    by_cpu: float


@frozen
class Comparison:
    """What authsrv (*ours*) and its *peer*, which is called *beside*, reached in each round.

    *name* says what was measured, in *unit*.
    """

    name: str
    beside: str
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


@frozen
class Subject:
    """Something under measurement: what the table calls it, and how it is measured once."""

    name: str
    measure: Callable[[], Reading]


def in_turn(
    name: str,
    units: tuple[str, str],
    ours: Subject,
    peers: Sequence[Subject],
    rounds: int = ROUNDS,
) -> list[Comparison]:
    """Measure *ours*, then each of *peers*, and all of it again: a slow minute falls on everybody.

    Two comparisons a peer: by the clock in the first of *units*, by CPU time in the second.
    """
    subjects = [ours, *peers]
    readings = [[each.measure() for each in subjects] for _ in range(rounds)]
    our_own, *others = zip(*readings, strict=True)
    return [
        Comparison(name, peer.name, unit, tuple(map(of, our_own)), tuple(map(of, found)))
        for peer, found in zip(peers, others, strict=True)
        for unit, of in zip(units, (_by_clock, _by_cpu), strict=True)
    ]


def once(name: str, unit: str, ours: float, peers: Sequence[tuple[str, float]]) -> list[Comparison]:
    """What does not vary from round to round, or takes too long to be done thrice."""
    return [Comparison(name, beside, unit, (ours,), (value,)) for beside, value in peers]


def _by_clock(reading: Reading) -> float:
    return reading.by_clock


def _by_cpu(reading: Reading) -> float:
    return reading.by_cpu
