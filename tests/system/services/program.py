"""A program that the tests start: it is stopped, frozen or killed by its process id alone."""

import contextlib
import shutil
import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.system import processes
from tests.system.waiting import until

# The kernel kills the program when the thread that has started it ends, however it ends
# (PR_SET_PDEATHSIG, prctl(2)).  So one thread starts all of them: it lives as long as the tests.
_starter = ThreadPoolExecutor(1, "starts-programs")
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")


class Program:
    """The program *name*, to run in the directory *home*, which is made."""

    def __init__(self, home: Path, name: str, arguments: Sequence[str]) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._home = home
        self._name = name
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self.is_frozen = False

    def spawn(self) -> None:
        """Start, and wait for nothing."""
        assert not self.is_running
        found = shutil.which(self._name)
        assert found, f"{self._name} is not installed"
        command = [*_DIES_WITH_US, found, *self._arguments]
        with open(self._home / "log", "ab") as log:
            self._process = _starter.submit(
                subprocess.Popen,
                command,
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ).result()

    def kill(self) -> None:
        """SIGKILL, whatever state it is in; nothing if it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        self.is_frozen = False

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self._running.terminate()
        return self._running.wait(15)

    def freeze(self) -> None:
        """SIGSTOP: its connections stay, and it does nothing.  It stands still afterwards."""
        self._running.send_signal(signal.SIGSTOP)
        until(self._stands_still, 10)
        self.is_frozen = True

    def thaw(self) -> None:
        """SIGCONT: it goes on with what has come meanwhile."""
        self._running.send_signal(signal.SIGCONT)
        self.is_frozen = False

    @property
    def is_running(self) -> bool:
        """Whether the process is there, frozen or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid

    def log(self) -> str:
        """All that it has said."""
        with contextlib.suppress(FileNotFoundError):
            return (self._home / "log").read_text("utf-8", "replace")
        return ""

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, f"{self._name} was not started"
        return self._process

    def _stands_still(self) -> bool:
        assert not processes.is_gone(self.pid), self.log()
        status = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace")
        # The name in brackets may have anything in it.
        return status.rpartition(")")[2].split()[0] == "T"
