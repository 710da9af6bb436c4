"""What a fault is: a server of its own, what goes wrong with it, and what it may not cost."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.system.server import Server
from tests.system.waiting import until


class Fault:
    """Nothing goes wrong."""

    name: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, object]] = {}
    #: Seconds that it takes at least.
    least: ClassVar[float] = 0
    #: Whether the set-up link is followed meanwhile.
    once: ClassVar[bool] = False
    #: Whether requests are cut by the very nature of it.
    cuts: ClassVar[bool] = False

    def server(self, home: Path, settings: Mapping[str, object]) -> Server:
        """The server it happens to, not yet started."""
        return Server(home, 2, {**settings, **self.settings})

    @contextmanager
    def around(self, server: Server) -> Iterator[None]:
        """*server* runs during the block, and nothing is left of it afterwards."""
        try:
            server.start()
            yield
        finally:
            server.kill_all()

    def work(self, server: Server, seconds: float) -> None:
        """Go wrong for so many *seconds*, and be over at the end."""
        raise NotImplementedError

    def again(self, server: Server) -> None:
        """Kill everything and start it again."""
        server.kill_all()
        server.start()

    def check(self, server: Server) -> None:
        """Whether it has happened at all: a fault that did nothing proves nothing."""


def settled(server: Server) -> None:
    """Wait until both workers serve."""
    until(lambda: len(server.serving()) == 2 and server.is_ready(), 40)
