"""Writes to a SQLite file: one thread, and many changes in one transaction.

A commit waits for the disk, whatever it holds; so what is asked for until the thread begins with
one goes into it together (group commit).
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from sqlite3 import Connection
from typing import Any, TypeVar

from attrs import define, field, frozen
from twisted.internet.defer import Deferred, fail, maybeDeferred
from twisted.python.failure import Failure

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.sqlite import unavailable
from authsrv.stores.threads import InThread

T = TypeVar("T")
Change = Callable[[Connection], T]
#: Changes in one transaction: few enough that other processes get their turn.
MOST_AT_ONCE = 500
#: Changes that may wait; more are refused, so that a stuck disk does not fill the memory.
MOST_WAITING = 10_000


@frozen
class _Waiting:
    change: Change[Any]
    done: Deferred[Any]


@define
class Writer:
    """Runs changes on *connection* through *in_thread*, in order, never two at a time."""

    _connection: Connection
    _in_thread: InThread
    #: Transactions that have been committed.
    commits: int = field(default=0, init=False)
    _waiting: deque[_Waiting] = field(factory=deque, init=False)
    _busy: bool = field(default=False, init=False)
    _closed: bool = field(default=False, init=False)
    _idle: list[Deferred[None]] = field(factory=list, init=False)

    def put(self, change: Change[T]) -> Deferred[T]:
        """The result of *change*, once it is on the disk.

        What *change* raises undoes it alone; StoreUnavailable says that nothing was kept.
        Changes run in the thread and in a transaction; they must not end it.
        """
        if self._closed:
            return fail(StoreUnavailable("the store is closed"))
        if len(self._waiting) >= MOST_WAITING:
            return fail(StoreUnavailable("too many writes are waiting for the disk"))
        done: Deferred[T] = Deferred()
        self._waiting.append(_Waiting(change, done))
        self._start()
        return done

    async def close(self) -> None:
        """Finish what was asked for, then let go of the file.  Twice is no error."""
        self._closed = True
        while self._busy:
            idle: Deferred[None] = Deferred()
            self._idle.append(idle)
            await idle
        await maybeDeferred(self._in_thread, self._connection.close)

    def _start(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        batch: list[_Waiting] = []
        committed = maybeDeferred(self._in_thread, self._commit, batch)
        committed.addBoth(self._finish, batch)

    def _take(self, batch: list[_Waiting]) -> None:
        """Fill *batch*; others may be put in behind at the same time."""
        while self._waiting and len(batch) < MOST_AT_ONCE:
            batch.append(self._waiting.popleft())

    def _finish(self, outcomes: list[Any] | Failure, batch: list[_Waiting]) -> None:
        """Back on the caller's thread: tell everybody, then see what has come meanwhile."""
        if isinstance(outcomes, Failure):
            if not batch:  # There is no thread.
                self._take(batch)
            reason = outcomes.value
            broken = unavailable(reason) if isinstance(reason, sqlite3.Error) else reason
            outcomes = [Failure(broken)] * len(batch)
        for waiting, outcome in zip(batch, outcomes, strict=True):
            # A Failure given to callback() goes down the errback side.
            waiting.done.callback(outcome)
        self._busy = False
        self._start()
        if not self._busy:
            idle, self._idle = self._idle, []
            for each in idle:
                each.callback(None)

    def _commit(self, batch: list[_Waiting]) -> list[Any]:
        """In the thread: a result or a Failure for each of *batch*, which it fills.

        What it raises fails them all.
        """
        self._take(batch)
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [self._attempt(each.change) for each in batch]
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        self.commits += 1
        return outcomes

    def _attempt(self, change: Change[Any]) -> Any:
        connection = self._connection
        connection.execute("SAVEPOINT change")
        try:
            outcome = change(connection)
        except Exception as error:
            # On a full disk or an I/O error SQLite ends the transaction: then all of it is lost.
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO change")
            outcome = Failure(unavailable(error) if isinstance(error, sqlite3.Error) else error)
        connection.execute("RELEASE change")
        return outcome
