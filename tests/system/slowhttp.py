"""slowhttptest (Debian has it): many connections on which a request comes in drop by drop."""

import csv
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from tests.system.server import Server

# Its report is written for a terminal, with colours.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ENDED = re.compile(r"Test ended on (\d+)th second\s+Exit status:\s*(.*?)\s*$", re.MULTILINE)


@frozen
class Report:
    """What it says at its end: *why* it ended, *after* how many seconds.

    *most*: the most connections that were open in one second.
    """

    after: int
    why: str
    most: int


@frozen
class Attack:
    """One run."""

    _process: "subprocess.Popen[bytes]"
    _prefix: Path

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def report(self, within: float) -> Report:
        """Wait for its end."""
        self._process.wait(within)
        said = _COLOUR.sub("", _said(self._prefix).read_text("utf-8", "replace"))
        ended = _ENDED.search(said)
        assert ended, said
        return Report(int(ended[1]), ended[2], max(_connected(self._prefix)))


@contextmanager
def attack(server: Server, mode: str, count: int, seconds: int) -> Iterator[Attack]:
    """*count* connections in *mode* ("-H": slow heads, "-B": slow bodies), made as fast as it can.

    It ends when all of them are closed, or after so many *seconds*; or with the block.
    """
    prefix = server.home / f"slow{mode}"
    command = ["slowhttptest", mode, "-u", f"{server.base}/login", "-g", "-o", str(prefix)]
    # A few bytes now and then: never idle for long, and never done.  Not each second: what it sends
    # while it still connects it sends in any order.
    command += ["-c", str(count), "-r", str(count), "-i", "4", "-x", "8", "-l", str(seconds)]
    with (
        open(_said(prefix), "wb") as out,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process,
    ):
        try:
            yield Attack(process, prefix)
        finally:
            process.kill()


def _said(prefix: Path) -> Path:
    return prefix.with_name(f"{prefix.name}.txt")


def _connected(prefix: Path) -> list[int]:
    """How many connections were open in each second."""
    with open(f"{prefix}.csv", encoding="ascii", newline="") as file:
        return [int(row["Connected"]) for row in csv.DictReader(file)]
