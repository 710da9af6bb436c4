"""How long somebody known is believed without Redis, and what becomes of them if all is lost."""

import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.system.machines.conftest import MakePair
from tests.system.machines.minted import Mint, minting
from tests.system.machines.pair import Pair, Seat
from tests.system.machines.people import prepared, signed_in_again
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.waiting import until

#: Seconds: a worker that hears nothing believes nothing any more after the first; what is going
#: wrong is noticed in the second.
LEASE, NOTICED = 2.0, 1.0
GRACE = 3.0
RECOVERED = 5.0


def last_let_in(seats: Sequence[Seat], token: str, began: float) -> float:
    """Seconds from *began* until the last request with *token* was sent that was let in.

    That does not depend on how busy the machine is.  All are asked until all ask to come back.
    """
    last = began

    def are_refused() -> bool:
        nonlocal last
        statuses = set()
        for each in seats:
            sent = time.monotonic()
            status = each.status(token)
            statuses.add(status)
            if status == 200:
                last = sent
        return statuses == {503}

    until(are_refused, GRACE + LEASE)
    return last - began


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that forgets everything when it is killed."""
    with RedisServer(tmp_path / "redis") as made:
        yield made


def test_no_grace(make_pair: MakePair, redis: RedisServer) -> None:
    """With a grace of 0 nobody is believed without Redis longer than a worker's lease."""
    with make_pair(redis.url, sessions__grace="0s") as machines, machines.seats() as seats:
        with minting(redis.url, machines.machines[0]) as mint:
            (token,) = prepared(machines, mint, 1, 0, 0).known
        redis.freeze()
        began = time.monotonic()
        took = last_let_in(seats, token, began)
        answers = [it.ask(token) for it in seats]
        redis.thaw()
        again = signed_in_again(seats, RECOVERED)
        assert {it.settled(token) for it in seats} == {200}
        assert machines.unforeseen() == []
    print(f"\ngrace 0: let in until {took:.2f} s after the last answer; back {again:.2f} s")
    assert took < LEASE
    assert all(it.status == 503 and it.headers["Retry-After"] for it in answers)


def test_grace_ends(make_pair: MakePair, redis: RedisServer) -> None:
    """Within the grace somebody known is let in at every worker, after it asked to come back."""
    with (
        make_pair(redis.url, sessions__grace=f"{GRACE:.0f}s") as machines,
        machines.seats() as seats,
    ):
        with minting(redis.url, machines.machines[0]) as mint:
            (token,) = prepared(machines, mint, 1, 0, 0).known
        redis.freeze()
        began = time.monotonic()
        while time.monotonic() - began < GRACE - 1:
            assert {it.status(token) for it in seats} == {200}
        took = last_let_in(seats, token, began)
        for _ in range(20):
            assert {it.status(token) for it in seats} == {503}
        redis.thaw()
        again = signed_in_again(seats, RECOVERED)
        assert {it.settled(token) for it in seats} == {200}
        assert machines.unforeseen() == []
    print(f"\ngrace {GRACE:.0f} s: let in until {took:.2f} s; back {again:.2f} s")
    assert took < GRACE + LEASE


def test_everything_lost(make_pair: MakePair, redis: RedisServer) -> None:
    """Where Redis comes back empty everybody is signed out: first believed, then asked to sign in,
    which they can; no worker goes on believing a copy."""
    with make_pair(redis.url) as machines, machines.seats() as seats:
        with minting(redis.url, machines.machines[0]) as mint:
            given = prepared(machines, mint, 3, 0, 3)
        redis.kill()
        time.sleep(NOTICED)
        during = {it.status(token) for it in seats for token in given.known}
        redis.start()
        began = time.monotonic()
        until(
            lambda: {it.status(token) for it in seats for token in given.known} == {401},
            RECOVERED,
        )
        took = time.monotonic() - began
        again = signed_in_again(seats, RECOVERED)
        assert {it.settled(token) for it in seats for token in given.ended} == {401}
        assert machines.unforeseen() == []
    print(
        f"\nkilled: {during}; empty again: 401 everywhere after {took:.2f} s; logins {again:.2f} s"
    )
    assert during == {200}


def test_one_cut_off(make_pair: MakePair, redis: RedisServer) -> None:
    """A machine that is cut off alone hears of no revocation, which waits for its lease; what it
    still believes, it believes for the grace only, and nothing of it when it hears again."""
    with (
        Wall(redis.port) as wall,
        make_pair(redis.url_at(wall.port), redis.url, sessions__grace=f"{GRACE:.0f}s") as machines,
        machines.seats() as seats,
        minting(redis.url, machines.machines[0]) as mint,
    ):
        given = prepared(machines, mint, 2, 0, 0)
        cut = [it for it in seats if it.where.startswith("machine 1")]
        hearing = [it for it in seats if it not in cut]
        wall.drop()
        began = time.monotonic()
        for acting, token in zip(hearing, given.known, strict=True):
            assert acting.settled(token) == 200
            assert acting.client.sign_out().status == 204
            assert {it.status(token) for it in hearing} == {401}
        took = (time.monotonic() - began) / 2
        believed = last_let_in(cut, given.known[0], began)
        wall.pass_all()
        until(lambda: {it.status(t) for it in cut for t in given.known} == {401}, RECOVERED)
        assert machines.unforeseen() == []
    print(
        f"\none of two cut off: a logout at the other took {took:.2f} s; the one cut off let it "
        f"through for {believed:.2f} s with a grace of {GRACE:.0f} s, and never again"
    )
    assert believed < GRACE + LEASE


@pytest.mark.parametrize("way", ["killed", "frozen"])
def test_reloaded_meanwhile(walled: Pair, fragile: RedisServer, mint: Mint, way: str) -> None:
    """Workers that start while Redis is away get ready, ask people to come back, and serve
    everybody when it is there again."""
    (token,) = prepared(walled, mint, 1, 0, 0).known
    fragile.kill() if way == "killed" else fragile.freeze()
    for each in walled.machines:
        before = len(each.events("worker ready"))
        each.signal(signal.SIGHUP)
        until(lambda: len(each.events("worker ready")) == before + 2, 30, each.stderr)  # noqa: B023  waited for here
        until(lambda: len(each.workers()) == 2, 30)  # noqa: B023  waited for here
    with walled.seats() as seats:
        told = [it.ask(token) for it in seats]
        assert [(it.status, bool(it.headers["Retry-After"])) for it in told] == [(503, True)] * 4
        fragile.start() if way == "killed" else fragile.thaw()
        again = signed_in_again(seats, RECOVERED)
        assert {it.settled(token) for it in seats} == {200}
    assert walled.unforeseen() == []
    print(f"\nreloaded while Redis was {way}: logins {again:.2f} s after it was back")
