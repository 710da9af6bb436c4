"""The one table that all outages fill, printed behind the last test."""

from collections.abc import Iterator

from attrs import frozen


@frozen
class Row:
    """What one fault has cost.  All times are in seconds."""

    fault: str
    lasted: float
    #: Answers to: sessions that were known, sessions that were not, ended ones, logins.
    known: str
    unseen: str
    ended: str
    logins: str
    wrong_grants: int
    wrong_logouts: int
    #: The slowest answer; and from the repair to the first login that worked at every worker.
    slowest: float
    recovered: float


#: In the order in which they happened.
ROWS: list[Row] = []
_HEAD = (
    "fault", "lasted", "known", "unseen", "ended", "logins", "wrong grants", "wrong logouts",
    "slowest", "recovered",
)  # fmt: skip


def lines() -> Iterator[str]:
    """The table in Markdown; an answer's status stands before how often it came."""
    for cells in (_HEAD, ("---",) * len(_HEAD), *map(_cells, ROWS)):
        yield f"| {' | '.join(cells)} |"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.fault,
        f"{row.lasted:.0f} s",
        row.known,
        row.unseen,
        row.ended,
        row.logins,
        str(row.wrong_grants),
        str(row.wrong_logouts),
        f"{row.slowest:.2f} s",
        f"{row.recovered:.2f} s",
    )
