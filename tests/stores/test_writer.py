"""Many changes in one transaction."""

import sqlite3
from collections.abc import Callable
from sqlite3 import Connection

from twisted.internet.defer import CancelledError, Deferred, execute

from authsrv.core.errors import NameTaken, StoreUnavailable
from authsrv.stores import writer
from authsrv.stores.sqlite import Schema, open_file
from authsrv.stores.writer import Writer
from tests.stores.contract import StoreCase
from tests.stores.threads_at_hand import HeldThread

SCHEMA = Schema(78, (("CREATE TABLE t (x INTEGER PRIMARY KEY CHECK (x < 1000))",),))


def insert(number: int) -> Callable[[Connection], int]:
    """A change that keeps *number* and returns it."""

    def change(connection: Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?)", (number,))
        return number

    return change


def refuse(connection: Connection) -> None:
    """A change that changes its mind."""
    connection.execute("INSERT INTO t VALUES (13)")
    raise NameTaken("thirteen")


class WriterTests(StoreCase):
    """Changes, with a thread that runs when the test says so."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.thread = HeldThread()
        self.writer = Writer(open_file(self.path, SCHEMA), self.thread)
        self.addCleanup(self.close)

    def close(self) -> None:
        """Let everything end."""
        closed = Deferred.fromCoroutine(self.writer.close())
        while self.thread.waiting:
            self.thread.run_one()
        self.successResultOf(closed)

    def kept(self) -> list[int]:
        """What another process finds in the file."""
        connection = sqlite3.connect(self.path)
        found = connection.execute("SELECT x FROM t ORDER BY x").fetchall()
        connection.close()
        return [number for (number,) in found]

    def test_after_commit(self) -> None:
        """A change is acknowledged when it is in the file, and not before."""
        seen: list[list[int]] = []
        done = self.writer.put(insert(1))
        done.addCallback(lambda _: seen.append(self.kept()))
        self.assertNoResult(done)
        self.assertEqual(self.kept(), [])
        self.thread.run_one()
        self.successResultOf(done)
        self.assertEqual(seen, [[1]])

    def test_batch(self) -> None:
        """What is asked for before the thread begins is committed together."""
        put = [self.writer.put(insert(number)) for number in range(50)]
        self.thread.run_one()
        self.assertEqual([self.successResultOf(each) for each in put], list(range(50)))
        self.assertEqual((self.writer.commits, self.thread.waiting), (1, 0))
        self.assertEqual(self.kept(), list(range(50)))

    def test_meanwhile(self) -> None:
        """What is asked for while a transaction is under way is in the next one."""
        later: list[Deferred[int]] = []
        self.writer.put(lambda _: later.append(self.writer.put(insert(1))))
        self.thread.run_one()
        self.assertNoResult(later[0])
        self.assertEqual(self.kept(), [])
        self.thread.run_one()
        self.assertEqual(self.successResultOf(later[0]), 1)
        self.assertEqual((self.writer.commits, self.thread.waiting), (2, 0))

    def test_one_thread(self) -> None:
        """Never are two transactions under way, and a batch has an upper size."""
        for number in range(writer.MOST_AT_ONCE + 2):
            self.writer.put(insert(number)).addErrback(lambda _: None)
            self.assertEqual(self.thread.waiting, 1)
        for _ in range(2):
            self.assertEqual(self.thread.waiting, 1)
            self.thread.run_one()
        self.assertEqual((self.writer.commits, self.thread.waiting), (2, 0))

    def test_in_order(self) -> None:
        """Changes happen in the order they were asked for."""
        self.writer.put(insert(1))
        removed = self.writer.put(lambda c: c.execute("DELETE FROM t").rowcount)
        again = self.writer.put(insert(1))
        self.thread.run_one()
        self.assertEqual(self.successResultOf(removed), 1)
        self.assertEqual(self.successResultOf(again), 1)

    def test_one_fails(self) -> None:
        """A change that fails is undone alone; those beside it stand."""
        before, refused, broken, after = (
            self.writer.put(change) for change in (insert(1), refuse, insert(5000), insert(2))
        )
        self.thread.run_one()
        self.successResultOf(before)
        self.successResultOf(after)
        self.failureResultOf(refused, NameTaken)
        self.failureResultOf(broken, StoreUnavailable)
        self.assertEqual(self.kept(), [1, 2])

    def test_all_fail(self) -> None:
        """If SQLite gives the transaction up nothing of it stands, and the next one works."""
        good, bad = self.writer.put(insert(1)), self.writer.put(give_up)
        self.thread.run_one()
        self.failureResultOf(good, StoreUnavailable)
        self.failureResultOf(bad, StoreUnavailable)
        later = self.writer.put(insert(2))
        self.thread.run_one()
        self.successResultOf(later)
        self.assertEqual(self.kept(), [2])

    def test_locked(self) -> None:
        """If another process does not let go in time nothing is kept, and that is said."""
        holder = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(holder.close)
        holder.execute("BEGIN IMMEDIATE")
        self.writer._connection.execute("PRAGMA busy_timeout = 1")
        done = self.writer.put(insert(1))
        self.thread.run_one()
        self.failureResultOf(done, StoreUnavailable)
        holder.execute("ROLLBACK")
        later = self.writer.put(insert(2))
        self.thread.run_one()
        self.successResultOf(later)
        self.assertEqual(self.kept(), [2])

    def test_cancelled(self) -> None:
        """Whoever stops waiting harms nobody: the change is made all the same."""
        done = self.writer.put(insert(1))
        done.cancel()
        self.failureResultOf(done, CancelledError)
        self.thread.run_one()
        self.assertEqual(self.kept(), [1])

    def test_too_many(self) -> None:
        """Behind a disk that is stuck only so many changes wait."""
        kept = [self.writer.put(lambda _: None) for _ in range(writer.MOST_WAITING)]
        self.failureResultOf(self.writer.put(insert(1)), StoreUnavailable)
        self.close()
        for each in kept:
            self.successResultOf(each)
        self.assertEqual(self.kept(), [])

    def test_close_waits(self) -> None:
        """Closing finishes what was asked for, and refuses what comes after."""
        self.writer.put(insert(1))
        queued = self.writer.put(insert(2))
        closed = Deferred.fromCoroutine(self.writer.close())
        self.failureResultOf(self.writer.put(insert(3)), StoreUnavailable)
        self.assertNoResult(closed)
        self.thread.run_one()
        self.successResultOf(queued)
        self.thread.run_one()
        self.successResultOf(closed)
        self.assertEqual(self.kept(), [1, 2])

    def test_a_thread_that_raises(self) -> None:
        """A call that raises instead of failing its Deferred fails the change all the same."""

        def raises(work: Callable[..., object], *args: object) -> Deferred[object]:
            raise StoreUnavailable("no threads are left")

        broken = Writer(open_file(self.path, SCHEMA), raises)
        self.addCleanup(broken._connection.close)
        self.failureResultOf(broken.put(insert(1)), StoreUnavailable)

    def test_at_once(self) -> None:
        """Where nothing else waits a change is done when put returns."""
        direct = Writer(open_file(self.path, SCHEMA), execute)
        self.addCleanup(lambda: self.successResultOf(Deferred.fromCoroutine(direct.close())))
        self.assertEqual(self.successResultOf(direct.put(insert(1))), 1)


def give_up(connection: Connection) -> None:
    """A change in which the whole transaction is lost, as it is on a full disk."""
    connection.execute("INSERT OR ROLLBACK INTO t VALUES (5000)")
