"""Copying all sessions: nobody is signed out, and nobody who has left is signed in again."""

from copy import deepcopy
from typing import Any

from attrs import define
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.errors import CannotCopy, StoreUnavailable
from authsrv.core.moving import Tally
from authsrv.core.sessions import Stored
from authsrv.flows.copy_sessions import CopySessions
from tests.stores.archive_contract import key, stored
from tests.stores.archives import MemorySessionArchive
from tests.stores.contract import NOW, at_once


def archive(*these: Stored) -> MemorySessionArchive:
    """A store with *these*."""
    return MemorySessionArchive({it.key: it for it in these})


@define
class Failing(MemorySessionArchive):
    """One that is away from its *left*-th question on."""

    left: int = 0

    async def is_copy(self) -> bool:
        """Whether it is marked: asked before each change."""
        if self.left == 0:
            raise StoreUnavailable("away")
        self.left -= 1
        return await super().is_copy()


class CopySessionsTests(SynchronousTestCase):
    """From a store to another."""

    def setUp(self) -> None:
        self.source = archive(*(stored(it) for it in range(5)), stored(6, -1.0))
        self.target = MemorySessionArchive()

    def copy(self, **more: Any) -> Tally:
        """What is counted when it is copied, with nothing amiss."""
        copying = CopySessions(self.source, self.target, NOW, page=2, **more)
        self.assertTrue(at_once(copying.copy()))
        live = {it.key: it for it in self.source.kept.values() if it.expires_at > NOW}
        self.assertEqual(self.target.kept, live)
        return copying.sessions

    def test_all(self) -> None:
        """Every live session is carried as it is; dead ones are only counted."""
        self.assertEqual(self.copy(), Tally(read=5, written=5, dead=1, there=5))

    def test_nothing(self) -> None:
        """An empty store is copied too."""
        self.source = MemorySessionArchive()
        self.assertEqual(self.copy(), Tally())

    def test_twice(self) -> None:
        """Again it writes nothing."""
        self.copy()
        self.target.writes = 0
        self.assertEqual(self.copy(), Tally(read=5, same=5, dead=1, there=5))
        self.assertEqual(self.target.writes, 0)

    def test_told(self) -> None:
        """It is told how far it is."""
        told: list[tuple[str, int, int]] = []
        self.copy(told=lambda *it: told.append(it))
        self.assertEqual([done for _, done, _ in told if done], [2, 4, 5, 5])
        self.assertEqual({(kind, total) for kind, _, total in told}, {("sessions", 5)})

    def test_what_has_changed(self) -> None:
        """What was used since is prolonged, who signed in since is there, who left is not."""
        self.copy()
        self.source.kept[key(1)] = stored(1, 90.0, last_seen=NOW + 30)
        self.source.kept[key(7)] = stored(7)
        del self.source.kept[key(2)]
        self.source.kept[key(3)] = stored(3, -1.0)
        self.assertEqual(self.copy(), Tally(read=4, written=2, same=2, removed=2, dead=2, there=4))

    def test_interrupted(self) -> None:
        """Cut off anywhere it can be begun again, and ends with the same."""
        self.copy()
        before = dict(self.target.kept)
        del self.source.kept[key(0)]
        for asked in range(5):
            target = Failing(dict(before), marked=True, left=asked)
            with self.assertRaises(StoreUnavailable):
                at_once(CopySessions(self.source, target, NOW, page=2).copy())
            target.left, self.target = 100, target
            self.assertEqual(self.copy().there, 4)

    def test_left_meanwhile(self) -> None:
        """Who signs out while their session is carried is signed out there too, and it says so."""
        leaves = {2: key(0)}

        def told(_kind: str, done: int, _total: int) -> None:
            self.source.kept.pop(leaves.pop(done, b""), None)

        copying = CopySessions(self.source, self.target, NOW, told, page=2)
        self.assertFalse(at_once(copying.copy()))
        self.assertNotIn(key(0), self.target.kept)
        self.assertEqual((copying.sessions.removed, copying.sessions.there), (1, 4))

    def test_of_somebody_else(self) -> None:
        """A store with sessions that no copy has put there is refused, and they live on."""
        self.target = archive(stored(1), stored(9))
        before = deepcopy(self.target)
        with self.assertRaises(CannotCopy):
            at_once(CopySessions(self.source, self.target, NOW, page=2).copy())
        self.assertEqual(self.target, before)

    def test_taken_into_service(self) -> None:
        """When a server begins to use the new store nothing more is written there."""

        def told(_kind: str, done: int, _total: int) -> None:
            self.target.marked = done < 2

        copying = CopySessions(self.source, self.target, NOW, told, page=2)
        with self.assertRaises(CannotCopy):
            at_once(copying.copy())
        self.assertEqual(len(self.target.kept), 2)
