"""Accounts far away with copies here: the contract, and what only a cache can get wrong."""

from typing import cast

from authsrv.core.accounts import Account
from authsrv.core.audit import Entry
from authsrv.core.errors import StoreUnavailable
from authsrv.stores.accounts.cached import CachedAccounts
from authsrv.stores.accounts.memory import MemoryAccounts
from authsrv.stores.board import Notice
from authsrv.stores.remembered import ASKED_AGAIN, Remembered
from tests.stores import account_contract, setup_contract
from tests.stores.account_case import AnyAccounts
from tests.stores.board_at_hand import BoardAtHand
from tests.stores.contract import StoreCase, result
from tests.stores.in_flight import Asking, Gate, Steady
from tests.stores.samples import account

GRACE = 60.0
ALICE = "id-alice"


class FarAccounts(MemoryAccounts):
    """Accounts in memory whose answers a test holds back; *asked* counts the reads."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()
        self.asked = 0

    async def by_id(self, account_id: str) -> Account | None:
        self.asked += 1
        found = await super().by_id(account_id)
        await self.gate.passed()
        return found

    async def end_epoch(self, account_id: str) -> Account | None:
        ended = await super().end_epoch(account_id)
        await self.gate.passed()
        return ended


def near(
    far: FarAccounts, board: BoardAtHand, clock: Steady, grace: float = GRACE
) -> CachedAccounts:
    """One worker's view of *far*."""
    return CachedAccounts(far, board, Remembered(board, clock, 10, grace))


class Whole(CachedAccounts):
    """Such a view with the log, of which there are no copies, beside it."""

    async def record(self, entry: Entry, browser: bytes | None = None) -> None:
        """As it is."""
        await cast(FarAccounts, self.store).record(entry, browser)


def whole(far: FarAccounts) -> AnyAccounts:
    """It has all that the contract asks for: what it does not change it passes on."""
    board = BoardAtHand()
    seen = Whole(far, board, Remembered(board, Steady(), 10, GRACE))
    return cast(AnyAccounts, seen)


class CachedAccountsTests(account_contract.AccountContract):
    """They keep the contract."""

    def make_store(self) -> AnyAccounts:
        return whole(FarAccounts())


class CachedSetupTests(setup_contract.SetupContract):
    """They keep the contract."""

    def make_store(self) -> AnyAccounts:
        return whole(FarAccounts())


class CachedCase(StoreCase):
    """One worker, and an account that others may change."""

    def setUp(self) -> None:
        super().setUp()
        self.far, self.board, self.clock = FarAccounts(), BoardAtHand(), Steady()
        self.near = near(self.far, self.board, self.clock)
        result(self.far.add(account(), "alice"))

    def epoch(self) -> int | None:
        """The account's epoch as it is known here."""
        found = result(self.near.by_id(ALICE))
        return None if found is None else found.epoch

    def asks(self) -> int:
        """How many questions to the store one look costs."""
        before = self.far.asked
        self.epoch()
        return self.far.asked - before


class BeliefTests(CachedCase):
    """When the store is asked."""

    def test_once(self) -> None:
        """An account is read once in a term, and once more after a minute."""
        self.assertEqual([self.asks(), self.asks(), self.asks()], [1, 0, 0])
        self.board.begin()
        self.assertEqual([self.asks(), self.asks()], [1, 0])
        self.clock.advance(ASKED_AGAIN)
        self.assertEqual([self.asks(), self.asks()], [1, 0])

    def test_no_term(self) -> None:
        """While notices may be missed the store is asked each time."""
        self.board.end()
        self.assertEqual([self.asks(), self.asks()], [1, 1])

    def test_unknown(self) -> None:
        """That there is no such account is not remembered: it may be made any moment."""
        result(self.near.remove(ALICE))
        self.assertIsNone(self.epoch())
        result(MemoryAccounts.add(self.far, account(), "alice"))
        self.assertEqual(self.epoch(), 0)


