"""The board in Redis: notices are published, and each worker that holds a term confirms them.

A worker's term is renewed by a *beat*: one script enters the worker among the members and
publishes the beat's number on the worker's own channel.  When that number arrives, every notice
from before it has arrived too, on the same connection; so the term lasts LEASE seconds from when
the beat was sent.  Whoever posts waits for all members, but never longer than LEASE.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from attrs import define, field
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Heed, Notice, Term
from authsrv.stores.redis.edge import deferred
from authsrv.stores.redis.link import Link
from authsrv.stores.redis.pulse import Pulse
from authsrv.stores.redis.waiting import Waiting
from authsrv.stores.redis.wording import Message, parse

log = Logger()
#: Seconds that a term lasts from one beat...
LEASE = 2.0
#: ... from one beat to the next...
BEAT = 0.4
#: ... and how long a member that beats no more is still waited for: its term has run out by then.
LISTED = 3.0
#: Seconds between attempts to listen.
AGAIN = 0.1
#: Notices that wait until they can be published; beyond, all at once is in doubt.
UNTOLD = 1000
_ANYTHING = Notice(everything=True, certain=False)
# Members and channels are at one server, so that what is published there arrives in order.
MEMBERS = b"authsrv:{board}members"
NOTICES = b"authsrv:{board}notices"
#: There as long as nothing but copies has filled this Redis: whoever beats serves from it.
COPIED = b"authsrv:{board}copied"

_NOW = "local t = redis.call('TIME') local now = t[1] + t[2] / 1000000 "
_BEAT = _NOW + (
    f"redis.call('ZADD', KEYS[1], now + {LISTED}, ARGV[1]) redis.call('EXPIRE', KEYS[1], 60) "
    f"redis.call('DEL', '{COPIED.decode()}') return redis.call('PUBLISH', ARGV[2], ARGV[3])"
)
_POST = _NOW + (
    "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now) "
    "redis.call('PUBLISH', ARGV[1], ARGV[2]) return redis.call('ZRANGE', KEYS[1], 0, -1)"
)


@define(eq=False)
class RedisBoard:
    """One worker's place at the board; *name* is its own.

    A board that is never started posts all the same, and waits for LEASE seconds each time.
    """

    link: Link
    name: str
    monotonic: Callable[[], float]
    #: Told when somebody has not confirmed in time.
    told: Callable[[str], None] = lambda _event: None
    _term: Term | None = field(default=None, init=False)
    #: What the term is, or will be when a beat is heard, on the connection there is now.
    _hearing: Term | None = field(default=None, init=False)
    _began: float = field(default=0.0, init=False)
    _heeds: list[Heed] = field(factory=list, init=False)
    _waiting: dict[int, Waiting] = field(factory=dict, init=False)
    _numbers: "count[int]" = field(factory=lambda: count(1), init=False)
    _pulse: Pulse = field(init=False)
    _unsaid: dict[str, list[int]] = field(factory=dict, init=False)
    _untold: deque[Notice] = field(factory=deque, init=False)
    _tasks: "set[asyncio.Task[Any]]" = field(factory=set, init=False)
    _leaving: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._pulse = Pulse(self.link.durability == "replica")

    @property
    def term(self) -> Term | None:
        """The term that lasts now, or None."""
        return self._term

    def require(self) -> None:
        """Raise StoreUnavailable if nothing can be posted now."""
        self.link.require(MEMBERS)

    def heed(self, by: Heed) -> None:
        """Tell *by* every notice."""
        self._heeds.append(by)

    def start(self) -> None:
        """Listen from now on."""
        self._go(self._listen_always())

    def post(self, notice: Notice) -> Deferred[None]:
        """Returns when no worker believes a copy from before.

        Raises StoreUnavailable; then it is published with the first beat that gets through.
        """
        self._obey(notice)
        return deferred(self._post(notice))

    def close(self) -> Deferred[None]:
        """Listen no more, and be waited for no more."""
        return deferred(self._close())

    async def _close(self) -> None:
        if self._leaving:
            return
        self._leaving = True
        listened, self._term = self._term is not None, None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if listened:
            with suppress(StoreUnavailable):
                await self.link.read(MEMBERS, "ZREM", MEMBERS, self.name)

    # Posting

    async def _post(self, notice: Notice) -> None:
        number, waiting = next(self._numbers), Waiting()
        self._waiting[number] = waiting
        try:
            members = await self._publish(Message(number, self.name, notice))
            published = self.monotonic()
            if self._is_settled(published):
                waiting.expect({bytes(each) for each in members} - {self.name.encode()})
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

    def _is_settled(self, now: float) -> bool:
        # Another server may have been asked until a moment ago: its members are not known here.
        return self._term is not None and now - self._began > LEASE

    async def _publish(self, message: Message) -> Any:
        values = (NOTICES, message.text())
        return await self.link.read(MEMBERS, "EVAL", _POST, 1, MEMBERS, *values)

    def _keep_untold(self, notice: Notice) -> None:
        if len(self._untold) >= UNTOLD:
            self._untold.clear()
            notice = _ANYTHING
        self._untold.append(notice)

    async def _tell_untold(self) -> None:
        while self._untold:
            notice = self._untold.popleft()
            try:
                # Nobody waits for a confirmation any more.
                await self._publish(Message(0, "", notice))
            except StoreUnavailable:
                self._keep_untold(notice)
                raise

    # Listening

    # redis-py sends under asyncio.wait_for, which in Python 3.11 may swallow a cancellation.  So
    # whoever is cancelled here also looks whether there is still something to do.

    async def _listen_always(self) -> None:
        while not self._leaving:
            try:
                listener = await self.link.servers.listener(MEMBERS)
                try:
                    await self._listen(listener)
                finally:
                    self._end_term()
                    await listener.aclose()
            except (RedisError, OSError, TimeoutError):
                # The link says that Redis is away: whatever is here, asks there too.
                pass
            except Exception:
                # Whoever stops listening for good believes nothing any more, and nobody notices.
                log.failure("changes elsewhere could not be listened to")
            await asyncio.sleep(AGAIN)

    async def _listen(self, listener: PubSub) -> None:
        channel = self._channel(self.name)
        async with asyncio.timeout(LEASE):
            await listener.subscribe(NOTICES, channel)
        self._pulse.begin()
        term = self._hearing = Term()
        beating = self._go(self._beat_always(channel, term))
        try:
            last, home = self.monotonic(), self._home()
            # At another server of a cluster not all may arrive, nor in order.
            while self.monotonic() < last + LEASE and home == self._home() and not self._leaving:
                heard = await listener.get_message(ignore_subscribe_messages=True, timeout=LEASE)
                if heard is None:
                    continue
                last = self.monotonic()
                if heard["channel"] == NOTICES:
                    self._take(parse(heard["data"]))
                else:
                    self._take_own(heard["data"], term)
        finally:
            self._hearing = None
            beating.cancel()

    async def _beat_always(self, channel: bytes, term: Term) -> None:
        while self._hearing is term:
            number = self._pulse.beat(self.monotonic())
            with suppress(StoreUnavailable):
                values = (self.name, channel, f"beat {number}")
                await self.link.write(MEMBERS, "EVAL", _BEAT, 1, MEMBERS, *values)
                self._renew(term, self._pulse.answered(number))
                await self._tell_untold()
            await asyncio.sleep(BEAT)

    def _take_own(self, text: bytes, term: Term) -> None:
        kind, _, rest = text.partition(b" ")
        if kind == b"beat":
            self._renew(term, self._pulse.heard(_number(rest)))
        elif kind == b"heeded":
            member, _, numbers = rest.partition(b" ")
            for number in numbers.split(b","):
                waiting = self._waiting.get(_number(number))
                if waiting is not None:
                    waiting.confirm(member)

    def _renew(self, term: Term, sent: float | None) -> None:
        """A beat that was *sent* then is good; None: none is."""
        if sent is None or self._hearing is not term:
            return
        term.until = max(term.until, sent + LEASE)
        if self._term is not term:
            self._term, self._began = term, self.monotonic()
            log.info("changes elsewhere are heard")

    def _end_term(self) -> None:
        if self._term is not None:
            self._term = None
            log.warn("changes elsewhere are not heard")

    def _take(self, message: Message) -> None:
        if message.sender == self.name:
            return
        self._obey(message.notice)
        if message.sender:
            if not self._unsaid:
                self._go(self._confirm())
            self._unsaid.setdefault(message.sender, []).append(message.number)

    async def _confirm(self) -> None:
        # All that has arrived with one read is confirmed together.
        unsaid, self._unsaid = self._unsaid, {}
        for sender, numbers in unsaid.items():
            text = f"heeded {self.name} {','.join(map(str, numbers))}"
            with suppress(StoreUnavailable):
                await self.link.read(MEMBERS, "PUBLISH", self._channel(sender), text)

    def _home(self) -> str:
        return self.link.servers.home(MEMBERS)

    def _obey(self, notice: Notice) -> None:
        for heed in self._heeds:
            heed(notice)

    def _channel(self, member: str) -> bytes:
        return b"authsrv:{board}to:" + member.encode()

    def _go(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _number(text: bytes) -> int:
    """The number in *text*; 0, which nothing has, if there is none."""
    return int(text) if text.isdigit() and len(text) < 20 else 0
