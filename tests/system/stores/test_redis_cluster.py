"""A cluster that loses a server, or gives what it had to another."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Session
from authsrv.core.tokens import shard
from authsrv.stores.board import Notice
from authsrv.stores.redis import keys
from authsrv.stores.redis.board import RedisBoard
from authsrv.stores.redis.link import DEADLINE, Link
from authsrv.stores.redis.members import MEMBERS
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.sessions.redis import RedisSessions
from tests.stores.contract import NOW
from tests.stores.samples import session
from tests.system.services.cluster import Cluster
from tests.system.services.redis import RedisServer
from tests.system.stores.loop import LOOP
from tests.system.stores.walled import begun, good, is_refused, run, until

#: One person in each shard.
PEOPLE = {bytes([16 * number]) * 32: session(f"s{number}") for number in keys.homes()}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three servers, each of which serves what it has when another is away."""
    home = tmp_path_factory.mktemp("redis")
    with Cluster(home, cluster_require_full_coverage="no") as started:
        yield started


@pytest.fixture
def store(cluster: Cluster) -> Iterator[RedisSessions]:
    """Everybody is signed in."""
    made = RedisSessions(Link(connect(parse(cluster.url), DEADLINE)))
    run(sign_in(made, PEOPLE))
    yield made
    run(close(made))


async def sign_in(store: RedisSessions, people: dict[bytes, Session]) -> None:
    """Keep a session for each."""
    for key, saved in people.items():
        await good(store.save, key, saved, NOW + 60, within=20)


async def close(store: RedisSessions) -> None:
    """Let go."""
    await begun(store.close())


def owners(cluster: Cluster) -> dict[bytes, RedisServer]:
    """Who has each of the people, as the servers were made."""
    return {key: cluster.owner(keys.expiry(shard(key)).decode()) for key in PEOPLE}


@contextmanager
def missing(cluster: Cluster, lost: RedisServer, how: str) -> Iterator[None]:
    """During the block one of them is not there."""
    if how == "killed":
        lost.kill()
    else:
        lost.freeze()
    try:
        yield
    finally:
        if how == "killed":
            lost.start()
        else:
            lost.thaw()
        if all(node.is_running for node in cluster.nodes):
            cluster.wait_ok()


async def half(store: RedisSessions, lost: set[bytes]) -> None:
    """Those are away, and all others are there."""
    there = PEOPLE.keys() - lost
    for _ in range(4):
        for key in lost:
            assert await is_refused(store.load(key, NOW))
        for key in there:
            assert await good(store.load, key, NOW) == PEOPLE[key]
    for key in lost:
        with pytest.raises(StoreUnavailable, match="away"):
            store.link.require(keys.session(key))
    for key in there:
        # New ones too, and their end.
        await good(store.save, key, session("new"), NOW + 60)
        assert await good(store.load, key, NOW) == session("new")
        await good(store.revoke, key)
        assert await good(store.load, key, NOW) is None
    # Nobody can say all of what somebody has.
    assert await is_refused(store.list_account("alice", NOW))
    assert await is_refused(store.revoke_account("alice"))


class TestAway:
    """One server of three is away."""

    @pytest.mark.parametrize("number", range(3))
    @pytest.mark.parametrize("how", ["killed", "frozen"])
    def test_one(self, cluster: Cluster, store: RedisSessions, number: int, how: str) -> None:
        """Who is there is refused, and never a stranger; all others are served, on and on."""
        lost = cluster.nodes[number]
        theirs = {key for key, owner in owners(cluster).items() if owner is lost}
        assert theirs
        with missing(cluster, lost, how):
            run(half(store, theirs))

        async def again() -> None:
            for key in theirs:
                found = await good(store.load, key, NOW)
                assert found == (PEOPLE[key] if how == "frozen" else None)
            await good(store.list_account, "alice", NOW)

        run(again())

    def test_all(self, cluster: Cluster, store: RedisSessions) -> None:
        """With all servers away everybody is refused, also by a worker who begins just then."""

        async def without() -> None:
            new = RedisSessions(Link(connect(parse(cluster.url), DEADLINE)))
            for key in PEOPLE:
                assert await is_refused(store.load(key, NOW))
                assert await is_refused(new.load(key, NOW))
            listener = RedisBoard(new.link, "late", LOOP.time)
            listener.start()
            assert await is_refused(listen_to(listener))
            waiting.append((new, listener))

        async def again() -> None:
            ((new, listener),) = waiting
            for key in PEOPLE:
                assert await good(new.load, key, NOW) is None
                assert await good(store.load, key, NOW) is None
            await until(lambda: listener.term is not None)
            await listener.close().asFuture(LOOP)
            await close(new)

        waiting: list[tuple[RedisSessions, RedisBoard]] = []
        with ExitStack() as stack:
            for node in cluster.nodes:
                stack.enter_context(missing(cluster, node, "killed"))
            run(without())
        cluster.wait_ok()
        run(again())


