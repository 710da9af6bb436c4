"""What is done in the next turn of the reactor, for all connections by one timer."""

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

Work = Callable[[], None]


class Turns:
    """First all that was to begin, then all that is to be sent: an answer given at once leaves in
    the turn that gave it, together with its neighbours on the connection."""

    def __init__(self, reactor: IReactorTime) -> None:
        self._reactor = reactor
        self._begin: list[Work] = []
        self._send: list[Work] = []
        self._is_asked = False

    def begin(self, work: Work) -> None:
        """Do *work*, which raises nothing, in the next turn."""
        self._begin.append(work)
        self._ask()

    def send(self, work: Work) -> None:
        """Do *work*, which raises nothing, at the end of this turn or the next."""
        self._send.append(work)
        self._ask()

    def _ask(self) -> None:
        if not self._is_asked:
            self._is_asked = True
            self._reactor.callLater(0, self._turn)

    def _turn(self) -> None:
        begin, self._begin = self._begin, []
        for work in begin:
            work()
        send, self._send = self._send, []
        for work in send:
            work()
        self._is_asked = False
        if self._begin or self._send:
            self._ask()
