"""A case: what is sent, and what must happen."""

from collections.abc import Callable

from attrs import frozen

from tests.system.conformance.outcomes import Outcome
from tests.system.rawhttp2 import RawHttp2

#: Bytes to send, or something to do or to wait for on the way, which fails by itself.
Step = bytes | Callable[[RawHttp2], object]


@frozen
class Case:
    """One rule of a *section*.

    *sends* are done in turn; bytes that stand together leave in one write.  *begins* is what the
    connection begins with: by default preface, SETTINGS, and a large window for the connection.
    """

    section: str
    name: str
    says: str
    sends: tuple[Step, ...]
    must: Outcome
    begins: bytes | None = None

    @property
    def id(self) -> str:
        """What pytest calls it."""
        return f"{self.section}-{self.name}"

    def play(self, connection: RawHttp2) -> str:
        """Do what it says; how it went, as its outcome puts it."""
        waiting = b""
        for step in self.sends:
            if isinstance(step, bytes):
                waiting += step
                continue
            connection.send(waiting)
            waiting = b""
            step(connection)
        connection.send(waiting)
        return self.must.check(connection)
