"""Databases that cannot be written for a while."""

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.system.faults.fault import Fault
from tests.system.server import Server

#: Longer than the 5 s for which a writer waits.
_LOCKED = 8.0

_SHUT = 3.0
#: WAL_READ_LOCK(0) to (4), as bytes of the file (sqlite.org/walformat.html, section 2.3).
_READ_LOCKS = range(123, 128)


def _refused(server: Server) -> set[str]:
    """What was answered 503."""
    return {each["path"] for each in server.requests() if each["status"] == 503}


class LockedSessions(Fault):
    """Another process holds the database."""

    name = "the sessions database locked for 8 s"
    least = 8
    database = "sessions.db"

    def work(self, server: Server, seconds: float) -> None:
        """Hold it again and again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.5)
            path = server.home / "var" / self.database
            with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                time.sleep(_LOCKED)
                other.execute("ROLLBACK")
            time.sleep(1)

    def check(self, server: Server) -> None:
        """Somebody was told to come back, or an attempt could not be given back.

        A write that waits for too long fails alone: those behind it have their time yet, and may
        be done.  Nobody waits for the giving back.
        """
        assert _refused(server) or server.events("an attempt was not given back")


class LockedAccounts(LockedSessions):
    """The same for the other one."""

    name = "the accounts database locked for 8 s"
    once = True
    database = "accounts.db"


class ShutSessions(Fault):
    """Another process holds every lock that a reader of the database needs."""

    name = "the sessions database shut to readers for 3 s"

    def work(self, server: Server, seconds: float) -> None:
        """Hold them again and again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.5)
            with open(server.home / "var" / "sessions.db-shm", "r+b") as shared:
                # Each for itself: all five are hardly ever free at the same moment.
                for each in _READ_LOCKS:
                    fcntl.lockf(shared, fcntl.LOCK_EX, 1, each)
                time.sleep(_SHUT)
            time.sleep(0.5)


class FullDisk(Fault):
    """Both databases are on a small disk, which somebody fills."""

    name = "the disk full"

    @contextmanager
    def around(self, server: Server) -> Iterator[None]:
        """Mount it; it is unmounted when nobody is left in it."""
        place = server.home / "var"
        kept = server.home / "kept"
        place.rename(kept)
        place.mkdir(mode=0o700)
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(place)]
        subprocess.run(mount, check=True, capture_output=True, timeout=20)
        try:
            shutil.copytree(kept, place, dirs_exist_ok=True)
            with super().around(server):
                yield
        finally:
            subprocess.run(["umount", str(place)], check=True, capture_output=True, timeout=20)

    def work(self, server: Server, seconds: float) -> None:
        """Fill it, and keep it full for most of the time."""
        ballast = server.home / "var" / "ballast"
        time.sleep(seconds / 6)
        end = time.monotonic() + seconds * 2 / 3
        while time.monotonic() < end:
            _fill(ballast)
            time.sleep(0.1)
        ballast.unlink()
        time.sleep(seconds / 6)

    def check(self, server: Server) -> None:
        """Nobody could sign in."""
        assert "/api/session" in _refused(server)


def _fill(path: Path) -> None:
    """Write until there is no more space."""
    with open(path, "ab", buffering=0) as file, contextlib.suppress(_Full), _only_full():
        while True:
            file.write(bytes(4096))


class _Full(Exception):
    """No space is left."""


@contextmanager
def _only_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _Full(os.strerror(error.errno)) from error
