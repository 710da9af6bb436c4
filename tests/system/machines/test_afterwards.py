"""What stays of an outage when it is over: nothing."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.system.client import Client
from tests.system.machines.conftest import MakePair
from tests.system.machines.minted import Mint, minting
from tests.system.machines.pair import Pair, Seat
from tests.system.machines.people import prepared, signed_in_again
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.together import all_at_once
from tests.system.waiting import until

AT_ONCE = 48
RECOVERED = 5.0


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A server that nothing happens to: its lines are cut."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as made:
        yield made


@pytest.fixture(scope="module")
def wall(redis: RedisServer) -> Iterator[Wall]:
    """What both machines have to go through."""
    with Wall(redis.port) as made:
        yield made


@pytest.fixture(scope="module")
def machines(make_pair: MakePair, redis: RedisServer, wall: Wall) -> Iterator[Pair]:
    """Two machines behind the wall."""
    with make_pair(redis.url_at(wall.port)) as made:
        yield made
        made.stop()
        assert made.unforeseen() == []


@pytest.fixture(scope="module")
def mint(machines: Pair, redis: RedisServer) -> Iterator[Mint]:
    """Makes sessions, past the wall."""
    with minting(redis.url, machines.machines[0]) as made:
        yield made


def rush(machines: Pair, mint: Mint) -> Counter[int]:
    """Many that nobody has seen yet come at the same moment."""
    fresh = [each.token for each in mint.make("bob", AT_ONCE)]

    def ask(number: int) -> int:
        with Client(machines.machines[number % 2]) as client:
            # The connection first: all requests are there together.
            client.get("/login")
            return Seat("", client).status(fresh[number])

    return Counter(all_at_once(ask, range(AT_ONCE)))


def test_rush(machines: Pair, wall: Wall, mint: Mint) -> None:
    """Connections that led nowhere are gone when Redis is back: a rush finds none of them."""
    with machines.seats() as seats:
        before = rush(machines, mint)
        wall.drop()
        fresh = [each.token for each in mint.make("bob", 40)]
        until(lambda: [it.status(fresh.pop()) for it in seats].count(503) == 4, 10)
        wall.pass_all()
        signed_in_again(seats, RECOVERED)
        after = rush(machines, mint)
        wall.pass_all()
    print(f"\n{AT_ONCE} at once, before and after: {dict(before)}, {dict(after)}")
    assert set(before) == set(after) == {200}


def test_connections(machines: Pair, redis: RedisServer, wall: Wall, mint: Mint) -> None:
    """However often Redis goes away amid requests, no connection to it is left over."""
    prepared(machines, mint, 4, 0, 0)
    for _ in range(3):
        wall.slow(0.5)
        rush(machines, mint)
        wall.pass_all()
        with machines.seats() as seats:
            signed_in_again(seats, RECOVERED)
    # Each worker keeps at most 32 of its own, and one to listen.
    clients = int(redis.info("clients")["connected_clients"])
    print(f"\n{clients} connections to Redis")
    assert clients <= 4 * 33 + 4
