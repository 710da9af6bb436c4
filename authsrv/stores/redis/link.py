"""Asking Redis, with a deadline for each call and a circuit for when there is no answer."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal

from attrs import define, field
from redis.exceptions import RedisError, ResponseError
from twisted.logger import Logger

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.redis.circuit import Circuit
from authsrv.stores.redis.servers import CONNECTIONS, Command, Servers

log = Logger()
#: Seconds that a call may take.
DEADLINE = 0.25
#: Seconds from one probe to the next while nobody else may ask...
PROBE_EVERY = 0.25
#: ... and how long one may take: it also finds the new primary.
PROBE_WITHIN = 2.0

Durability = Literal["primary", "replica"]
_AWAY = (RedisError, OSError, TimeoutError)


@define(eq=False)
class _Way:
    """The way to one of the servers."""

    circuit: Circuit = field(factory=Circuit)
    probe: "asyncio.Task[None] | None" = None
    # Who waits for one server keeps nobody from another.
    room: asyncio.Semaphore = field(factory=lambda: asyncio.Semaphore(CONNECTIONS))


@define(eq=False)
class Link:
    """The way to the *servers*.

    With *durability* ``"replica"`` a write that no replica has taken in time is refused.  It may
    have been done all the same: whoever is refused cannot know.
    """

    servers: Servers
    durability: Durability = "primary"
    deadline: float = DEADLINE
    #: Told when a circuit opens (True) or closes.
    told: Callable[[bool], None] = lambda _away: None
    _ways: dict[str, _Way] = field(factory=lambda: defaultdict(_Way), init=False)
    _closed: bool = field(default=False, init=False)

    async def read(self, key: bytes, *command: bytes | str | int | float) -> Any:
        """What the server that has *key* answers.  Raises StoreUnavailable."""
        (answer,) = await self._ask(key, [command])
        return answer

    async def write(self, key: bytes, *command: bytes | str | int | float) -> Any:
        """The same, once it is as durable as was chosen."""
        if self.durability == "primary":
            return await self.read(key, *command)
        wait = ("WAIT", 1, max(1, int(self.deadline * 800)))
        answer, replicas = await self._ask(key, [command, wait])
        if replicas < 1:
            raise StoreUnavailable("Redis: no replica has taken the write")
        return answer

    def require(self, key: bytes) -> None:
        """Raise StoreUnavailable while nobody is answered where *key* is."""
        self._way(key)

    async def close(self) -> None:
        """Let go of every connection.  Twice is no error."""
        self._closed = True
        for way in self._ways.values():
            if way.probe is not None:
                way.probe.cancel()
        self._ways.clear()
        with suppress(*_AWAY):
            await self.servers.close()

    def _way(self, key: bytes) -> _Way:
        way = self._ways[self.servers.home(key)]
        if way.circuit.is_open:
            raise StoreUnavailable("Redis: away", retry_after=1.0)
        return way

    async def _ask(self, key: bytes, commands: Sequence[Command]) -> list[Any]:
        way = self._way(key)
        try:
            async with asyncio.timeout(self.deadline), way.room:
                answers = await self.servers.run(key, commands)
        except ResponseError as error:
            # An answer in time, though not what was wished for: it is full, or only a replica.
            way.circuit.worked()
            raise StoreUnavailable(f"Redis: {_why(error)}", retry_after=1.0) from error
        except _AWAY as error:
            self._failed(way, key, error)
            raise StoreUnavailable(f"Redis: {_why(error)}", retry_after=1.0) from error
        way.circuit.worked()
        return answers

    def _failed(self, way: _Way, key: bytes, error: BaseException) -> None:
        if way.circuit.failed() and not self._closed:
            log.warn("Redis is away", server=self.servers.home(key), why=_why(error))
            self.told(True)
            way.probe = asyncio.get_running_loop().create_task(self._probing(way, key))

    async def _probing(self, way: _Way, key: bytes) -> None:
        # Not for ever: a cancellation may be swallowed on the way (asyncio.wait_for, Python 3.11).
        while not self._closed:
            await asyncio.sleep(PROBE_EVERY)
            try:
                async with asyncio.timeout(PROBE_WITHIN):
                    await self.servers.find()
                    await self.servers.run(key, [("PING",)])
                # Now that there is a connection, it must be quick too.
                async with asyncio.timeout(self.deadline):
                    await self.servers.run(key, [("PING",)])
            except _AWAY as error:
                log.debug("Redis is still away", server=self.servers.home(key), why=_why(error))
            else:
                way.circuit.close()
                log.info("Redis is back", server=self.servers.home(key))
                self.told(False)
                return


def _why(error: BaseException) -> str:
    """One line, which names no value."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    # A command that the server does not know it repeats with its arguments.
    said = str(error).split("\n")[0].partition(", with args")[0]
    return f"{type(error).__name__}: {said}"[:200]
