"""Descriptors kept back for what is no connection: files of the stores, the log."""

import os
import resource
from collections.abc import Callable

KEPT_BACK = 16


class Spare:
    """Holds some descriptors.  When the process has no other left, they are set free.

    *open_one* opens a descriptor; raises OSError if there is none to be had.
    """

    def __init__(
        self, kept_back: int = KEPT_BACK, open_one: Callable[[], int] | None = None
    ) -> None:
        self._kept_back = kept_back
        self._open_one = open_one or (lambda: os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        self._held: list[int] = []
        #: How often a port has paused because there were too few.
        self.pauses = 0
        self.hold()

    @property
    def is_held(self) -> bool:
        """Whether there are descriptors to be had."""
        return bool(self._held)

    def hold(self) -> bool:
        """Take them back; False, and nothing is taken, if there are too few."""
        while len(self._held) < self._kept_back:
            try:
                self._held.append(self._open_one())
            except OSError:
                self.release()
                return False
        return True

    def release(self) -> None:
        """Set them free."""
        while self._held:
            os.close(self._held.pop())


def raise_limit() -> None:
    """Let this process have as many descriptors as it may (setrlimit(2))."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