class NoticeTests(CachedCase):
    """What is changed."""

    def test_heard(self) -> None:
        """After a notice about an account, or about nobody knows what, the store is asked."""
        for notice, asks in (
            (Notice(accounts=(ALICE,)), 1),
            (Notice(accounts=("id-bob", ALICE)), 1),
            (Notice(everything=True, certain=False), 1),
            (Notice(accounts=("id-bob",)), 0),
            (Notice(account=ALICE), 0),
            (Notice(everything=True), 0),
        ):
            self.epoch()
            self.board.tell(notice)
            self.assertEqual(self.asks(), asks, notice)

    def test_told(self) -> None:
        """Each change that anybody must know is told, and known here at once."""
        self.epoch()
        for number, change in enumerate(
            (
                lambda: self.near.set_password(ALICE, "hash", 0),
                lambda: self.near.end_epoch(ALICE),
                lambda: self.near.set_disabled(ALICE, True),
                lambda: self.near.remove(ALICE),
            ),
            1,
        ):
            self.assertTrue(result(change()))
            self.assertEqual(self.board.posted, [Notice(accounts=(ALICE,))] * number)
            self.assertEqual(self.epoch(), number if number < 4 else None)

    def test_new_hash(self) -> None:
        """A new hash of the same password is nobody else's business, and known here."""
        self.epoch()
        result(self.near.upgrade_hash(ALICE, "$argon2id$old", "$argon2id$new"))
        found = result(self.near.by_id(ALICE))
        assert found is not None
        self.assertEqual(found.password_hash, "$argon2id$new")
        self.assertEqual(self.board.posted, [])

    def test_board_away(self) -> None:
        """What could not be told is not done: no worker believes what is not so any more."""
        self.board.is_away = True
        for change in (
            self.near.set_password(ALICE, "hash", 0),
            self.near.end_epoch(ALICE),
            self.near.set_disabled(ALICE, True),
            self.near.remove(ALICE),
        ):
            self.assertRaises(StoreUnavailable, result, change)
        self.assertEqual(result(self.far.by_id(ALICE)), account())

    def test_changed_while_asked(self) -> None:
        """An answer from before a change is not kept."""
        self.far.gate.hold()
        asking = Asking(self.near.by_id(ALICE))
        result(MemoryAccounts.end_epoch(self.far, ALICE))
        self.board.tell(Notice(accounts=(ALICE,)))
        self.far.gate.release()
        self.assertFalse(asking.waits)
        self.far.gate.open()
        self.assertEqual(self.epoch(), 1)

    def test_change_lost(self) -> None:
        """A change whose answer is lost is not acknowledged, and known everywhere in a minute."""
        self.epoch()
        self.far.gate.hold()
        changing = Asking(self.near.end_epoch(ALICE))
        self.far.gate.lose()
        with self.assertRaises(StoreUnavailable):
            _ = changing.result
        self.far.gate.open()
        self.clock.advance(ASKED_AGAIN)
        self.assertEqual(self.epoch(), 1)


class GraceTests(CachedCase):
    """With the store away."""

    def setUp(self) -> None:
        super().setUp()
        self.board.end()
        self.epoch()
        self.far.gate.is_away = True

    def test_seen(self) -> None:
        """Who was seen just within grace is known; then it is unavailable."""
        self.clock.advance(GRACE - 0.1)
        self.assertEqual(self.epoch(), 0)
        self.clock.advance(0.1)
        self.assertRaises(StoreUnavailable, self.epoch)

    def test_unseen(self) -> None:
        """Who was not seen is not known, and is not gone."""
        self.assertRaises(StoreUnavailable, result, self.near.by_id("id-bob"))

    def test_none(self) -> None:
        """Without grace nobody is known."""
        self.near = near(self.far, self.board, self.clock, grace=0.0)
        self.far.gate.is_away = False
        self.epoch()
        self.far.gate.is_away = True
        self.assertRaises(StoreUnavailable, self.epoch)

    def test_changed(self) -> None:
        """What is known to have changed is not served by grace."""
        self.board.tell(Notice(accounts=(ALICE,)))
        self.assertRaises(StoreUnavailable, self.epoch)

    def test_notices_heard(self) -> None:
        """With the accounts away, but not the board, who was seen is known as long as it lasts."""
        self.far.gate.is_away = False
        self.board.begin(until=1000.0)
        self.epoch()
        self.far.gate.is_away = True
        self.clock.advance(1000.0 + GRACE - 0.1)
        self.assertEqual(self.epoch(), 0)
        self.clock.advance(0.1)
        self.assertRaises(StoreUnavailable, self.epoch)
