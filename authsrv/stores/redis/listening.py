"""Listening: notices are heeded and confirmed, and beats say how long what is heard is all."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from attrs import define, field
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from twisted.logger import Logger

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Heed, Term
from authsrv.stores.redis.members import NOTICES, Members, own_channel
from authsrv.stores.redis.posting import Poster
from authsrv.stores.redis.tenure import LEASE, Tenure
from authsrv.stores.redis.wording import Message, parse

log = Logger()
#: Seconds from one beat to the next.
BEAT = 0.4
#: Seconds between attempts to listen.
AGAIN = 0.1


# redis-py sends under asyncio.wait_for, which in Python 3.11 may swallow a cancellation.  So
# whoever is cancelled here also looks whether there is still something to do.
@define(eq=False)
class Listener:
    """What the worker *name* hears: notices, its own beats, confirmations for its *poster*."""

    name: str
    monotonic: Callable[[], float]
    members: Members
    tenure: Tenure
    poster: Poster
    #: Told every notice of others.
    heed: Heed
    _unsaid: dict[str, list[int]] = field(factory=dict, init=False)
    _tasks: "set[asyncio.Task[None]]" = field(factory=set, init=False)
    _leaving: bool = field(default=False, init=False)

    def start(self) -> None:
        """Listen from now on, whatever happens to the connection."""
        self._go(self._listen_always())

    async def close(self) -> None:
        """Listen no more, and be waited for no more.  Twice is no error."""
        if self._leaving:
            return
        self._leaving = True
        listened = self.tenure.end()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if listened:
            with suppress(StoreUnavailable):
                await self.members.leave(self.name)

    async def _listen_always(self) -> None:
        while not self._leaving:
            try:
                connection = await self.members.listener()
                try:
                    await self._listen(connection)
                finally:
                    if self.tenure.end():
                        log.warn("changes elsewhere are not heard")
                    await connection.aclose()
            except (RedisError, OSError, TimeoutError):
                # The link says that Redis is away: whatever is here, asks there too.
                pass
            except Exception:
                # Whoever stops listening for good believes nothing any more, and nobody notices.
                log.failure("changes elsewhere could not be listened to")
            await asyncio.sleep(AGAIN)

    async def _listen(self, connection: PubSub) -> None:
        async with asyncio.timeout(LEASE):
            await connection.subscribe(NOTICES, own_channel(self.name))
        term = self.tenure.connect()
        beating = self._go(self._beat_always(term))
        try:
            until, home = self.monotonic() + LEASE, self.members.home
            # At another server of a cluster not all may arrive, nor in order.
            while not self._leaving and home == self.members.home and self.monotonic() < until:
                heard = await connection.get_message(ignore_subscribe_messages=True, timeout=LEASE)
                if heard is None:
                    continue
                until = self.monotonic() + LEASE
                if heard["channel"] == NOTICES:
                    self._take(parse(heard["data"]))
                else:
                    self._take_own(heard["data"], term)
        finally:
            self.tenure.disconnect()
            beating.cancel()

    async def _beat_always(self, term: Term) -> None:
        while self.tenure.is_hearing(term):
            number = self.tenure.beat()
            with suppress(StoreUnavailable):
                await self.members.beat(self.name, f"beat {number}")
                self.tenure.answered(term, number)
                await self.poster.tell_untold()
            await asyncio.sleep(BEAT)

    def _take(self, message: Message) -> None:
        if message.sender == self.name:
            return
        self.heed(message.notice)
        if message.sender:
            if not self._unsaid:
                self._go(self._confirm())
            self._unsaid.setdefault(message.sender, []).append(message.number)

    async def _confirm(self) -> None:
        # All that has arrived with one read is confirmed together.
        unsaid, self._unsaid = self._unsaid, {}
        for sender, numbers in unsaid.items():
            with suppress(StoreUnavailable):
                text = f"heeded {self.name} {','.join(map(str, numbers))}"
                await self.members.tell(sender, text)

    def _take_own(self, text: bytes, term: Term) -> None:
        kind, _, rest = text.partition(b" ")
        if kind == b"beat":
            self.tenure.heard(term, _number(rest))
        elif kind == b"heeded":
            member, _, numbers = rest.partition(b" ")
            self.poster.confirmed(member, map(_number, numbers.split(b",")))

    def _go(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _number(text: bytes) -> int:
    """The number in *text*; 0, which nothing has, if there is none."""
    return int(text) if text.isdigit() and len(text) < 20 else 0
