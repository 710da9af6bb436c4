"""Signals, as calls in the reactor's own turn."""

import signal
from collections.abc import Callable
from typing import Any

# (signal number, what to do, or None: ignore it)
SetSignal = Callable[[int, Callable[[], object] | None], None]


def signal_setter(reactor: Any) -> SetSignal:
    """Sets what a signal does; it is done in *reactor*'s turn, not in the middle of something.

    The reactor sets SIGINT and SIGTERM when it starts, so set those when it runs.
    """

    def set_signal(number: int, then: Callable[[], object] | None) -> None:
        if then is None:
            signal.signal(number, signal.SIG_IGN)
        else:
            signal.signal(number, lambda *_: reactor.callFromThread(then))

    return set_signal
