"""Those who are at the board, and what they say to each other, all at one server of Redis.

So what is published there arrives in the order in which it was.
"""

from attrs import frozen
from redis.asyncio.client import PubSub

from authsrv.stores.redis.link import Link

#: Seconds that a member that beats no more is still waited for: its term has run out by then.
LISTED = 3.0
MEMBERS = b"authsrv:{board}members"
#: Where all of them hear notices.
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


def own_channel(member: str) -> bytes:
    """Where *member* alone hears what it is told."""
    return b"authsrv:{board}to:" + member.encode()


@frozen(eq=False)
class Members:
    """The way to all of them.  Whatever is told raises StoreUnavailable if it cannot be."""

    link: Link

    @property
    def home(self) -> str:
        """The server they meet at, now."""
        return self.link.servers.home(MEMBERS)

    def require(self) -> None:
        """Raise StoreUnavailable if nobody can be told anything now."""
        self.link.require(MEMBERS)

    async def listener(self) -> PubSub:
        """A connection to hear them on.  Raises what redis-py does."""
        return await self.link.servers.listener(MEMBERS)

    async def beat(self, member: str, text: str) -> None:
        """*member* is there, and tells itself *text* in the same step."""
        values = (member, own_channel(member), text)
        await self.link.write(MEMBERS, "EVAL", _BEAT, 1, MEMBERS, *values)

    async def tell_all(self, text: str) -> set[bytes]:
        """All who listen hear *text*; who is there."""
        found = await self.link.read(MEMBERS, "EVAL", _POST, 1, MEMBERS, NOTICES, text)
        return {bytes(each) for each in found}

    async def tell(self, member: str, text: str) -> None:
        """*member* hears *text*."""
        await self.link.read(MEMBERS, "PUBLISH", own_channel(member), text)

    async def leave(self, member: str) -> None:
        """*member* is there no more."""
        await self.link.read(MEMBERS, "ZREM", MEMBERS, member)
