"""Counts of attempts in the session database: shared by every worker on the machine."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection

from attrs import frozen
from twisted.logger import Logger
from zope.interface import implementer

from authsrv.core import throttle as rules
from authsrv.core.throttle import Counts, Limit, Verdict
from authsrv.interfaces import IThrottleStore
from authsrv.stores.database import Database
from authsrv.stores.texts import storable

log = Logger()
TABLES = (
    "CREATE TABLE IF NOT EXISTS throttle ("
    " key TEXT NOT NULL PRIMARY KEY,"
    " recent TEXT NOT NULL,"  # JSON: the times of recent attempts
    " in_a_row INTEGER NOT NULL,"
    " expires_at REAL NOT NULL"
    ") WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS throttle_expires_at ON throttle (expires_at)",
)
#: Rows forgotten in one transaction, so that no login waits long for a sweep.
BATCH = 1000
_PUT = (
    "INSERT INTO throttle (key, recent, in_a_row, expires_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET recent = excluded.recent, in_a_row = excluded.in_a_row,"
    " expires_at = excluded.expires_at"
)
_SWEEP = (
    "DELETE FROM throttle WHERE key IN"
    " (SELECT key FROM throttle WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
)


@implementer(IThrottleStore)
@frozen
class SqliteThrottle:
    """Each attempt is counted in a transaction; a refused one writes nothing.

    The database is shared with the sessions: closing either closes both.
    """

    database: Database

    async def take(self, wanted: Sequence[tuple[str, Limit]], now: float) -> Sequence[Verdict]:
        """Count an attempt under all, or under none."""
        return await self.database.write(partial(_take, wanted, now))

    async def give_back(self, *keys: str) -> None:
        """The newest attempt was no failure."""
        await self.database.write(partial(_shorten, keys, rules.give_back))

    async def undo(self, *keys: str) -> None:
        """About the newest attempt nothing was decided."""
        await self.database.write(partial(_shorten, keys, rules.undo))

    async def reset(self, subject: str) -> int:
        """Forget *subject*; how many keys."""
        return await self.database.write(partial(_reset, storable(subject)))

    async def sweep(self, now: float) -> int:
        """Forget what has expired; how many."""
        swept = 0
        while forgotten := await self.database.write(partial(_sweep, now)):
            swept += forgotten
        return swept

    async def close(self) -> None:
        """Let go of the file."""
        await self.database.close()


def _take(
    wanted: Sequence[tuple[str, Limit]], now: float, connection: Connection
) -> Sequence[Verdict]:
    keys = [storable(key) for key, _ in wanted]
    limits = [limit for _, limit in wanted]
    before = [_live(connection, key, now) for key in keys]
    after, verdicts = rules.take_all(list(zip(before, limits, strict=True)), now)
    for key, limit, old, new in zip(keys, limits, before, after, strict=True):
        # A refusal changes the counts only where the clock was stepped back.
        if new != old:
            _put(connection, key, new, rules.expires_at(new, limit, now))
    return verdicts


def _live(connection: Connection, key: str, now: float) -> Counts:
    counts, expires_at = _get(connection, key)
    return counts if now < expires_at else Counts()


def _shorten(keys: Sequence[str], rule: Callable[[Counts], Counts], connection: Connection) -> None:
    for key in map(storable, keys):
        counts, expires_at = _get(connection, key)
        after = rule(counts)
        if after != Counts():
            _put(connection, key, after, expires_at)
        else:
            connection.execute("DELETE FROM throttle WHERE key = ?", (key,))


def _reset(subject: str, connection: Connection) -> int:
    deleted = "DELETE FROM throttle WHERE key = ?1 OR substr(key, 1, length(?1) + 1) = ?1 || '/'"
    return connection.execute(deleted, (subject,)).rowcount


def _sweep(now: float, connection: Connection) -> int:
    return connection.execute(_SWEEP, (now, BATCH)).rowcount


def _get(connection: Connection, key: str) -> tuple[Counts, float]:
    row = connection.execute(
        "SELECT recent, in_a_row, expires_at FROM throttle WHERE key = ?", (key,)
    ).fetchone()
    if row is None:
        return Counts(), 0.0
    try:
        recent, in_a_row, expires_at = row
        times = tuple(float(at) for at in json.loads(recent))
        return Counts(times, int(in_a_row)), float(expires_at)
    except (TypeError, ValueError, OverflowError, RecursionError):
        log.error("a stored count of attempts cannot be read")
        return Counts(), 0.0


def _put(connection: Connection, key: str, counts: Counts, expires_at: float) -> None:
    row = (key, json.dumps(counts.recent), counts.in_a_row, expires_at)
    connection.execute(_PUT, row)
