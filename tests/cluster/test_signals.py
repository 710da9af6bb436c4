import signal
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.signals import signal_setter


class _Reactor:
    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []

    def callFromThread(self, then: Callable[[], object]) -> None:
        self.waiting.append(then)


class SignalTests(SynchronousTestCase):
    def setUp(self) -> None:
        before = signal.getsignal(signal.SIGUSR2)
        self.addCleanup(signal.signal, signal.SIGUSR2, before)
        self.reactor = _Reactor()
        self.set_signal = signal_setter(self.reactor)

    def test_later(self) -> None:
        """What a signal does is done in the reactor's turn, not in the middle of something."""
        done: list[str] = []
        self.set_signal(signal.SIGUSR2, lambda: done.append("done"))
        signal.raise_signal(signal.SIGUSR2)
        self.assertEqual([], done)
        self.reactor.waiting.pop()()
        self.assertEqual(["done"], done)

    def test_ignored(self) -> None:
        """A signal that means nothing ends nobody."""
        self.set_signal(signal.SIGUSR2, None)
        signal.raise_signal(signal.SIGUSR2)
        self.assertEqual([], self.reactor.waiting)
