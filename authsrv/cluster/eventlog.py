"""The log: one stream, one line an event, to a file or to stdout."""

import os
from collections.abc import Callable

from attrs import define, field
from twisted.logger import ILogObserver, LogEvent
from zope.interface import implementer

from authsrv.cluster.lines import json_line, text_line

_STDOUT = 1
_LINES: dict[str, Callable[[LogEvent, int], bytes]] = {"json": json_line, "text": text_line}


@implementer(ILogObserver)
@define(eq=False)
class EventLog:
    """Writes events to the file at *path*, or to stdout if there is none.

    *format* is ``json`` or ``text``.  Each line is one write, so that processes that share the
    stream do not mix their lines (write(2), O_APPEND; pipe(7) up to 4 KiB).  A line that cannot
    be written is lost: nobody's login fails because a disk is full.
    """

    format: str = "json"
    path: str | None = None
    # (user id, group id) that the file is given to, so that it can be opened again without root.
    owner: tuple[int, int] | None = None
    _descriptor: int = field(init=False, default=_STDOUT)

    def __attrs_post_init__(self) -> None:
        if self.path is not None:
            self._descriptor = self._open(self.path)

    def __call__(self, event: LogEvent) -> None:
        """Write one event."""
        self.write_line(_LINES[self.format](event, os.getpid()))

    def write_line(self, line: bytes) -> None:
        """Write *line*, which ends with its newline and has no other."""
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            return

    def fileno(self) -> int:
        """The descriptor that is written to."""
        return self._descriptor

    def reopen(self) -> None:
        """Open the file again, for it has been moved away.  Raises OSError; the old one stays."""
        if self.path is None:
            return
        fresh, old = self._open(self.path), self._descriptor
        self._descriptor = fresh
        os.close(old)

    def _open(self, path: str) -> int:
        opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        if self.owner is not None and os.geteuid() == 0:
            os.fchown(opened, *self.owner)
        return opened
