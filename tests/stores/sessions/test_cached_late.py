"""Sessions far away with copies here: answers that come late or never, and grace."""

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Notice
from authsrv.stores.sessions.memory import MemorySessions
from tests.stores.contract import NOW, result
from tests.stores.in_flight import Asking
from tests.stores.samples import A, B, session
from tests.stores.sessions.cached_case import GRACE, CachedCase, near


class InFlightTests(CachedCase):
    """Notices that overtake answers, and answers that overtake notices."""

    def setUp(self) -> None:
        super().setUp()
        self.keep(A, session())
        self.far.gate.hold()

    def test_revoked_while_loaded(self) -> None:
        """An answer from before a revocation that is known here signs nobody in."""
        asking = self.asking()
        self.board.tell(Notice(sessions=(A,)))
        self.far.gate.release()
        self.assertIsNone(asking.result)

    def test_all_revoked_while_loaded(self) -> None:
        """An answer from before everybody was signed out is not kept for the next."""
        for notice in (
            Notice(account="alice"),
            Notice(everything=True),
            Notice(everything=True, certain=False),
        ):
            self.near = near(self.far, self.board, self.clock)
            asking = self.asking()
            self.board.tell(notice)
            self.far.gate.release()
            self.assertFalse(asking.waits)
            after = self.asking()
            self.assertTrue(after.waits, notice)
            self.far.gate.release()

    def test_revoked_while_saved(self) -> None:
        """A session that is ended before its sign-in was heard of stays dead here."""
        saving = Asking(self.near.save(B, session("s2"), NOW + 60))
        self.board.tell(Notice(sessions=(B,)))
        self.far.gate.release()
        self.assertFalse(saving.waits)
        self.far.gate.open()
        self.assertIsNone(self.load(B))

    def test_account_revoked_while_saved(self) -> None:
        """One whose account is ended meanwhile is asked for before it is believed."""
        saving = Asking(self.near.save(B, session("s2"), NOW + 60))
        self.board.tell(Notice(account="alice"))
        result(MemorySessions.revoke(self.far, B))
        self.far.gate.release()
        self.assertFalse(saving.waits)
        self.far.gate.open()
        self.assertIsNone(self.load(B))

    def test_save_lost(self) -> None:
        """A sign-in whose answer was lost leaves no copy: the store alone knows."""
        saving = Asking(self.near.save(B, session("s2"), NOW + 60))
        self.far.gate.lose()
        with self.assertRaises(StoreUnavailable):
            _ = saving.result
        self.far.gate.open()
        self.assertEqual(self.asks(B), 1)

    def test_loaded_while_revoked(self) -> None:
        """Who looks while a session is being ended may see it; nobody does afterwards."""
        for end in (self.near.revoke(A), self.near.replace(A, B, session("s2"), NOW + 60)):
            self.keep(A, session())
            self.near._ended.clear()
            early = self.asking()
            ending = Asking(end)
            self.far.gate.release()
            self.assertIsNotNone(early.result)
            self.far.gate.release()
            self.assertTrue(ending.result)
            # The store has lost its primary, and what it was told last.
            self.keep(A, session())
            self.assertIsNone(self.load())

    def test_revocation_lost(self) -> None:
        """A revocation that was not acknowledged is told as a doubt: it may have been done."""
        self.far.gate.open()
        self.load()
        self.far.gate.hold()
        ending = Asking(self.near.revoke(A))
        self.far.gate.lose()
        with self.assertRaises(StoreUnavailable):
            _ = ending.result
        self.assertEqual(self.board.posted, [Notice(sessions=(A,), certain=False)])
        self.far.gate.open()
        self.assertIsNone(self.load())


class GraceTests(CachedCase):
    """With the store away."""

    def setUp(self) -> None:
        super().setUp()
        self.keep(A, session(), NOW + 1000)
        self.board.end()
        self.load()
        self.far.gate.is_away = True

    def test_seen(self) -> None:
        """Who was seen just within grace is known; then it is unavailable, never signed out."""
        self.clock.advance(GRACE - 0.1)
        self.assertEqual(self.load(), "s1")
        self.clock.advance(0.1)
        self.assertRaises(StoreUnavailable, self.load)

    def test_unseen(self) -> None:
        """Who was not seen is not known, and is no stranger."""
        self.assertRaises(StoreUnavailable, self.load, B)

    def test_none(self) -> None:
        """Without grace nobody is known."""
        self.near = near(self.far, self.board, self.clock, grace=0.0)
        self.far.gate.is_away = False
        self.load()
        self.far.gate.is_away = True
        self.assertRaises(StoreUnavailable, self.load)

    def test_within_the_term(self) -> None:
        """As long as notices are heard copies are good, whatever the store does."""
        self.far.gate.is_away = False
        self.board.begin()
        self.load()
        self.far.gate.is_away = True
        self.assertEqual(self.asks(), 0)
        self.assertEqual(self.load(), "s1")

    def test_known_revocations(self) -> None:
        """Who was ended is not served by grace: known revocations come first."""
        self.board.tell(Notice(sessions=(A,)))
        self.assertIsNone(self.load())

    def test_known_revocations_of_accounts(self) -> None:
        """The same if all of an account's were, or everybody's."""
        for notice in (Notice(account="alice"), Notice(everything=True)):
            self.far.gate.is_away = False
            self.near._ended.clear()
            self.load()
            self.far.gate.is_away = True
            self.board.tell(notice)
            self.assertIsNone(self.load(), notice)

    def test_dead_copy(self) -> None:
        """A copy that has idled out is no proof that the session has: unavailable."""
        self.assertEqual(self.load(now=NOW + 999), "s1")
        self.assertRaises(StoreUnavailable, self.load, A, NOW + 1000)

    def test_back(self) -> None:
        """When the store answers again it decides."""
        self.assertEqual(self.load(), "s1")
        self.far.gate.is_away = False
        result(MemorySessions.revoke(self.far, A))
        self.assertIsNone(self.load())

    def test_sign_in(self) -> None:
        """Nobody signs in, and nobody is acknowledged to be signed out."""
        for work in (
            self.near.save(B, session(), NOW + 60),
            self.near.revoke(A),
            self.near.replace(A, B, session(), NOW + 60),
        ):
            self.assertRaises(StoreUnavailable, result, work)
        self.assertEqual([notice.certain for notice in self.board.posted], [False, False])
