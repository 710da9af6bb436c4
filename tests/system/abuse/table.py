"""The one table that all cases fill, printed behind the last test."""

from collections.abc import Iterator

from attrs import frozen


@frozen
class Row:
    """What one case has cost.

    *frames* is how many the client had sent when it was cut; *cpu* is in seconds; *growth* and
    *peak* are the worker's memory after the case and at most during it, against before, in KiB.
    """

    case: str
    frames: int | None
    cut: str
    cpu: float
    growth: int
    peak: int
    note: str = ""


#: In the order in which they ran.
ROWS: list[Row] = []
_HEAD = ("case", "frames", "cut", "CPU s", "growth", "peak KiB", "")


def lines() -> Iterator[str]:
    """The table, ready to be printed."""
    cells = [_HEAD, *map(_cells, ROWS)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(map(_place, row, widths, range(len(row)))).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    frames = "-" if row.frames is None else str(row.frames)
    return (row.case, frames, row.cut, f"{row.cpu:.2f}", str(row.growth), str(row.peak), row.note)


def _place(text: str, width: int, column: int) -> str:
    """Text to the left, numbers to the right."""
    return text.ljust(width) if column in (0, 2, 6) else text.rjust(width)
