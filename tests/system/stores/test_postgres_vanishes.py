"""A whole server that a wall cuts off from its PostgreSQL: without a word, or nearly."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.system.client import ALICE
from tests.system.server import Server
from tests.system.services.postgres import Postgres
from tests.system.services.wall import Wall
from tests.system.stores.asking import asking, ended_well
from tests.system.stores.conftest import MakeServing

# Ends while somebody tries in vain, who is not told that it has ended.
_AWAY = 6.0


@pytest.fixture(scope="module")
def wall(peopled: Postgres) -> Iterator[Wall]:
    """It stands before a PostgreSQL."""
    with Wall(peopled.port) as standing:
        yield standing


@pytest.fixture(scope="module")
def server(wall: Wall, make_serving: MakeServing) -> Server:
    """Its accounts are behind the wall."""
    return make_serving(Postgres.url_at(wall.port))


@pytest.mark.parametrize(
    "vanish", [Wall.drop, partial(Wall.drop, hang=True), Wall.lose_answers], ids=str
)
def test_vanished(server: Server, wall: Wall, vanish: Callable[[Wall], None]) -> None:
    """Nothing comes back, not even a refusal: all is 503 in time, and then as before."""
    with asking(server, [ALICE, "bob"]) as people:
        people.until_good("login", 5, 20)
        vanish(wall)
        time.sleep(_AWAY)
        wall.pass_all()
        ended_well(people, time.monotonic())
    lost = people.lost()
    print(f"{len(people.logins)} logins acknowledged, {lost} lost")
    assert lost == 0


def test_slow(server: Server, wall: Wall) -> None:
    """Answers that take 300 ms make logins slow; nobody is told anything wrong."""
    with asking(server, [ALICE, "bob"]) as people:
        people.until_good("login", 5, 20)
        wall.slow(0.3)
        people.until_good("login", 2, 60)
        people.until_good("check", 5, 60)
        wall.pass_all()
        people.until_good("login", 10, 20)
    print(
        f"\nlogins {dict(people.counts('login'))}, checks {dict(people.counts('check'))},"
        f" the slowest answer {people.slowest():.2f} s"
    )
    assert set(people.counts("login")) <= {201, 503}
    assert set(people.counts("check")) <= {200, 503}
    assert people.lost() == 0
