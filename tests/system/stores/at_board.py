"""A worker at a board in Redis, behind a wall of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Notice, Term
from authsrv.stores.redis.board import RedisBoard
from authsrv.stores.redis.link import DEADLINE, Link
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.remembered import Remembered
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.stores.loop import LOOP
from tests.system.stores.walled import begun, run, until

ENDED = Notice(sessions=(b"a" * 32,))


class Worker:
    """A worker's place at the board, what it has heeded, and a text it has read and remembers."""

    def __init__(self, name: str, url: str, wall: Wall) -> None:
        self.wall = wall
        self.link = Link(connect(parse(url), DEADLINE))
        self.events: list[str] = []
        self.heeded: list[Notice] = []
        self.learnt_in: Term | None = None
        self.board = RedisBoard(self.link, name, LOOP.time, self.events.append)
        self.memory: Remembered[str, str] = Remembered(self.board, LOOP.time, 10, 60.0)
        self.board.heed(self._heed)

    async def tell(self, notice: Notice = ENDED) -> float:
        """Tell it; how many seconds that took.  Raises StoreUnavailable."""
        began = LOOP.time()
        await self.board.post(notice).asFuture(LOOP)
        return LOOP.time() - began

    async def post(self, notice: Notice = ENDED) -> float:
        """Tell it until it is not refused; how many seconds it took then.

        A busy machine may be late, and a connection that was cut is found dead when it is used.
        """
        while True:
            with suppress(StoreUnavailable):
                return await self.tell(notice)
            await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Be rid of connections that an earlier test has had cut, and of what was heard.

        What was refused meanwhile is told with a beat, so that is waited for too.
        """
        await self.post(Notice())
        await until(lambda: not self.board._poster.untold)
        self.heeded.clear()

    async def learn(self) -> None:
        """Read the text, in a term."""
        while not self.is_believed:
            await until(lambda: self.hears)
            self.learnt_in = self.board.term
            await begun(self.memory.learn("text", self._read))

    def _heed(self, notice: Notice) -> None:
        # As the sessions do: what has changed is forgotten.
        self.memory.forget_all()
        self.heeded.append(notice)

    async def _read(self) -> str:
        return "old"

    @property
    def is_believed(self) -> bool:
        """Whether it would be taken from here."""
        return self.memory.believed("text") is not None

    @property
    def hears(self) -> bool:
        """Whether its term lasts."""
        term = self.board.term
        return term is not None and LOOP.time() < term.until

    def is_safe(self, notice: Notice = ENDED) -> bool:
        """Whether it has heeded what was told, or believes nothing from before, at this moment."""
        return notice in self.heeded or not self.hears or self.board.term is not self.learnt_in

    async def close(self) -> None:
        """Leave."""
        await self.board.close().asFuture(LOOP)
        await self.link.close()


def allow(server: RedisServer) -> None:
    """The second comes as somebody whose rights can be taken away."""
    server.command("ACL", "SETUSER", "two", "on", ">secret", "~*", "&*", "+@all")


@contextmanager
def at_work(name: str, login: str, server: RedisServer) -> Iterator[Worker]:
    """A worker who does not listen yet."""
    with Wall(server.port) as wall:
        worker = Worker(name, f"redis://{login}127.0.0.1:{wall.port}", wall)
        try:
            yield worker
        finally:
            run(worker.close())


async def start(worker: Worker) -> None:
    """Listen from now on."""
    worker.board.start()


async def settle(*workers: Worker) -> None:
    """Until each knows who is there, and is waited for no longer than it takes to confirm."""
    for worker in workers:
        await until(partial(_hears, worker))
    for worker in workers:
        while True:
            worker.events.clear()
            await worker.settle()
            if not worker.events:
                break
    for worker in workers:
        worker.heeded.clear()


def _hears(worker: Worker) -> bool:
    return worker.hears