async def listen_to(board: RedisBoard) -> None:
    """Post something."""
    await board.post(Notice())


class TestMoved:
    """A slot goes to another server."""

    def test_shard(self, cluster: Cluster, store: RedisSessions) -> None:
        """While it is moved nobody is a stranger and nothing is done by half; then it is found."""
        key, stays = next(iter(PEOPLE)), b"\0" * 31 + b"1"
        move = Move(cluster, keys.expiry(shard(key)).decode())

        async def before() -> None:
            await good(store.save, stays, session("s99"), NOW + 60)

        async def meanwhile() -> None:
            # It has been sent to the other one, and what lists it has not.
            assert await is_refused(store.load(key, NOW))
            assert await is_refused(store.revoke(key))
            assert await is_refused(store.replace(key, stays, session("s0"), NOW + 60))
            assert await is_refused(store.list_account("alice", NOW))

        async def after() -> None:
            assert await good(store.load, key, NOW) == PEOPLE[key]
            assert await good(store.load, stays, NOW) == session("s99")
            listed = await good(store.list_account, "alice", NOW)
            assert sorted(it.id for it in listed) == sorted(
                ["s99", *(it.id for it in PEOPLE.values())]
            )
            assert await good(store.revoke, key) is True
            assert await good(store.revoke, stays) is True
            assert await good(store.load, key, NOW) is None

        run(before())
        move.begin()
        move.send(keys.session(key))
        run(meanwhile())
        move.finish()
        run(after())
        move.back()
        run(sign_in(store, PEOPLE))

    def test_board(self, cluster: Cluster, store: RedisSessions) -> None:
        """Who listens listens at the other server soon, and what is told is heard."""
        boards = [RedisBoard(store.link, name, LOOP.time) for name in ("one", "two")]
        heard: list[Notice] = []
        boards[1].heed(heard.append)
        move = Move(cluster, MEMBERS.decode())

        async def listening() -> None:
            for board in boards:
                board.start()
            await until(lambda: all(board.term is not None for board in boards))

        async def moved() -> None:
            before = [board.term for board in boards]
            await until(lambda: all(it.term not in (None, *before) for it in boards))
            await good(listen_to, boards[0])
            assert heard == [Notice()]
            for board in boards:
                await board.close().asFuture(LOOP)

        run(listening())
        move.begin()
        move.finish()
        run(moved())
        move.back()


class Move:
    """The slot of *key* goes from the server that has it to another one."""

    def __init__(self, cluster: Cluster, key: str) -> None:
        self._cluster = cluster
        self._source = cluster.owner(key)
        self._target = next(node for node in cluster.nodes if node is not self._source)
        self._slot = self._source.command("CLUSTER", "KEYSLOT", key)

    def begin(self) -> None:
        """Tell both."""
        self._set(self._target, "IMPORTING", self._source)
        self._set(self._source, "MIGRATING", self._target)

    def send(self, name: bytes) -> None:
        """Send one of the keys."""
        command = ("MIGRATE", "127.0.0.1", self._target.port, name, 0, 5000)
        assert self._source.command(*command) == "OK"

    def finish(self) -> None:
        """Send the others, and tell everybody."""
        while names := self._source.command("CLUSTER", "GETKEYSINSLOT", self._slot, 100):
            for name in names:
                self.send(name.encode("utf-8", "surrogateescape"))
        for node in (self._target, self._source, *self._cluster.nodes):
            self._set(node, "NODE", self._target)

    def back(self) -> None:
        """And all the way back."""
        self._source, self._target = self._target, self._source
        self.begin()
        self.finish()
        self._cluster.wait_ok()

    def _set(self, node: RedisServer, how: str, whom: RedisServer) -> None:
        name = whom.command("CLUSTER", "MYID")
        assert node.command("CLUSTER", "SETSLOT", self._slot, how, name) == "OK"
