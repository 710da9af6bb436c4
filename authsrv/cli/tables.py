"""Lists as people and programs read them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

Row = Mapping[str, Any]

#: The option of every command that lists.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def show(rows: Sequence[Row], *, as_json: bool, columns: Sequence[str], empty: str) -> None:
    """Print all of *rows* as JSON, or their *columns* as a table, or the sentence *empty*."""
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not rows:
        click.echo(empty)
    else:
        click.echo("\n".join(_lines(rows, columns)))


def _lines(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    titles = [column.replace("_", " ").upper() for column in columns]
    cells = [titles, *([cell(row[column]) for column in columns] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def show_one(row: Row, *, as_json: bool) -> None:
    """Print one thing, a line for each of its facts."""
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    width = max(map(len, row))
    for name, value in row.items():
        click.echo(f"{name.replace('_', ' ').ljust(width)}  {cell(value)}".rstrip())


def cell(value: object) -> str:
    """*value* in a table.  A browser chose some of this text: no escape may reach a terminal."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(cell, value))
    return "".join(c if c.isprintable() else "?" for c in str(value))


def moment(seconds: float) -> str:
    """*seconds* since the epoch as RFC 3339 writes them, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
