"""Answers of a real Redis that come late, never, or when nobody waits any more.

The deadline is the one that workers have.  A busy machine may miss it without any wall: so a call
that should be answered is made again until it is, and what is asserted is the answer.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from twisted.internet.defer import CancelledError, Deferred

from authsrv.core.errors import StoreUnavailable
from authsrv.core.throttle import Limit
from authsrv.stores.redis.servers import CONNECTIONS
from authsrv.stores.sessions.redis import RedisSessions
from authsrv.stores.throttle.redis import RedisThrottle
from tests.stores.contract import NOW
from tests.stores.samples import A, B, session
from tests.system.stores.loop import LOOP
from tests.system.stores.walled import (
    SAVED,
    Walled,
    begun,
    close,
    cluster_behind,
    good,
    held_back,
    is_refused,
    nothing,
    prepare,
    right_answers,
    run,
    server_behind,
    told,
)

NEW = b"b" + bytes(31)
LIMIT = Limit(5, 60.0)


@pytest.fixture(scope="module", params=[server_behind, cluster_behind])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walled]:
    """A server alone, and a cluster."""
    made: AbstractContextManager[Walled] = request.param(tmp_path_factory.mktemp("redis"))
    with made as walled:
        yield walled


@pytest.fixture
def store(place: Walled) -> Iterator[RedisSessions]:
    """A worker's sessions: three people are signed in, and a connection is open."""
    place.empty()
    made = RedisSessions(place.link())
    run(prepare(made))
    yield made
    place.empty()
    run(close(made))


class TestLate:
    """Answers that come after their deadline."""

    def test_not_taken_for_another(self, place: Walled, store: RedisSessions) -> None:
        """Whoever's deadline has passed is refused; the answer reaches nobody, when it comes."""

        async def body() -> None:
            for round_ in range(3):
                for number, key in enumerate(SAVED):
                    asked = await held_back(place.wall, b"HMGET", store.load, key, NOW)
                    assert await told(asked) == "late", (round_, number)
                    if number < 2:
                        # The others' questions go on meanwhile.
                        await good(store.load, key, NOW)
                place.wall.release()
                await right_answers(store)

        run(body())

    def test_reordered(self, place: Walled, store: RedisSessions) -> None:
        """An answer that is overtaken within its deadline is its own asker's all the same."""

        async def body() -> None:
            for _ in range(3):
                first = await held_back(place.wall, b"HMGET", store.load, A, NOW)
                second = begun(store.load(B, NOW))
                assert await told(second) in (SAVED[B], "late")
                place.wall.release()
                assert await told(first) in (SAVED[A], "late")
            await right_answers(store)

        run(body())

    def test_slow(self, place: Walled, store: RedisSessions) -> None:
        """While every answer is late everybody is refused; afterwards all is well."""

        async def body() -> None:
            place.wall.slow(0.4)
            for key in [*SAVED] * 3:
                assert await is_refused(store.load(key, NOW))
            place.wall.pass_all()
            await right_answers(store)

        run(body())

    def test_script(self, place: Walled, store: RedisSessions) -> None:
        """A script's late answer is not taken for a question's, nor the other way round."""

        async def body() -> None:
            for _ in range(2):
                revoking = await held_back(place.wall, b"EVAL", store.revoke, NEW)
                assert await told(revoking) == "late"
                assert await good(store.load, A, NOW) == SAVED[A]
                place.wall.release()
                assert await good(store.revoke, NEW) is False
            await right_answers(store)

        run(body())


