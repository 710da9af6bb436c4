"""Sessions far away with copies here: the contract, and what is believed."""

from authsrv.core.errors import StoreUnavailable
from authsrv.interfaces import ISessionStore
from authsrv.stores.board import Notice
from authsrv.stores.remembered import ASKED_AGAIN
from authsrv.stores.sessions import cached
from authsrv.stores.sessions.memory import MemorySessions
from tests.stores import session_contract
from tests.stores.board_at_hand import BoardAtHand
from tests.stores.contract import NOW, result
from tests.stores.in_flight import Steady
from tests.stores.samples import A, B, C, session
from tests.stores.sessions.cached_case import CachedCase, FarSessions, near


class CachedSessionsTests(session_contract.SessionContract):
    """They keep the contract."""

    def make_store(self) -> ISessionStore:
        return near(FarSessions(), BoardAtHand(), Steady())


class UncachedSessionsTests(session_contract.SessionContract):
    """They keep it when no copy is ever believed."""

    def make_store(self) -> ISessionStore:
        return near(FarSessions(), BoardAtHand(term=None), Steady(), most=0)


class BeliefTests(CachedCase):
    """When the store is asked."""

    def setUp(self) -> None:
        super().setUp()
        self.keep(A, session())

    def test_once(self) -> None:
        """A session is read once; what was saved here not even that."""
        self.assertEqual([self.asks(), self.asks(), self.asks()], [1, 0, 0])
        result(self.near.save(B, session("s2"), NOW + 60))
        self.assertEqual(self.asks(B), 0)

    def test_term(self) -> None:
        """A copy is believed within its term alone; in a new one the store is asked again."""
        self.board.begin(until=2.0)
        self.load()
        self.clock.advance(1.9)
        self.assertEqual(self.asks(), 0)
        self.clock.advance(0.1)
        self.assertEqual(self.asks(), 1)
        self.board.begin()
        self.assertEqual([self.asks(), self.asks()], [1, 0])

    def test_no_term(self) -> None:
        """While notices may be missed the store is asked each time."""
        self.board.end()
        self.assertEqual([self.asks(), self.asks()], [1, 1])

    def test_nobody_told(self) -> None:
        """What was ended by somebody who died before telling is known within a minute."""
        self.load()
        result(MemorySessions.revoke(self.far, A))
        self.clock.advance(ASKED_AGAIN)
        self.assertIsNone(self.load())

    def test_prolonged_elsewhere(self) -> None:
        """A copy that is dead is asked for again: another worker may have seen it in use."""
        self.load()
        result(MemorySessions.touch(self.far, A, NOW + 50, NOW + 110))
        self.assertEqual(self.load(now=NOW + 100), "s1")
        self.assertIsNone(self.load(now=NOW + 110))

    def test_touch(self) -> None:
        """A use that is noted here prolongs the copy too, and only prolongs."""
        self.load()
        result(self.near.touch(A, NOW + 50, NOW + 110))
        result(self.near.touch(A, NOW + 40, NOW + 100))
        self.assertEqual(self.asks(now=NOW + 109), 0)
        found = result(self.near.load(A, NOW + 109))
        assert found is not None
        self.assertEqual(found.last_seen, NOW + 50)

    def test_touch_of_the_dead(self) -> None:
        """A use after a copy's end does not prolong it."""
        self.load()
        result(self.near.touch(A, NOW + 60, NOW + 120))
        self.assertIsNone(self.load(now=NOW + 60))

    def test_bound(self) -> None:
        """There are never more copies than may be."""
        self.near = near(self.far, self.board, self.clock, most=2)
        for number in range(5):
            self.keep(bytes([number]) * 32, session(f"s{number}"))
            self.load(bytes([number]) * 32)
        asked = [self.asks(bytes([number]) * 32) for number in (4, 3, 0)]
        self.assertEqual(asked, [0, 0, 1])


class NoticeTests(CachedCase):
    """What is ended elsewhere."""

    def setUp(self) -> None:
        super().setUp()
        for key, kept in (
            (A, session("s1")),
            (B, session("s2")),
            (C, session("s3", "bob")),
        ):
            self.keep(key, kept)
            self.load(key)

    def left(self) -> list[str]:
        """Who is signed in still, though the store has forgotten that anybody was signed out."""
        found = (self.load(key) for key in (A, B, C))
        return [each for each in found if each is not None]

    def test_ended(self) -> None:
        """Whom a notice means is signed out, whatever the store says; nobody else is."""
        for notice, left in (
            (Notice(sessions=(A,)), ["s2", "s3"]),
            (Notice(sessions=(A, C)), ["s2"]),
            (Notice(account="alice"), ["s3"]),
            (Notice(account="alice", keep=A), ["s1", "s3"]),
            (Notice(account="alice", one="s2"), ["s1", "s3"]),
            (Notice(account="bob", one="s2"), ["s1", "s2", "s3"]),
            (Notice(account="carol"), ["s1", "s2", "s3"]),
            (Notice(accounts=("alice",)), ["s1", "s2", "s3"]),
            (Notice(everything=True), []),
        ):
            self.setUp()
            self.board.tell(notice)
            self.assertEqual(self.left(), left, notice)

    def test_anything(self) -> None:
        """When nobody knows what has changed all are asked for again, and nobody signed out."""
        self.board.tell(Notice(everything=True, certain=False))
        self.assertEqual([self.asks(key) for key in (A, B, C)], [1, 1, 1])
        self.assertEqual(self.left(), ["s1", "s2", "s3"])
        self.far.gate.is_away = True
        self.board.tell(Notice(everything=True, certain=False))
        for key in (A, B, C):
            self.assertRaises(StoreUnavailable, self.load, key)

    def test_told(self) -> None:
        """What is ended here is told, also if the store knew of none: others may have a copy."""
        result(self.near.revoke(A))
        result(self.near.revoke(A))
        result(self.near.revoke_one("alice", "s2"))
        result(self.near.revoke_account("bob", C))
        result(self.near.revoke_all())
        self.assertEqual(
            self.board.posted,
            [
                Notice(sessions=(A,)),
                Notice(sessions=(A,)),
                Notice(account="alice", one="s2"),
                Notice(account="bob", keep=C),
                Notice(everything=True),
            ],
        )

    def test_replaced(self) -> None:
        """The old key is told, also if there was none to replace: others may have a copy."""
        result(self.near.replace(A, b"d" * 32, session(), NOW + 60))
        result(self.near.replace(A, b"e" * 32, session(), NOW + 60))
        self.assertEqual(self.board.posted, [Notice(sessions=(A,))] * 2)

    def test_not_told(self) -> None:
        """What cannot be told is not done; and our own copy is not believed any more."""
        self.board.is_away = True
        self.assertRaises(StoreUnavailable, result, self.near.revoke(A))
        self.assertEqual(self.asks(A), 1)
        self.assertEqual(self.load(), "s1")

    def test_saved_again(self) -> None:
        """A key that was ended is good again when something new is kept under it."""
        self.board.tell(Notice(sessions=(A,)))
        result(self.near.save(A, session("s9"), NOW + 60))
        self.assertEqual(self.load(), "s9")

    def test_bound(self) -> None:
        """Of those that were ended only so many are remembered; the oldest go first."""
        self.patch(cached, "MOST_ENDED", 2)
        for key in (A, B, C):
            self.board.tell(Notice(sessions=(key,)))
        self.assertEqual(self.left(), ["s1"])


class CloseTests(CachedCase):
    """The end."""

    def test_board(self) -> None:
        """The board is left too."""
        result(self.near.close())
        self.assertEqual(self.board.closed, 1)
