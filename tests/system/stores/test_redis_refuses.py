"""A Redis that answers, but not what was wished for; and what is said of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from authsrv.core.errors import StoreUnavailable
from authsrv.core.throttle import Limit
from authsrv.stores.redis.link import DEADLINE, Durability, Link
from authsrv.stores.redis.opened import Redis, Wishes
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.sessions.redis import RedisSessions
from authsrv.stores.throttle.redis import RedisThrottle
from tests.stores.contract import NOW
from tests.stores.samples import A, B, session
from tests.system.services.redis import RedisServer
from tests.system.stores.loop import LOOP
from tests.system.stores.walled import begun, good, is_refused, run

Serve = Callable[..., RedisServer]
SECRET = "s3cret-word"


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server with options."""
    with ExitStack() as stack:

        def start(**options: str) -> RedisServer:
            made = RedisServer(tmp_path / "redis")
            made.configure(**options)
            return stack.enter_context(made)

        yield start


def at(url: str, durability: Durability = "primary") -> RedisSessions:
    """The sessions there."""
    return RedisSessions(Link(connect(parse(url), DEADLINE), durability))


async def why(store: RedisSessions, said: str) -> str:
    """Why nobody can be looked up, once it is this; on a busy machine it is late first."""
    for _ in range(100):
        with pytest.raises(StoreUnavailable) as caught:
            await begun(store.load(A, NOW))
        if said in caught.value.why:
            break
    await begun(store.close())
    return caught.value.why


def test_wrong_password(serve: Serve) -> None:
    """Whoever has the wrong password is refused, and it is said without any password."""
    server = serve(requirepass="right")
    answer = run(why(at(f"redis://:{SECRET}@{server.address}"), "AuthenticationError"))
    assert "WRONGPASS" in answer or "invalid" in answer
    assert SECRET not in answer


@pytest.mark.parametrize("command", ["AUTH", "HMGET"])
def test_unknown_command(serve: Serve, command: str) -> None:
    """Of a command that a server does not know its name is said, and none of its arguments."""
    server = serve(rename_command=f'{command} ""')
    answer = run(
        why(
            at(f"redis://u:{SECRET}@{server.address}" if command == "AUTH" else server.url), command
        )
    )
    assert f"unknown command '{command}'" in answer
    assert SECRET not in answer
    assert "authsrv:" not in answer


def test_no_password_shown(serve: Serve) -> None:
    """Nothing that is made of an address shows the password when it is printed."""
    for url in (
        f"redis://u:{SECRET}@h",
        f"rediss+sentinel://u:{SECRET}@h/main?sentinel_password={SECRET}",
        f"redis+cluster://u:{SECRET}@h",
    ):
        redis = Redis(url, "w", Wishes(), LOOP.time)
        for made in (redis, redis.link, redis.sessions, redis.throttle, redis.board):
            assert SECRET not in repr(made)
            assert SECRET not in str(made)


def test_no_replica(serve: Serve) -> None:
    """Where a replica must have each change, and there is none, one can still look."""
    server = serve()
    here, strict = at(server.url), at(server.url, "replica")

    async def body() -> None:
        await good(here.save, A, session(), NOW + 60)
        with pytest.raises(StoreUnavailable):
            await begun(strict.save(A, session("s2"), NOW + 60))
        assert (await good(strict.load, A, NOW)) is not None
        assert len(await good(strict.list_account, "alice", NOW)) == 1
        assert len((await good(strict.list_all, NOW, "", 100)).found) <= 1
        for store in (here, strict):
            await begun(store.close())

    run(body())


def test_full(serve: Serve) -> None:
    """A server that is full keeps nothing new, says so, and knows whom it knew."""
    server = serve()
    store = at(server.url)

    async def body() -> None:
        await good(store.save, A, session(), NOW + 60)
        server.command("CONFIG", "SET", "maxmemory", "1")
        limit = Limit(5, 60.0)
        for _ in range(5):
            for change in (
                store.save(B, session("s2"), NOW + 60),
                store.replace(A, B, session("s2"), NOW + 60),
                RedisThrottle(store.link).take([("a", limit)], NOW),
            ):
                assert await is_refused(change)
            assert await good(store.load, A, NOW) == session()
            assert await good(store.load, B, NOW) is None
        # Whoever wants to go may go, which makes room.
        assert await good(store.revoke, A) is True
        assert await good(store.list_account, "alice", NOW) == []
        server.command("CONFIG", "SET", "maxmemory", "0")
        await good(store.save, B, session("s2"), NOW + 60)
        await begun(store.close())

    run(body())
