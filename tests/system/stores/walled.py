"""A Redis behind walls, and what a test on the event loop waits for."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen
from twisted.internet.defer import Deferred

from authsrv.core.errors import StoreUnavailable
from authsrv.core.tokens import shard
from authsrv.stores.redis import keys
from authsrv.stores.redis.link import DEADLINE, Durability, Link
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.sessions.redis import RedisSessions
from tests.stores.contract import NOW
from tests.stores.samples import A, B, C, session
from tests.system.services.cluster import Cluster
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.stores.loop import LOOP

T = TypeVar("T")
#: Who is signed in.
SAVED = {key: session(f"s{number}") for number, key in enumerate((A, B, C))}
#: Seconds in which all must be well again.
RECOVERS = 5.0
#: Seconds in which something must have happened on a machine that has much else to do.
_WITHIN = 20.0


@frozen
class Walled:
    """*wall* is before the server that has the keys A, B and C; *servers* are all there are.

    The counts of attempts about *subject* are there too.
    """

    url: str
    wall: Wall
    servers: list[RedisServer]
    subject: str = "0"

    def link(self, durability: Durability = "primary") -> Link:
        """A worker's way there, with the deadline that it has by default."""
        return Link(connect(parse(self.url), DEADLINE), durability)

    def empty(self) -> None:
        """Let all through again, and forget everything."""
        self.wall.release()
        self.wall.pass_all()
        for server in self.servers:
            server.command("FLUSHALL")


@contextmanager
def server_behind(home: Path) -> Iterator[Walled]:
    """One server."""
    with RedisServer(home) as server, Wall(server.port) as wall:
        yield Walled(server.url_at(wall.port), wall, [server])


@contextmanager
def cluster_behind(home: Path) -> Iterator[Walled]:
    """A cluster whose nodes tell clients to come through their walls."""
    cluster = Cluster(home, cluster_require_full_coverage="no")
    with ExitStack() as stack:
        walls = {node.port: stack.enter_context(Wall(node.port)) for node in cluster.nodes}
        for node in cluster.nodes:
            node.configure(cluster_announce_port=str(walls[node.port].port))
        stack.enter_context(cluster)
        owner = cluster.owner(keys.expiry(shard(A)).decode())
        hosts = ",".join(f"127.0.0.1:{wall.port}" for wall in walls.values())
        subject = next(
            name
            for name in map(str, range(100))
            if cluster.owner(keys.throttle(name).decode()) is owner
        )
        yield Walled(f"redis+cluster://{hosts}", walls[owner.port], cluster.nodes, subject)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of *work*, which waits for the loop alone."""
    return LOOP.run_until_complete(asyncio.wait_for(work, 3 * _WITHIN))


def begun(work: Coroutine[Any, Any, T]) -> "asyncio.Future[T]":
    """A store's call, which is under way."""
    return Deferred.fromCoroutine(work).asFuture(LOOP)


async def until(happened: Callable[[], object]) -> None:
    """Wait for something while the loop runs."""
    began = LOOP.time()
    while not happened():
        assert LOOP.time() - began < _WITHIN, "in vain"
        await asyncio.sleep(0.005)


async def held_back(
    wall: Wall, request: bytes, ask: Callable[..., Coroutine[Any, Any, T]], *about: Any
) -> "asyncio.Future[T]":
    """A call to *ask* that has sent *request*, and whose answer is held until release."""
    before = wall.held
    while True:
        wall.late(request)
        asked = begun(ask(*about))
        if await _is_held(wall, before, asked):
            return asked
        # It was late before it was sent, or nobody may ask just now.
        await told(asked)
        await asyncio.sleep(0.02)


async def _is_held(wall: Wall, before: int, asked: "asyncio.Future[Any]") -> bool:
    await until(lambda: wall.held > before or asked.done())
    return wall.held > before


async def is_refused(work: Coroutine[Any, Any, Any]) -> bool:
    """Whether *work* ends in StoreUnavailable."""
    try:
        await begun(work)
    except StoreUnavailable:
        return True
    return False


async def good(
    ask: Callable[..., Coroutine[Any, Any, T]], *about: Any, within: float = RECOVERS
) -> T:
    """What *ask* answers about something, once it answers: a busy machine may be late, too."""
    began = LOOP.time()
    while True:
        try:
            return await begun(ask(*about))
        except StoreUnavailable:
            assert LOOP.time() - began < within, f"still refused after {within} s"
            await asyncio.sleep(0.02)


async def prepare(store: RedisSessions) -> None:
    """Sign three people in."""
    for key, saved in SAVED.items():
        await good(store.save, key, saved, NOW + 60)
    for key in SAVED:
        await good(store.load, key, NOW)


async def close(store: RedisSessions) -> None:
    """Let go."""
    await begun(store.close())


async def right_answers(store: RedisSessions) -> None:
    """Everybody gets the answer to their own question, one after the other and all at once."""
    for key, saved in SAVED.items():
        assert await good(store.load, key, NOW) == saved
    questions = [*SAVED.items(), (b"c" + bytes(31), None)] * 5
    asked = [(begun(store.load(key, NOW)), expected) for key, expected in questions]
    listed = begun(store.list_account("nobody", NOW))
    for answer, expected in asked:
        assert await told(answer) in (expected, "late")
    assert await told(listed) in ([], "late")


async def told(answer: Any) -> Any:
    """What has been answered, or "late"."""
    try:
        return await answer
    except StoreUnavailable:
        return "late"


async def nothing() -> None:
    """One turn of the loop, or two."""
