"""What one worker costs, as the kernel counts it (proc(5))."""

import os
from pathlib import Path

from attrs import frozen

_ESTABLISHED = "01"
_TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class Worker:
    """The worker with the process id *pid*."""

    pid: int

    def cpu(self) -> float:
        """Seconds of CPU it has used in its life, in steps of a hundredth."""
        # The name in brackets may have anything in it.
        fields = self._read("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident(self) -> int:
        """Its memory now, in KiB."""
        return self._status("VmRSS")

    def forget_peak(self) -> None:
        """Let :meth:`peak` begin anew."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak(self) -> int:
        """The most memory it has had since :meth:`forget_peak`, in KiB."""
        return self._status("VmHWM")

    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _status(self, name: str) -> int:
        lines = self._read("status").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self.pid}/{name}").read_text("ascii", "replace")


def queues(server_port: int, client_port: int) -> tuple[int, int] | None:
    """What waits at the server's end of a connection, in bytes: to be sent, and to be read.

    None if that end is closed, or is the kernel's alone to end.
    """
    ends = f":{server_port:04X}", f":{client_port:04X}"
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, local, remote, state, both, *_ = line.split()
        if (local[-5:], remote[-5:]) == ends and state == _ESTABLISHED:
            unsent, unread = both.split(":")
            return int(unsent, 16), int(unread, 16)
    return None
