"""What is refused may have been done: then all workers say so, and not only the one that tried."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.client import SESSION, Client
from tests.system.machines.conftest import MakePair
from tests.system.machines.pair import Pair, Seat
from tests.system.services.redis import RedisServer
from tests.system.services.sentinel import Trio
from tests.system.services.wall import Wall
from tests.system.waiting import settled, until

#: Seconds.
AGREED, RECOVERED = 2.0, 5.0


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    """A primary and one replica, which each test finds and leaves well."""
    with Trio(tmp_path_factory.mktemp("trio")) as made:
        yield made


@pytest.fixture(scope="module")
def strict(make_pair: MakePair, trio: Trio) -> Iterator[Pair]:
    """Two machines where the replica must confirm, and where few may guess."""
    with make_pair(
        trio.url, sessions__acknowledge="replica", throttle__per_account="5/15m"
    ) as made:
        yield made


def known(seats: list[Seat]) -> str:
    """A session that all workers have a copy of; each knows of all others."""
    seats[0].client.cookies = {}
    assert settled(lambda: seats[0].client.sign_in("bob").status) == 201
    token = seats[0].client.token
    assert [each.settled(token) for each in seats] == [200] * len(seats)
    return token


def test_refused_logout(strict: Pair, trio: Trio) -> None:
    """A logout that no replica has confirmed is refused, and leaves no worker behind that lets
    the session through: whoever tries again is told that it is over."""
    with strict.seats() as seats:
        token = known(seats)
        lost = trio.replica()
        lost.kill()
        seats[1].client.cookies = {SESSION: token}
        refused = seats[1].client.sign_out()
        assert (refused.status, bool(refused.headers["Retry-After"])) == (503, True)
        until(
            lambda: {each.status(token) for each in seats} == {401},
            AGREED,
            lambda: f"told {[(each.where, each.status(token)) for each in seats]}",
        )
    trio.revive(lost)


def test_untold_logout(make_pair: MakePair, tmp_path: Path) -> None:
    """A logout that was done, but of which the answer was lost, is told when Redis is back, to
    those too who have heard it all the time."""
    with (
        RedisServer(tmp_path / "redis") as redis,
        Wall(redis.port) as wall,
        # Only the first machine is behind the wall.
        make_pair(redis.url_at(wall.port), redis.url) as machines,
        machines.seats() as seats,
    ):
        token = known(seats)
        seats[0].client.cookies = {SESSION: token}
        wall.lose_answers()
        assert seats[0].client.sign_out().status == 503
        wall.pass_all()
        until(
            lambda: {each.status(token) for each in seats} == {401},
            RECOVERED,
            lambda: f"told {[(each.where, each.status(token)) for each in seats]}",
        )


def test_refused_logins_are_no_guesses(strict: Pair, trio: Trio) -> None:
    """Logins that were refused because no replica confirms are not counted as wrong passwords:
    people who have tried all the time can sign in when it is over."""
    lost = trio.replica()
    lost.kill()
    with Client(strict.machines[0]) as client:
        statuses = [client.sign_in("carol").status for _ in range(12)]
        assert set(statuses) == {503}, statuses
        trio.revive(lost)
        until(
            lambda: client.sign_in("carol").status == 201,
            RECOVERED,
            lambda: f"told {client.sign_in('carol').status}",
        )
