"""The writer in a real thread: what is acknowledged is in the file, whatever comes between."""

import sqlite3
from collections.abc import Callable
from functools import partial
from queue import Queue
from threading import get_ident
from typing import Any, cast

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from authsrv.stores.database import Database
from authsrv.stores.sqlite import Schema
from tests.stores.contract import StoreCase

SCHEMA = Schema(80, (("CREATE TABLE t (x)",),))


class Turns:
    """As much of a reactor as a thread pool needs: calls from threads, taken one by one."""

    def __init__(self) -> None:
        self._calls: Queue[Callable[[], object]] = Queue()

    def callFromThread(self, call: Callable[..., object], *args: object, **kw: object) -> None:
        """Run *call* in the test's thread."""
        self._calls.put(partial(call, *args, **kw))

    def until(self, done: Deferred[object]) -> None:
        """Take calls until *done* has a result."""
        while not done.called:
            self._calls.get(timeout=30)()


class ThreadTests(StoreCase):
    """A pool of two threads, which must not both write."""

    def setUp(self) -> None:
        super().setUp()
        self.turns = Turns()
        self.pool = ThreadPool(0, 2)
        self.pool.start()
        self.addCleanup(self.pool.stop)
        self.path = self.fresh_path()
        self.database = Database(
            self.path, SCHEMA, partial(deferToThreadPool, cast(Any, self.turns), self.pool)
        )

    def test_hundred(self) -> None:
        """A hundred changes from one thread end in few transactions, all of them in the file."""
        idents: set[int] = set()

        def change(number: int, connection: sqlite3.Connection) -> int:
            idents.add(get_ident())
            connection.execute("INSERT INTO t VALUES (?)", (number,))
            return number

        puts = [self.database.write(partial(change, number)) for number in range(100)]
        everything: Deferred[object] = Deferred()
        gatherResults(puts).addCallback(everything.callback)
        self.turns.until(everything)
        self.assertEqual(self.successResultOf(everything), list(range(100)))
        self.assertNotIn(get_ident(), idents)
        self.assertLessEqual(self.database.writer.commits, 2)
        closed: Deferred[object] = Deferred.fromCoroutine(self.database.close())
        self.turns.until(closed)
        connection = sqlite3.connect(self.path)
        self.addCleanup(connection.close)
        self.assertEqual(connection.execute("SELECT count(*) FROM t").fetchone(), (100,))
