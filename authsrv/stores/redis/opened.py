"""A Redis put to use: sessions with copies here, counts of attempts, the board between workers."""

from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Stored
from authsrv.stores.redis.board import RedisBoard
from authsrv.stores.redis.edge import deferred
from authsrv.stores.redis.link import DEADLINE, Durability, Link
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.remembered import Counts, Remembered
from authsrv.stores.sessions.cached import CachedSessions
from authsrv.stores.sessions.redis import RedisSessions
from authsrv.stores.throttle.redis import RedisThrottle


@frozen
class Wishes:
    """What was chosen: *grace* in seconds, at most so many *copies*."""

    durability: Durability = "primary"
    grace: float = 60.0
    copies: int = 20_000


@frozen
class Redis:
    """One worker's use of the Redis at *url*, under a *name* of its own.

    Must be made where asyncio's event loop runs, or will.
    """

    url: str = field(repr=False)
    name: str
    wishes: Wishes
    monotonic: Callable[[], float]
    #: Told "away", "back" and "unconfirmed".
    told: Callable[[str], None] = lambda _event: None
    counts: Counts = field(factory=Counts, init=False)
    link: Link = field(init=False)
    board: RedisBoard = field(init=False)
    sessions: CachedSessions = field(init=False)
    throttle: RedisThrottle = field(init=False)

    @link.default
    def _make_link(self) -> Link:
        def circuit(is_open: bool) -> None:
            self.told("away" if is_open else "back")

        return Link(connect(parse(self.url), DEADLINE), self.wishes.durability, told=circuit)

    @board.default
    def _make_board(self) -> RedisBoard:
        return RedisBoard(self.link, self.name, self.monotonic, self.told)

    @sessions.default
    def _make_sessions(self) -> CachedSessions:
        far = RedisSessions(self.link)
        memory: Remembered[bytes, Stored] = self.remembering()
        return CachedSessions(far, far.stored, self.board, memory)

    @throttle.default
    def _make_throttle(self) -> RedisThrottle:
        return RedisThrottle(self.link)

    def remembering(self) -> Remembered[Any, Any]:
        """An empty memory."""
        wishes = self.wishes
        return Remembered(self.board, self.monotonic, wishes.copies, wishes.grace, self.counts)

    async def look(self) -> list[str]:
        """What an operator should know about this Redis, one line each."""
        try:
            facts = await deferred(self.link.read(b"", "INFO", "memory"))
        except StoreUnavailable as error:
            return [f"sessions: {error.why}; until it answers, nobody can sign in"]
        policies = [line for line in _lines(facts) if line.startswith("maxmemory_policy:")]
        if policies and policies[0] != "maxmemory_policy:noeviction":
            return ["sessions: Redis may forget some when it is full: maxmemory-policy noeviction"]
        return []


def _lines(answer: Any) -> list[str]:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else ""
    return [str(line) for line in text.splitlines()]
