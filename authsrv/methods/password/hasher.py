"""argon2id away from the reactor, behind a bounded queue (RFC 9106)."""

from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from attrs import define, field, frozen
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import implementer

from authsrv.core.errors import Busy
from authsrv.interfaces import IPasswordHasher

log = Logger()
#: Runs a blocking call in the pool that only hashes.
InThread = Callable[..., "Deferred[Any]"]


@frozen
class Cost:
    """What one hash costs: *memory_kib* KiB, *time* passes, *lanes*."""

    memory_kib: int = 47104
    time: int = 1
    lanes: int = 1


@implementer(IPasswordHasher)
@define
class Argon2Hasher:
    """Hashes in *in_thread*; at most *most_waiting* calls may be under way at once."""

    cost: Cost
    in_thread: InThread
    most_waiting: int = 64
    waiting: int = field(default=0, init=False)
    _argon2: PasswordHasher = field(init=False)
    _decoy: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        cost = self.cost
        self._argon2 = PasswordHasher(
            time_cost=cost.time, memory_cost=cost.memory_kib, parallelism=cost.lanes
        )
        # No password has this hash; looking whether one does costs what looking always costs.
        self._decoy = (
            f"$argon2id$v=19$m={cost.memory_kib},t={cost.time},p={cost.lanes}${'A' * 22}${'A' * 43}"
        )

    async def hash(self, password: str) -> str:
        """A new salted hash."""
        return str(await self._queued(self._argon2.hash, password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits; None costs as much and does not."""
        if password_hash is None:
            await self._queued(self._verify, self._decoy, password)
            return False
        return bool(await self._queued(self._verify, password_hash, password))

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made at another cost."""
        return self._argon2.check_needs_rehash(password_hash)

    async def _queued(self, work: Callable[..., object], *args: str) -> object:
        if self.waiting >= self.most_waiting:
            raise Busy("the hashing queue is full", retry_after=2.0)
        self.waiting += 1
        answer: Deferred[object] = Deferred()
        # Whoever waits may give up; the thread cannot, and what it hashes counts until it is done.
        self.in_thread(work, *args).addBoth(self._done).chainDeferred(answer)
        return await answer

    def _done(self, result: object) -> object:
        self.waiting -= 1
        return result

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError):
            log.error("a stored password hash cannot be read")
            return False
