"""What the kernel says of processes (proc(5)), and the one way to end one."""

import contextlib
import os
import signal
from pathlib import Path


def children(pid: int) -> list[int]:
    """The child processes of *pid* that are not merely waiting to be reaped."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return []
    return [child for child in map(int, text.split()) if not is_gone(child)]


def is_gone(pid: int) -> bool:
    """Whether *pid* has ended, reaped or not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return True
    # The name in brackets may have anything in it.
    return status.rpartition(")")[2].split()[0] in "ZX"


def runs_in(pid: int, home: Path) -> bool:
    """Whether *pid* is there, and was started in *home*: a number may be somebody else's by now."""
    try:
        return not is_gone(pid) and Path(os.readlink(f"/proc/{pid}/cwd")) == home.resolve()
    except OSError:
        return False


def kill(pid: int) -> None:
    """SIGKILL to *pid*, if it is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> str:
    """The arguments of *pid*, as anybody on this machine can read them."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def owner(pid: int) -> tuple[int, int]:
    """The effective user and group id of *pid*."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return int(fields["Uid"].split()[1]), int(fields["Gid"].split()[1])
