"""A worker's terms, one after the other: which lasts now, and until when."""

from collections.abc import Callable

from attrs import define, field
from twisted.logger import Logger

from authsrv.stores.board import Term
from authsrv.stores.redis.pulse import Pulse

log = Logger()
#: Seconds that a term lasts from one beat.
LEASE = 2.0


@define(eq=False)
class Tenure:
    """A term begins with the first good beat on a connection, and ends with the connection."""

    monotonic: Callable[[], float]
    pulse: Pulse
    #: The term that lasts now, or None.
    term: Term | None = field(default=None, init=False)
    #: What the term is, or will be when a beat is heard, on the connection there is now.
    _hearing: Term | None = field(default=None, init=False)
    _began: float = field(default=0.0, init=False)

    def connect(self) -> Term:
        """There is a new connection: the term that may come of it."""
        self.pulse.begin()
        self._hearing = Term()
        return self._hearing

    def disconnect(self) -> None:
        """The connection is as good as gone: nothing renews its term any more."""
        self._hearing = None

    def is_hearing(self, term: Term) -> bool:
        """Whether *term* is that of the connection there is now."""
        return self._hearing is term

    def beat(self) -> int:
        """The number of a beat that is sent now."""
        return self.pulse.beat(self.monotonic())

    def heard(self, term: Term, number: int) -> None:
        """The beat has come back on the connection of *term*."""
        self._renew(term, self.pulse.heard(number))

    def answered(self, term: Term, number: int) -> None:
        """The command that sent the beat, for *term*, has been answered."""
        self._renew(term, self.pulse.answered(number))

    def end(self) -> bool:
        """No term lasts any more; whether one did."""
        lasted, self.term = self.term is not None, None
        return lasted

    def is_settled(self, now: float) -> bool:
        """Whether all who may believe anything are known at the server where we listen.

        Another one may have been asked until a moment ago: its members are not known here.
        """
        return self.term is not None and now - self._began > LEASE

    def _renew(self, term: Term, sent: float | None) -> None:
        """A beat that was *sent* then is good; None: none is."""
        if sent is None or self._hearing is not term:
            return
        term.until = max(term.until, sent + LEASE)
        if self.term is not term:
            self.term, self._began = term, self.monotonic()
            log.info("changes elsewhere are heard")
