"""What twistd is to us: whose we become, where the log goes, how to fail, what it shows."""

import contextlib
import gc
import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from twisted.logger import ILogObserver, Logger

from authsrv.cluster.clock import use_monotonic
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.eventlog import EventLog
from authsrv.cluster.launch import Launch, Launcher
from authsrv.cluster.plan import Means, Plan
from authsrv.cluster.sockets import Listener, Owner
from authsrv.cluster.supervisor import Supervisor
from authsrv.cluster.tally import shared_memory

_STDERR = 2


class Server(Supervisor):
    """The supervisor as twistd wants it: with its log, and with its way to fail."""

    def __init__(self, reactor: Any, plan: Plan, means: Means, log: EventLog) -> None:
        super().__init__(reactor, plan, means)
        self._event_log = log

    def setServiceParent(self, parent: Any) -> None:
        """Have all that twistd logs go into our one stream."""
        parent.setComponent(ILogObserver, self._event_log)
        super().setServiceParent(parent)

    def privilegedStartService(self) -> None:
        """Listen."""
        use_monotonic(self._reactor)
        with _refusing():
            super().privilegedStartService()

    def startService(self) -> None:
        """Start."""
        with _refusing():
            super().startService()
        # All that there is by now stays: neither a collection nor the exit has to look through it.
        gc.freeze()


class Refused(SystemExit, Exception):
    """Ends twistd with status 1 and no traceback, after its text has been shown.

    An Exception as well, because only after one of those twistd removes its pid file and tells
    the process that waits for the daemon.
    """

    def __init__(self, text: str) -> None:
        super().__init__(1)
        self._text = text

    def __str__(self) -> str:
        return self._text


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except CannotStart as error:
        Logger().critical("authsrv cannot start", why=str(error))
        say(f"authsrv: {error}")
        raise Refused(str(error)) from None
    except Exception as error:
        # Nobody foresaw this one: the log has where it came from.
        Logger().failure("authsrv cannot start")
        say(f"authsrv: cannot start: {type(error).__name__}: {' '.join(str(error).split())}")
        raise Refused(str(error)) from None


@frozen
class Host:
    """The twistd around us, as its command line has it."""

    log: EventLog
    is_daemon: bool
    owner: Owner

    @classmethod
    def of(cls, twistd: Mapping[str, Any], log_format: str, log_file: object) -> "Host":
        """From *twistd*'s options; its ``--logfile`` goes before our *log_file*."""
        is_daemon = not (twistd.get("nodaemon", True) or twistd.get("debug"))
        path = twistd.get("logfile") or log_file or (is_daemon and "twistd.log")
        if path == "-":
            path = None
        owner = _owner(twistd.get("uid"), twistd.get("gid"))
        # Absolute now, for twistd changes its directory before the log is opened again.
        found = os.path.abspath(str(path)) if path else None
        return cls(_open_log(log_format, found, owner), is_daemon, owner)

    def output(self) -> tuple[int, int]:
        """Stdout and stderr of the workers: a daemon has none, so what they cry goes to the log."""
        return (self.log.fileno(), self.log.fileno()) if self.is_daemon else (1, _STDERR)

    def launcher(
        self, reactor: Any, listeners: Sequence[Listener], workers: int, asyncio: bool
    ) -> Launch:
        """What starts so many *workers*, perhaps on *asyncio*.  Raises OSError."""
        arguments = ["--log-format", self.log.format]
        if asyncio:
            arguments.append("--asyncio")
        if self.log.path is not None:
            arguments += ["--log-file", self.log.path]
        return Launcher(reactor, listeners, shared_memory(workers), arguments, self.output)


def _open_log(log_format: str, path: str | None, owner: Owner) -> EventLog:
    try:
        return EventLog(log_format, path, owner)
    except OSError as error:
        # Nothing has been started yet, and there is no log to write this to.
        raise SystemExit(f"authsrv: cannot open the log {path}: {error.strerror}") from error


def _owner(uid: int | None, gid: int | None) -> Owner:
    """Who twistd makes us; -1: as it is (chown(2))."""
    if uid is None and gid is None:
        return None
    if uid is not None and gid is None:
        gid = pwd.getpwuid(uid).pw_gid
    return (-1 if uid is None else uid, -1 if gid is None else gid)


def say(line: str) -> None:
    """Show *line* to a person: not through sys.stderr, which twistd has turned into the log."""
    with contextlib.suppress(OSError):
        os.write(_STDERR, line.encode("utf-8", "replace") + b"\n")


def say_nothing(line: str) -> None:
    """Nobody is there to read *line*: we are a daemon."""
