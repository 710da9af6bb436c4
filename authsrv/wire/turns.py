"""What is done in the next turn of the reactor, for all connections by one timer."""

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

Work = Callable[[], None]
log = Logger()


class Turns:
    """First all that was to begin, then all that is to be sent: an answer given at once leaves in
    the turn that gave it, together with its neighbours on the connection."""

    def __init__(self, reactor: IReactorTime) -> None:
        #: The turn that is done now, or None.  What is begun in it had arrived before it.
        self.now: object | None = None
        self._reactor = reactor
        self._begin: list[Work] = []
        self._send: list[Work] = []
        self._is_asked = False

    def begin(self, work: Work) -> None:
        """Do *work* in the next turn."""
        self._begin.append(work)
        self._ask()

    def send(self, work: Work) -> None:
        """Do *work* at the end of this turn, or of the next."""
        self._send.append(work)
        self._ask()

    def _ask(self) -> None:
        if not self._is_asked:
            self._is_asked = True
            self._reactor.callLater(0, self._turn)

    def _turn(self) -> None:
        begin, self._begin = self._begin, []
        self.now = object()
        _do(begin)
        self.now = None
        send, self._send = self._send, []
        _do(send)
        self._is_asked = False
        if self._begin or self._send:
            self._ask()


def _do(works: list[Work]) -> None:
    for work in works:
        try:
            work()
        except Exception:
            # The turn is everybody's.
            log.failure("work of a turn failed")
