"""A SQLite file that says by itself when it has changed."""

import sqlite3
from pathlib import Path
from typing import cast

from twisted.internet.defer import execute

from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Stored
from authsrv.interfaces import ISessionStore
from authsrv.stores.board import Notice
from authsrv.stores.database import Database
from authsrv.stores.remembered import Remembered
from authsrv.stores.schema import SESSION_FILE
from authsrv.stores.sessions.cached import CachedSessions
from authsrv.stores.sessions.sqlite import SqliteSessions
from authsrv.stores.walboard import WalBoard
from tests.stores import session_contract
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.samples import A, B, session


def open_cached(path: Path) -> CachedSessions:
    """A worker's view of the file, with copies."""
    store = SqliteSessions(Database(path, SESSION_FILE, execute))
    board = WalBoard(path)
    memory: Remembered[bytes, Stored] = Remembered(board, lambda: 0.0, 100, 0.0)
    return CachedSessions(store, store.stored, board, memory)


class CachedSqliteTests(session_contract.SessionContract):
    """Sessions with copies beside their file keep the contract."""

    def make_store(self) -> ISessionStore:
        store: ISessionStore = open_cached(self.fresh_path())
        return store


class BoardTests(StoreCase):
    """Terms."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.fresh_path()
        self.database = Database(self.path, SESSION_FILE, execute)
        self.addCleanup(lambda: result(self.database.close()))
        self.board = WalBoard(self.path)
        self.other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(self.other.close)

    def test_lasts(self) -> None:
        """As long as nobody commits, and whoever reads, it is one term."""
        term = self.board.term
        self.assertIsNotNone(term)
        self.other.execute("SELECT count(*) FROM sessions").fetchall()
        self.other.execute("BEGIN IMMEDIATE")
        self.other.execute("DELETE FROM throttle")
        self.other.execute("ROLLBACK")
        self.assertIs(self.board.term, term)

    def test_ends(self) -> None:
        """Every commit ends it, also those behind a checkpoint, and the thousandth."""
        terms = [self.board.term]
        put = "INSERT OR REPLACE INTO throttle VALUES ('k', ?, 0, 0)"
        for number in range(1000):
            self.other.execute(put, (str(number % 2),))
            if number % 100 == 50:
                self.other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            terms.append(self.board.term)
        self.assertEqual(len(set(map(id, terms))), 1001)
        self.assertNotIn(None, terms)

    def test_over(self) -> None:
        """A term that has ended is over for whoever still has it."""
        term = self.board.term
        assert term is not None
        self.other.execute("INSERT OR REPLACE INTO throttle VALUES ('k', '', 0, 0)")
        self.assertEqual(term.until, float("inf"))
        self.assertIsNot(self.board.term, term)
        self.assertEqual(term.until, float("-inf"))

    def test_half_written(self) -> None:
        """While the two heads differ there is none."""
        heads = [b"a" * 96, b"a" * 48 + b"b" * 48, b"b" * 96, b"short"]
        board = WalBoard(self.path, read=lambda _descriptor, _size, _at: heads[0])
        terms = []
        while heads:
            terms.append(board.term)
            del heads[0]
        self.assertIsNotNone(terms[0])
        self.assertIsNone(terms[1])
        self.assertIsNotNone(terms[2])
        self.assertIsNot(terms[2], terms[0])
        self.assertIsNone(terms[3])

    def test_unreadable(self) -> None:
        """If the disk cannot be read there is no term, until it can."""
        answers = [b"a" * 96, None, b"a" * 96]

        def read(_descriptor: int, _size: int, _at: int) -> bytes:
            answer = answers.pop(0)
            if answer is None:
                raise OSError(5, "broken")
            return answer

        board = WalBoard(self.path, read=read)
        terms = [board.term for _ in range(3)]
        self.assertIsNone(terms[1])
        self.assertIs(terms[0], terms[2])

    def test_within_a_moment(self) -> None:
        """Within one moment it is looked once; in the next, and where there is none, again."""
        moments: list[object | None] = [object()]
        board = WalBoard(self.path, lambda: moments[0])
        put = "INSERT OR REPLACE INTO throttle VALUES ('k', '', 0, 0)"
        term = board.term
        self.other.execute(put)
        self.assertIs(board.term, term)
        for later in (object(), None, None):
            moments[0] = later
            self.assertIsNot(board.term, term)
            term = board.term
            self.other.execute(put)

    def test_nobody_to_tell(self) -> None:
        """Nothing is posted, and that is done at once; nothing needs to be begun or ended."""
        self.board.require()
        self.board.heed(lambda _notice: self.fail("there are no notices"))
        self.board.start()
        self.assertIsNone(self.successResultOf(self.board.post(Notice(everything=True))))
        self.assertIsNone(self.successResultOf(self.board.close()))
        self.assertIsNotNone(self.board.term)

    def test_no_index(self) -> None:
        """Without the index there is an error for the operator."""
        self.assertRaises(StoreUnavailable, WalBoard, self.directory / "none.db")


class TwoWorkersTests(StoreCase):
    """Two workers with copies of one file."""

    def setUp(self) -> None:
        super().setUp()
        path = self.fresh_path()
        self.one, self.other = open_cached(path), open_cached(path)
        for store in (self.one, self.other):
            self.addCleanup(result, store.close())
        result(self.one.save(A, session(), NOW + 60))
        result(self.one.save(B, session("s2"), NOW + 60))
        for _ in range(2):
            self.assertIsNotNone(result(self.other.load(A, NOW)))
        self.assertEqual(self.other.memory.counts.hits, 1)

    def test_what_one_ends(self) -> None:
        """What one worker has ended is dead at the other, copy or not."""
        for end in (
            lambda: self.one.revoke(A),
            lambda: self.one.revoke_one("alice", "s1"),
            lambda: self.one.revoke_account("alice", B),
            self.one.revoke_all,
        ):
            result(self.one.save(A, session(), NOW + 60))
            self.assertIsNotNone(result(self.other.load(A, NOW)))
            result(end())
            self.assertIsNone(result(self.other.load(A, NOW)))

    def test_unavailable(self) -> None:
        """While the file cannot be read a copy is believed as long as its index says so, and
        nothing else is: what one worker has ended does not come back for want of a disk."""
        result(self.one.revoke(A))

        async def away(_key: bytes) -> None:
            raise StoreUnavailable("the disk is broken")

        self.other.stored = away
        self.assertRaises(StoreUnavailable, result, self.other.load(A, NOW))
        cast(WalBoard, self.other.board)._read = self.broken
        self.assertRaises(StoreUnavailable, result, self.other.load(B, NOW))

    def broken(self, _descriptor: int, _size: int, _at: int) -> bytes:
        raise OSError(5, "broken")

    def test_what_one_prolongs(self) -> None:
        """What one worker has prolonged lives at the other."""
        result(self.one.touch(A, NOW + 30, NOW + 90))
        self.assertEqual(result(self.other.load(A, NOW + 89)), session(last_seen=NOW + 30))
