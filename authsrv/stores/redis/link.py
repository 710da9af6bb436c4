"""Asking Redis, with a deadline for each call and a circuit for when there is no answer."""

import asyncio
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
class Link:
    """The way to the *servers*.

    With *durability* ``"replica"`` a write that no replica has taken in time is refused.  It may
    have been done all the same: whoever is refused cannot know.
    """

    servers: Servers
    durability: Durability = "primary"
    deadline: float = DEADLINE
    #: Told when the circuit opens (True) or closes.
    told: Callable[[bool], None] = lambda _away: None
    _circuit: Circuit = field(factory=Circuit, init=False)
    _probe: "asyncio.Task[None] | None" = field(default=None, init=False)
    _room: asyncio.Semaphore = field(init=False)
    _closed: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._room = asyncio.Semaphore(CONNECTIONS)

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

    def require(self) -> None:
        """Raise StoreUnavailable while nobody is answered."""
        if self._circuit.is_open:
            raise StoreUnavailable("Redis: away", retry_after=1.0)

    async def close(self) -> None:
        """Let go of every connection.  Twice is no error."""
        self._closed = True
        if self._probe is not None:
            self._probe.cancel()
            self._probe = None
        with suppress(*_AWAY):
            await self.servers.close()

    async def _ask(self, key: bytes, commands: Sequence[Command]) -> list[Any]:
        self.require()
        try:
            async with asyncio.timeout(self.deadline), self._room:
                answers = await self.servers.run(key, commands)
        except ResponseError as error:
            # An answer in time, though not what was wished for: it is full, or only a replica.
            self._circuit.worked()
            raise StoreUnavailable(f"Redis: {_why(error)}", retry_after=1.0) from error
        except _AWAY as error:
            self._failed(error)
            raise StoreUnavailable(f"Redis: {_why(error)}", retry_after=1.0) from error
        self._circuit.worked()
        return answers

    def _failed(self, error: BaseException) -> None:
        if self._circuit.failed() and not self._closed:
            log.warn("Redis is away", why=_why(error))
            self.told(True)
            self._probe = asyncio.get_running_loop().create_task(self._probing())

    async def _probing(self) -> None:
        while True:
            await asyncio.sleep(PROBE_EVERY)
            try:
                async with asyncio.timeout(PROBE_WITHIN):
                    await self.servers.run(b"", [("PING",)])
                # Now that there is a connection, it must be quick too.
                async with asyncio.timeout(self.deadline):
                    await self.servers.run(b"", [("PING",)])
            except _AWAY as error:
                log.debug("Redis is still away", why=_why(error))
            else:
                self._circuit.worked()
                log.info("Redis is back")
                self.told(False)
                return


def _why(error: BaseException) -> str:
    """One line, which names no value: what Redis says of an error does not repeat arguments."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return f"{type(error).__name__}: {error}".split("\n")[0][:200]
