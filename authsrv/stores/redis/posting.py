"""Posting: a notice is published, and whoever listens is waited for until it has confirmed."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count

from attrs import define, field

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Notice
from authsrv.stores.redis.members import Members
from authsrv.stores.redis.tenure import LEASE, Tenure
from authsrv.stores.redis.waiting import Waiting
from authsrv.stores.redis.wording import Message

#: Notices that wait until they can be published; beyond, all at once is in doubt.
UNTOLD = 1000
_ANYTHING = Notice(everything=True, certain=False)


@define(eq=False)
class Poster:
    """What the worker *name* has posted, and what it could not post yet."""

    name: str
    monotonic: Callable[[], float]
    members: Members
    tenure: Tenure
    #: Told when somebody has not confirmed in time.
    told: Callable[[str], None]
    untold: deque[Notice] = field(factory=deque, init=False)
    _waiting: dict[int, Waiting] = field(factory=dict, init=False)
    _numbers: "count[int]" = field(factory=lambda: count(1), init=False)

    async def post(self, notice: Notice) -> None:
        """Returns when no other worker believes a copy from before.

        Raises StoreUnavailable; then it is kept for `tell_untold`.
        """
        number, waiting = next(self._numbers), Waiting()
        self._waiting[number] = waiting
        try:
            members = await self._publish(Message(number, self.name, notice))
            published = self.monotonic()
            if self.tenure.is_settled(published):
                waiting.expect(members - {self.name.encode()})
            with suppress(TimeoutError):
                async with asyncio.timeout(LEASE):
                    await waiting.done.wait()
                return
        except StoreUnavailable:
            self._keep_untold(notice)
            raise
        finally:
            del self._waiting[number]
        # Whoever has not confirmed believes nothing any more.
        self.told("unconfirmed")

    def confirmed(self, member: bytes, numbers: Iterable[int]) -> None:
        """*member* has heeded our notices with these *numbers*."""
        for number in numbers:
            waiting = self._waiting.get(number)
            if waiting is not None:
                waiting.confirm(member)

    async def tell_untold(self) -> None:
        """Publish what could not be published.  Raises StoreUnavailable; what is left is kept."""
        while self.untold:
            notice = self.untold.popleft()
            try:
                # Nobody waits for a confirmation any more.
                await self._publish(Message(0, "", notice))
            except StoreUnavailable:
                self._keep_untold(notice)
                raise

    async def _publish(self, message: Message) -> set[bytes]:
        return await self.members.tell_all(message.text())

    def _keep_untold(self, notice: Notice) -> None:
        if len(self.untold) >= UNTOLD:
            self.untold.clear()
            notice = _ANYTHING
        self.untold.append(notice)