class TestLost:
    """What was asked was done, and the answer never comes."""

    def lose(self, place: Walled, works: Sequence[Any]) -> None:
        """Each of *works* is refused, and was done or not."""

        async def body() -> None:
            place.wall.lose_answers()
            lost = place.wall.answers.lost
            for work in works:
                assert await is_refused(work)
            assert place.wall.answers.lost > lost
            place.wall.pass_all()

        run(body())

    def test_save(self, place: Walled, store: RedisSessions) -> None:
        """A session was kept whole, or not at all."""
        self.lose(place, [store.save(NEW, session("new", "bob"), NOW + 60)])

        async def body() -> None:
            found = await good(store.load, NEW, NOW)
            listed = await good(store.list_account, "bob", NOW)
            assert (found, listed) in ((None, []), (session("new", "bob"), [found]))
            await right_answers(store)

        run(body())

    def test_revoke(self, place: Walled, store: RedisSessions) -> None:
        """A session has ended in every list, or in none; ended again it has."""
        self.lose(place, [store.revoke(A)])

        async def body() -> None:
            found = await good(store.load, A, NOW)
            listed = [it.id for it in await good(store.list_account, "alice", NOW)]
            assert (found, listed) in ((None, ["s1", "s2"]), (SAVED[A], ["s0", "s1", "s2"]))
            assert await good(store.revoke, A) is (found is not None)
            assert await good(store.load, A, NOW) is None

        run(body())

    def test_replace(self, place: Walled, store: RedisSessions) -> None:
        """A session is under one of the two keys, never under both nor under none."""
        self.lose(place, [store.replace(A, b"a" + bytes(31), session("s0", epoch=9), NOW + 60)])

        async def body() -> None:
            old = await good(store.load, A, NOW)
            new = await good(store.load, b"a" + bytes(31), NOW)
            assert (old, new) in ((SAVED[A], None), (None, session("s0", epoch=9)))
            listed = await good(store.list_account, "alice", NOW)
            assert sorted(it.id for it in listed) == ["s0", "s1", "s2"]

        run(body())

    def test_take(self, place: Walled, store: RedisSessions) -> None:
        """An attempt about which nobody heard is taken back: nothing was decided."""
        throttle = RedisThrottle(store.link)
        wanted = [(place.subject, LIMIT)]

        async def is_allowed() -> bool:
            (verdict,) = await good(throttle.take, wanted, NOW)
            return verdict.allowed

        async def body() -> None:
            assert await is_allowed()
            taking = await held_back(place.wall, b"EVAL", throttle.take, wanted, NOW)
            assert await told(taking) == "late"
            place.wall.release()
            # Whoever is refused by a busy machine may have been counted too.
            assert [await is_allowed() for _ in range(9)].count(True) <= LIMIT.attempts - 1

        run(body())


class TestCancelled:
    """Nobody waits any more."""

    def test_while_waiting(self, place: Walled, store: RedisSessions) -> None:
        """The answer to a call that was cancelled is nobody else's."""

        async def body() -> None:
            for key in [*SAVED] * 2:
                waiting = await held_back(place.wall, b"HMGET", store.load, key, NOW)
                # As the Deferred is that it stands for.
                waiting.cancel()
                await good(store.load, B, NOW)
                place.wall.release()
                await right_answers(store)

        run(body())

    def test_error(self, place: Walled, store: RedisSessions) -> None:
        """Whoever cancels a Deferred hears of it as Twisted has it."""

        async def body() -> None:
            waiting = Deferred.fromCoroutine(store.load(A, NOW))
            waiting.cancel()
            with pytest.raises(CancelledError):
                await waiting.asFuture(LOOP)

        run(body())

    def test_many(self, place: Walled, store: RedisSessions) -> None:
        """Calls that are cancelled, at whatever moment, take no connection with them."""

        async def body() -> None:
            for turns in range(3 * CONNECTIONS):
                waiting = Deferred.fromCoroutine(store.load(A, NOW))
                waiting.addErrback(lambda failure: failure.trap(CancelledError))
                for _ in range(turns % 9):
                    await begun(nothing())
                waiting.cancel()
            await right_answers(store)

        run(body())

    def test_while_connecting(self, place: Walled, store: RedisSessions) -> None:
        """The same if there is no connection yet, and none is to be had."""

        async def body() -> None:
            await begun(store.close())
            place.wall.drop(hang=True)
            for _ in range(2 * CONNECTIONS):
                waiting = Deferred.fromCoroutine(store.load(A, NOW))
                waiting.addErrback(lambda failure: failure.trap(CancelledError, StoreUnavailable))
                await begun(nothing())
                waiting.cancel()
            place.wall.pass_all()
            await right_answers(store)

        run(body())


class TestCut:
    """Connections that are reset."""

    def test_idle(self, place: Walled, store: RedisSessions) -> None:
        """After idle connections were reset all is well at once, or very soon."""

        async def body() -> None:
            place.wall.cut()
            await right_answers(store)

        run(body())

    def test_waiting(self, place: Walled, store: RedisSessions) -> None:
        """Who waits when the connection is reset is refused, and nobody is signed out."""

        async def body() -> None:
            waiting = await held_back(place.wall, b"HMGET", store.load, A, NOW)
            place.wall.cut()
            assert await told(waiting) == "late"
            place.wall.release()
            await right_answers(store)

        run(body())

    def test_silence(self, place: Walled, store: RedisSessions) -> None:
        """While nothing comes through everybody is refused at once; then it is found again."""

        async def body() -> None:
            place.wall.drop()
            for key in [*SAVED] * 3:
                assert await is_refused(store.load(key, NOW))
            with pytest.raises(StoreUnavailable, match="away"):
                store.link.require(b"authsrv:{6}x")
            place.wall.pass_all()
            await right_answers(store)

        run(body())
