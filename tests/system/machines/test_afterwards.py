"""What stays of an outage when it is over: nothing."""

from collections import Counter

from tests.system.client import Client
from tests.system.machines.minted import Mint
from tests.system.machines.pair import Pair, Seat
from tests.system.machines.people import prepared, signed_in_again
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.together import all_at_once
from tests.system.waiting import until

AT_ONCE = 48
RECOVERED = 5.0


def rush(walled: Pair, mint: Mint) -> dict[str, int]:
    """Many that nobody has seen yet come at the same moment: what each is told."""
    fresh = [each.token for each in mint.make("bob", AT_ONCE)]

    def ask(number: int) -> int:
        with Client(walled.machines[number % 2]) as client:
            # The connection first: all requests are there together.
            client.get("/login")
            return Seat("", client).status(fresh[number])

    return dict(zip(fresh, all_at_once(ask, range(AT_ONCE)), strict=True))


def test_rush(walled: Pair, wall: Wall, mint: Mint) -> None:
    """Connections that led nowhere are gone when Redis is back: a rush finds none of them."""
    with walled.seats() as seats:
        # So that there are many connections.
        rush(walled, mint)
        wall.drop()
        fresh = [each.token for each in mint.make("bob", 40)]
        until(lambda: [it.status(fresh.pop()) for it in seats].count(503) == 4, 10)
        wall.pass_all()
        signed_in_again(seats, RECOVERED)
        lost = wall.requests.lost
        told = rush(walled, mint)
        # Where something was lost before, or nobody was behind the wall, all is lost.
        assert wall.requests.lost == lost
        # A busy machine may ask some to come back.
        assert {seats[0].settled(token) for token in told} == {200}
    print(f"\n{AT_ONCE} at once: {Counter(told.values())}")
    assert set(told.values()) <= {200, 503}


def test_connections(walled: Pair, fragile: RedisServer, wall: Wall, mint: Mint) -> None:
    """However often Redis goes away amid requests, no connection to it is left over."""
    prepared(walled, mint, 4, 0, 0)
    for _ in range(3):
        wall.slow(0.5)
        rush(walled, mint)
        wall.pass_all()
        with walled.seats() as seats:
            signed_in_again(seats, RECOVERED)
    # Each worker keeps at most 32 of its own, and one to listen.
    clients = int(fragile.info("clients")["connected_clients"])
    print(f"\n{clients} connections to Redis")
    assert clients <= 4 * 33 + 4
