"""What the supervisor and a worker say to each other: AMP over a pair of sockets.

The supervisor asks, the worker answers; unasked it tells only its last figures.  The channel's
being closed is all that a worker hears of a supervisor that has died.
"""

import json
import zlib
from collections.abc import Callable
from typing import Any

from attrs import asdict, frozen
from twisted.protocols import amp
from twisted.python.failure import Failure


class LongText(amp.Argument):
    """Text of any length: compressed, and in as many values as AMP's 64 KiB a value ask for."""

    def toBox(self, name: bytes, strings: Any, objects: Any, proto: Any) -> None:
        """Put ``name.0``, ``name.1`` ... into the box."""
        packed = zlib.compress(objects.pop(name.decode("ascii")).encode("utf-8"), 1)
        size = amp.MAX_VALUE_LENGTH
        for number, start in enumerate(range(0, len(packed), size)):
            strings[b"%s.%d" % (name, number)] = packed[start : start + size]

    def fromBox(self, name: bytes, strings: Any, objects: Any, proto: Any) -> None:
        """Join them again."""
        parts: list[bytes] = []
        while (part := strings.pop(b"%s.%d" % (name, len(parts)), None)) is not None:
            parts.append(part)
        objects[name.decode("ascii")] = zlib.decompress(b"".join(parts)).decode("utf-8")


class CannotServe(Exception):
    """The worker could not be built or could not listen; the text says why."""


@frozen
class Inherited:
    """A listening socket as a worker finds it: what is served there, and on which descriptor."""

    kind: str
    address: str
    descriptor: int
    family: int


def pack_listeners(listeners: list[Inherited]) -> str:
    """*listeners* as text for :class:`Start`."""
    return json.dumps([asdict(listener) for listener in listeners])


def unpack_listeners(text: str) -> list[Inherited]:
    """The listeners in *text*."""
    return [Inherited(**fields) for fields in json.loads(text)]


class Start(amp.Command):
    """Build the application and listen.  Answered when it listens, so the answer means "ready".

    *drain_seconds* is how long the worker may drain if nobody is left to tell it.
    """

    arguments = [  # noqa: RUF012  that is how AMP wants it
        (b"settings", LongText()),
        (b"listeners", LongText()),
        (b"index", amp.Integer()),
        (b"drain_seconds", amp.Float()),
    ]
    errors = {CannotServe: b"CANNOT_SERVE"}  # noqa: RUF012  AMP wants a list


class Heartbeat(amp.Command):
    """Answered at once by a worker whose reactor still turns."""


class Figures(amp.Command):
    """What the worker has counted so far, in Prometheus' text format."""

    response = [(b"text", LongText())]  # noqa: RUF012  AMP wants a list


class Drain(amp.Command):
    """Accept nobody any more, finish what runs within *seconds*, then exit."""

    arguments = [(b"seconds", amp.Float())]  # noqa: RUF012  AMP wants a list


class LastFigures(amp.Command):
    """From the worker, when its drain is over: what it has counted in all."""

    arguments = [(b"text", LongText())]  # noqa: RUF012  AMP wants a list


class Caretake(amp.Command):
    """From now on do what is done once in the whole server."""


class ReopenLog(amp.Command):
    """The log file has been moved away: open it again."""


class Channel(amp.BoxDispatcher, amp.CommandLocator):
    """One end.  *lost* is called once, when the other end is gone."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(self)
        self._lost = lost
        # Not amp.AMP: that one writes two lines to the log for every connection.
        self.protocol = amp.BinaryBoxProtocol(self)

    @property
    def descriptor(self) -> int | None:
        """Of our end, while it is connected."""
        transport: Any = self.protocol.transport
        return None if transport is None else int(transport.fileno())

    def close(self) -> None:
        """Say all that is to be said, then close.  Closing twice is closing once."""
        if self.protocol.transport is not None:
            self.protocol.transport.loseConnection()

    def stopReceivingBoxes(self, reason: Failure) -> None:
        """The connection is gone, and with it every answer that was still to come."""
        super().stopReceivingBoxes(reason)
        self._lost()
