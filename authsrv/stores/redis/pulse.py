"""The beats of one worker: which have been sent, heard and answered, and what a good one is."""

from collections.abc import Iterator
from itertools import count

from attrs import define, field

#: Beats that may still be heard.
REMEMBERED = 16


@define
class _Beat:
    sent: float
    heard: bool = False
    answered: bool = False


@define(eq=False)
class Pulse:
    """No number is used twice: the echo of an old beat is not taken for a new one's.

    A primary that has lost its replicas has perhaps been replaced, and nobody else knows of it; so
    where *replicated* writes are asked for, a beat must be answered as one, too.
    """

    replicated: bool
    _numbers: Iterator[int] = field(factory=lambda: count(1), init=False)
    _beats: dict[int, _Beat] = field(factory=dict, init=False)

    def begin(self) -> None:
        """What was sent on another connection counts no more."""
        self._beats.clear()

    def beat(self, now: float) -> int:
        """The number of the next beat, which is sent *now*."""
        number = next(self._numbers)
        self._beats[number] = _Beat(now)
        if len(self._beats) > REMEMBERED:
            del self._beats[min(self._beats)]
        return number

    def heard(self, number: int) -> float | None:
        """The beat has come back: when it was sent, if it is a good one now."""
        beat = self._beats.get(number)
        if beat is None:
            return None
        beat.heard = True
        return self._sent(beat)

    def answered(self, number: int) -> float | None:
        """The beat's command has been answered: the same."""
        beat = self._beats.get(number)
        if beat is None:
            return None
        beat.answered = True
        return self._sent(beat)

    def _sent(self, beat: _Beat) -> float | None:
        good = beat.heard and (beat.answered or not self.replicated)
        return beat.sent if good else None
