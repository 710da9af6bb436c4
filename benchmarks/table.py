"""Comparisons and aims as Markdown tables, their columns aligned."""

from collections.abc import Sequence
from statistics import median

from benchmarks.comparison import Comparison

_HEAD = ("measured", "beside", "authsrv", "peer", "unit", "ratio", "by round")


def table(comparisons: Sequence[Comparison]) -> str:
    """Medians and ratios."""
    return aligned([_HEAD, *map(_row, comparisons)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """*rows* as a Markdown table, of which the first is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def figure(value: float) -> str:
    """*value* with about three digits: more would claim what was not measured."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def _row(one: Comparison) -> tuple[str, ...]:
    lowest, highest = min(one.by_round), max(one.by_round)
    return (
        one.name,
        one.beside,
        figure(median(one.ours)),
        figure(median(one.peer)),
        one.unit,
        f"{one.ratio:.2f}",
        f"{lowest:.2f} to {highest:.2f}" if len(one.ours) > 1 else "once",
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (f" {cell:<{width}} " for cell, width in zip(row, widths, strict=True))
    return f"|{'|'.join(cells)}|"
