"""One worker's view of sessions that others use too, and that answer when a test lets them."""

from authsrv.core.sessions import Session, Stored
from authsrv.stores.remembered import Remembered
from authsrv.stores.sessions.cached import CachedSessions
from authsrv.stores.sessions.memory import MemorySessions
from tests.stores.board_at_hand import BoardAtHand
from tests.stores.contract import NOW, StoreCase, result
from tests.stores.in_flight import Asking, Gate, Steady
from tests.stores.samples import A

GRACE = 60.0


class FarSessions(MemorySessions):
    """Sessions in memory whose answers a test holds back; *asked* counts the reads."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()
        self.asked = 0

    async def stored(self, key: bytes) -> Stored | None:
        self.asked += 1
        found = await super().stored(key)
        await self.gate.passed()
        return found

    async def save(self, key: bytes, session: Session, expires_at: float) -> None:
        await super().save(key, session, expires_at)
        await self.gate.passed()

    async def revoke(self, key: bytes) -> bool:
        ended = await super().revoke(key)
        await self.gate.passed()
        return ended

    async def replace(self, old: bytes, new: bytes, session: Session, expires_at: float) -> bool:
        replaced = await super().replace(old, new, session, expires_at)
        await self.gate.passed()
        return replaced


def near(
    far: FarSessions, board: BoardAtHand, clock: Steady, most: int = 10, grace: float = GRACE
) -> CachedSessions:
    """One worker's view of *far*."""
    return CachedSessions(far, far.stored, board, Remembered(board, clock, most, grace))


class CachedCase(StoreCase):
    """One worker, and a store that others use too."""

    def setUp(self) -> None:
        super().setUp()
        self.far, self.board, self.clock = FarSessions(), BoardAtHand(), Steady()
        self.near = near(self.far, self.board, self.clock)

    def keep(self, key: bytes, kept: Session, expires_at: float = NOW + 60) -> None:
        """Somebody signs in at another worker."""
        result(MemorySessions.save(self.far, key, kept, expires_at))

    def load(self, key: bytes = A, now: float = NOW) -> str | None:
        """The id of the session under *key*."""
        found = result(self.near.load(key, now))
        return None if found is None else found.id

    def asks(self, key: bytes = A, now: float = NOW) -> int:
        """How many questions to the store one look costs."""
        before = self.far.asked
        self.load(key, now)
        return self.far.asked - before

    def asking(self, key: bytes = A) -> Asking[Session | None]:
        """A look that may wait for the store."""
        return Asking(self.near.load(key, NOW))
