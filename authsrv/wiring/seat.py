"""What a worker finds in its process."""

from typing import Protocol

from attrs import frozen

from authsrv.cluster.spare import Spare
from authsrv.cluster.tally import Tally


class LineLog(Protocol):
    """Where finished lines go."""

    def write_line(self, line: bytes) -> None: ...


@frozen
class Seat:
    """The worker's number, from 1 on; its log; what it shares; the descriptors kept back."""

    index: int
    log_to: LineLog
    tally: Tally
    spare: Spare
