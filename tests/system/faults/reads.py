"""Databases that cannot be read for a while (libfiu)."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.system.faults.fault import Fault
from tests.system.server import Server

_LIBRARIES = Path("/usr/lib/fiu")
#: What SQLite reads with.  5 is EIO.
_FAILS, _MENDS = "enable name={},failinfo=5", "disable name={}"
_READ = "posix/io/rw/pread"


class UnreadableDisk(Fault):
    """Every read of a database file fails."""

    name: ClassVar[str] = "the disk cannot be read for a while"

    @contextmanager
    def around(self, server: Server) -> Iterator[None]:
        """It can be told to fail."""
        names = ("fiu_run_preload.so", "fiu_posix_preload.so")
        environment = {
            "LD_PRELOAD": " ".join(str(_LIBRARIES / name) for name in names),
            "FIU_CTRL_FIFO": str(_fifo(server)),
            "FIU_ENABLE": "",
        }
        try:
            server.start(env=environment)
            yield
        finally:
            server.kill_all()

    def work(self, server: Server, seconds: float) -> None:
        """Fail in the middle, on both workers."""
        time.sleep(seconds / 4)
        _tell(server, _FAILS)
        time.sleep(seconds / 2)
        _tell(server, _MENDS)
        time.sleep(seconds / 4)

    def check(self, server: Server) -> None:
        """People who are signed in were told to come back."""
        refused = {each["path"] for each in server.requests() if each["status"] == 503}
        assert "/account" in refused


def _fifo(server: Server) -> Path:
    return server.home / "fiu"


def _tell(server: Server, command: str) -> None:
    for pid in server.serving().values():
        words = ["fiu-ctrl", "-f", str(_fifo(server)), "-c", command.format(_READ), str(pid)]
        subprocess.run(words, check=True, capture_output=True, timeout=20)
