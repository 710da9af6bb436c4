"""Copying all accounts: what is carried, what is refused, what is left to do."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from attrs import define, evolve
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import CannotCopy, StoreUnavailable
from authsrv.core.moving import KeptAccount, KeptEntry, SetupLink, Tally
from authsrv.flows.copy_accounts import CopyAccounts
from tests.stores.archive_contract import entry, kept
from tests.stores.archives import MemoryAccountArchive
from tests.stores.contract import NOW, at_once


def archive(*these: KeptAccount, entries: int = 0) -> MemoryAccountArchive:
    """A store with *these*, and so many entries in its log."""
    log = {number: entry(number) for number in range(1, entries + 1)}
    return MemoryAccountArchive({it.account.id: it for it in these}, log)


@define
class Failing(MemoryAccountArchive):
    """One that is away from its *left*-th write on."""

    left: int = 0

    async def put_accounts(self, kept: Sequence[KeptAccount]) -> Sequence[KeptAccount | None]:
        """Keep them, as long as it can."""
        self._use()
        return await super().put_accounts(kept)

    async def put_entries(self, kept: Sequence[KeptEntry]) -> int:
        """Keep them, as long as it can."""
        self._use()
        return await super().put_entries(kept)

    def _use(self) -> None:
        if self.left == 0:
            raise StoreUnavailable("away")
        self.left -= 1


class CopyAccountsTests(SynchronousTestCase):
    """From a store to another."""

    def setUp(self) -> None:
        self.source = archive(
            kept("alice", b"a" * 32, b"b" * 32),
            kept("bob", disabled=True, epoch=7),
            *map(kept, "cde"),
            entries=5,
        )
        self.source.link = SetupLink(b"l" * 32, NOW)
        self.target = MemoryAccountArchive()

    def copy(self, **more: Any) -> CopyAccounts:
        """Copied, with nothing amiss."""
        copying = CopyAccounts(self.source, self.target, page=2, **more)
        self.assertTrue(at_once(copying.copy()))
        self.assert_same()
        return copying

    def refused(self) -> None:
        """Nothing is copied, and nothing has changed."""
        before = deepcopy(self.target)
        with self.assertRaises(CannotCopy):
            at_once(CopyAccounts(self.source, self.target, page=2).copy())
        self.assertEqual(self.target, before)

    def assert_same(self) -> None:
        """The two hold the same."""
        for name in ("kept", "log", "link"):
            self.assertEqual(getattr(self.target, name), getattr(self.source, name))

    def test_all(self) -> None:
        """Everything is carried, and counted."""
        done = self.copy()
        self.assertEqual(done.accounts, Tally(read=5, written=5, there=5))
        self.assertEqual(done.browsers, Tally(read=2, written=2, there=2))
        self.assertEqual(done.entries, Tally(read=5, written=5, there=5))

    def test_nothing(self) -> None:
        """An empty store is copied too."""
        self.source = MemoryAccountArchive()
        self.assertEqual(self.copy().accounts, Tally())

    def test_twice(self) -> None:
        """Again it writes nothing."""
        self.copy()
        self.target.writes.clear()
        done = self.copy()
        self.assertEqual(done.accounts, Tally(read=5, same=5, there=5))
        self.assertEqual(done.browsers, Tally(read=2, same=2, there=2))
        self.assertEqual(done.entries, Tally(read=5, same=5, there=5))
        self.assertEqual(self.target.writes, [])

    def test_told(self) -> None:
        """It is told how far it is, the log first."""
        told: list[tuple[str, int, int]] = []
        self.copy(told=lambda *it: told.append(it))
        steps = [("audit entries", done, 5) for done in (2, 4, 5)]
        self.assertEqual(told, [*steps, *(("accounts", done, 5) for done in (2, 4, 5))])

    def test_what_has_changed(self) -> None:
        """What has changed since is carried: raised epochs, forgotten browsers, the log's end."""
        self.copy()
        changed = kept("alice", b"b" * 32, b"c" * 32, epoch=1)
        self.source.kept[changed.account.id] = changed
        self.source.log[6] = entry(6)
        self.source.link = None
        self.target.writes.clear()
        done = self.copy()
        self.assertEqual(self.target.writes, ["entry 6", "id-alice"])
        self.assertEqual((done.accounts.written, done.accounts.same), (1, 4))
        self.assertEqual((done.browsers.written, done.browsers.removed), (2, 2))

    def test_what_is_gone(self) -> None:
        """What is gone is taken away first, so that somebody else may have the name."""
        self.copy()
        del self.source.kept["id-e"], self.source.kept["id-alice"]
        again = evolve(kept("e"), account=evolve(kept("e").account, id="another"))
        self.source.kept["another"] = again
        done = self.copy()
        self.assertEqual((done.accounts.removed, done.accounts.written), (2, 1))
        self.assertEqual(done.browsers.removed, 2)

    def test_interrupted(self) -> None:
        """Cut off after any write it can be begun again, and ends with the same."""
        for writes in range(6):
            target = Failing(left=writes)
            with self.assertRaises(StoreUnavailable):
                at_once(CopyAccounts(self.source, target, page=2).copy())
            target.left = 100
            self.target = target
            done = self.copy()
            self.assertEqual(done.accounts.read, 5)
            self.assertEqual(done.entries.read, 5)
            self.assertEqual(len(target.writes), len(set(target.writes)))

    def test_late_entries(self) -> None:
        """An entry that has come after one with a higher number is not left out."""
        late = self.source.log.pop(3)
        self.copy()
        self.source.log[3] = late
        self.target.writes.clear()
        self.copy()
        self.assertEqual(self.target.writes, ["entry 3"])

    def test_used(self) -> None:
        """A store on which something has happened since is refused."""
        self.copy()
        self.target.log[6] = entry(6)
        self.refused()
        self.source.log[6] = entry(6, outcome="wrong-password")
        self.refused()

    def test_of_somebody_else(self) -> None:
        """A store with accounts that no copy has put there is refused, whatever its log."""
        self.target = archive(kept("alice", id="another"))
        self.refused()
        self.target = archive(kept("mallory"), entries=3)
        self.target.log[3] = entry(3, address="192.0.2.99")
        self.refused()

    def test_unreadable(self) -> None:
        """What cannot be read is counted; all else is there."""
        self.source.unreadable = 1
        done = self.copy()
        self.assertEqual((done.accounts.unreadable, done.accounts.there), (1, 5))

    def test_changed_meanwhile(self) -> None:
        """It says so if the old store has changed while it was copied."""

        def told(kind: str, done: int, _total: int) -> None:
            if (kind, done) == ("accounts", 5):
                self.source.log[6] = entry(6)

        copying = CopyAccounts(self.source, self.target, told, page=2)
        self.assertFalse(at_once(copying.copy()))
        self.copy()

    def test_lost(self) -> None:
        """It says so if the new store has not all of it."""

        def told(kind: str, done: int, _total: int) -> None:
            if (kind, done) == ("accounts", 5):
                self.target.kept.popitem()

        copying = CopyAccounts(self.source, self.target, told, page=2)
        self.assertFalse(at_once(copying.copy()))
