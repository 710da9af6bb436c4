"""What an operator's command says to the supervisor, over a unix socket: one line, one answer.

Whoever may write to the socket may say it: the kernel sees to that.
"""

from collections.abc import Callable, Mapping

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IReactorTime
from twisted.internet.protocol import Factory, connectionDone
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure

#: Whoever has connected says what it wants within these seconds.
SAID_WITHIN = 5.0
#: An answer is one of these; behind the second stands why, in as many lines as that takes.
DONE, REFUSED = "ok", "error: "

# By its word, what does a command.
Commands = Mapping[str, Callable[[], "Deferred[None]"]]


class Control(LineReceiver):
    """One connection: does what its line says, says how that went, and closes."""

    delimiter = b"\n"
    MAX_LENGTH = 100

    def __init__(self, commands: Commands, clock: IReactorTime) -> None:
        self._commands = commands
        self._clock = clock
        self._silence: IDelayedCall | None = None

    def connectionMade(self) -> None:
        """It has a moment to say what it wants."""
        self._silence = self._clock.callLater(SAID_WITHIN, self._close)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """What was begun goes on."""
        self._stop_waiting()

    def lineReceived(self, line: bytes) -> None:
        """A command; what follows it is nobody's."""
        if not self._stop_waiting():
            return
        command = self._commands.get(line.decode("ascii", "replace").strip())
        if command is None:
            self._answer(f"{REFUSED}there are only: {', '.join(self._commands)}")
        else:
            command().addCallbacks(lambda _: self._answer(DONE), self._refused)

    def _refused(self, failure: Failure) -> None:
        self._answer(REFUSED + failure.getErrorMessage())

    def _answer(self, text: str) -> None:
        if self.transport is not None:
            self.transport.write(text.encode("utf-8", "replace") + b"\n")
        self._close()

    def _close(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()

    def _stop_waiting(self) -> bool:
        """Whether it had not said anything yet."""
        silence, self._silence = self._silence, None
        if silence is not None and silence.active():
            silence.cancel()
        return silence is not None


class ControlFactory(Factory):
    """What is served on a control socket."""

    noisy = False

    def __init__(self, commands: Commands, clock: IReactorTime) -> None:
        self._commands = commands
        self._clock = clock

    def buildProtocol(self, addr: IAddress | None) -> Control:
        """One connection."""
        return Control(self._commands, self._clock)
