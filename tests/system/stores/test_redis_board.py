"""Two workers at one board in a real Redis, each behind a wall of its own.

What has been posted is heeded by the other, or the other believes nothing any more: at the moment
when the post returns, whatever has happened to the connections.
"""

import asyncio
from collections.abc import Iterator

import pytest

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Notice
from authsrv.stores.redis.members import LISTED, NOTICES, own_channel
from authsrv.stores.redis.tenure import LEASE
from tests.system.services.redis import RedisServer
from tests.system.stores.at_board import ENDED, Worker, allow, at_work, settle, start
from tests.system.stores.loop import LOOP
from tests.system.stores.walled import run, until
from tests.system.waiting import SLACK

Pair = tuple[Worker, Worker]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Where they meet."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as started:
        allow(started)
        yield started


@pytest.fixture(scope="module")
def workers(server: RedisServer) -> Iterator[Pair]:
    """Two workers."""
    with at_work("one", "", server) as one, at_work("two", "two:secret@", server) as two:
        for worker in (one, two):
            run(start(worker))
        yield one, two


@pytest.fixture
def pair(workers: Pair, server: RedisServer) -> Pair:
    """They hear each other; nothing has happened yet."""
    one, two = workers
    allow(server)
    for worker in workers:
        worker.wall.pass_all()
    run(settle(*workers))
    return one, two


class TestPost:
    """What is told, and when that is acknowledged."""

    def test_confirmed(self, pair: Pair) -> None:
        """When a post returns the other worker has heeded it, whoever of the two has told it."""
        one, two = pair

        async def body() -> None:
            for teller, hearer in ((one, two), (two, one)) * 20:
                await hearer.learn()
                await teller.post()
                assert hearer.is_safe()
                assert not hearer.is_believed
                assert teller.heeded[-1] == ENDED

        run(body())
        # What was refused at first may have been told all the same.
        assert two.heeded.count(ENDED) >= 40

    def test_many_at_once(self, pair: Pair) -> None:
        """Of many posts at once each is heeded by both, once; a refused one perhaps again."""
        one, two = pair
        notices = [Notice(accounts=(str(number),)) for number in range(200)]

        async def body() -> None:
            asked = [
                (two if number % 2 else one).board.post(notice).asFuture(LOOP)
                for number, notice in enumerate(notices)
            ]
            told = await asyncio.gather(*asked, return_exceptions=True)
            # On a busy machine some may not have been sent in time; those were refused.
            assert {type(it) for it in told} <= {type(None), StoreUnavailable}
            for worker in (one, two):
                for notice, how in zip(notices, told, strict=True):
                    assert how is not None or worker.heeded.count(notice) == 1

        run(body())

    @pytest.mark.parametrize("how", ["drop", "hang", "lose_answers", "slow", "cut"])
    def test_unconfirmed(self, pair: Pair, how: str) -> None:
        """A worker who does not confirm is waited for until its term has run out, and no longer."""
        one, two = pair

        async def body() -> None:
            await two.learn()
            match how:
                case "drop":
                    two.wall.drop()
                case "hang" | "cut":
                    two.wall.drop(hang=True)
                    if how == "cut":
                        two.wall.cut()
                case "lose_answers":
                    two.wall.lose_answers()
                case "slow":
                    two.wall.slow(2 * LEASE)
            took = await one.post()
            assert two.is_safe()
            assert not two.is_believed
            assert took < LEASE + SLACK
            assert one.events == ["unconfirmed"]
            # And it believes nothing from before, when all is well again.
            two.wall.pass_all()
            await until(lambda: two.hears)
            assert not two.is_believed
            await two.learn()

        run(body())

    def test_confirmation_lost(self, pair: Pair, server: RedisServer) -> None:
        """A worker who heeds, and whose confirmation is lost, is not waited for any longer."""
        one, two = pair
        hears = [f"&{channel.decode()}" for channel in (NOTICES, own_channel("two"))]
        server.command("ACL", "SETUSER", "two", "resetchannels", *hears)

        async def body() -> None:
            await two.learn()
            took = await one.post()
            assert ENDED in two.heeded
            assert not two.is_believed
            assert took < LEASE + SLACK
            assert one.events == ["unconfirmed"]

        run(body())

    def test_not_posted(self, pair: Pair) -> None:
        """What cannot be posted is refused; whoever wanted it has heeded it all the same."""
        one, _ = pair

        async def body() -> None:
            await one.learn()
            one.wall.drop(hang=True)
            one.wall.cut()
            with pytest.raises(StoreUnavailable):
                await one.tell()
            assert ENDED in one.heeded
            assert not one.is_believed
            one.wall.pass_all()

        run(body())


class TestHearing:
    """When copies are believed."""

    @pytest.mark.parametrize("how", ["hang", "drop"])
    def test_cut_off(self, pair: Pair, how: str) -> None:
        """Who hears nothing has no term until they do again, and it is another one."""
        one, two = pair

        async def body() -> None:
            await one.settle()
            await two.settle()
            await two.learn()
            before = two.board.term
            two.wall.drop(hang=how == "hang")
            if how == "hang":
                two.wall.cut()
            await until(lambda: two.board.term is None)
            assert not two.is_believed
            await one.post()
            assert ENDED not in two.heeded
            two.wall.pass_all()
            await until(lambda: two.hears)
            assert two.board.term is not before
            # What was told meanwhile was never heard, and is not believed away.
            assert ENDED not in two.heeded
            assert not two.is_believed

        run(body())

    def test_cut_often(self, pair: Pair) -> None:
        """Whenever a connection is reset, nothing that is told about then is believed."""
        one, two = pair

        async def body() -> None:
            for number in range(4):
                await two.learn()
                notice = Notice(accounts=(str(number),))
                two.wall.cut()
                await one.post(notice)
                assert two.is_safe(notice)
                assert not two.is_believed

        run(body())

    @pytest.mark.parametrize("how", ["restart", "freeze"])
    def test_server(self, pair: Pair, server: RedisServer, how: str) -> None:
        """With the server away nobody believes anything for longer than a term; then all do."""
        one, two = pair

        async def body() -> None:
            await two.learn()
            if how == "restart":
                server.kill()
            else:
                server.freeze()
            await until(lambda: not (one.hears or two.hears))
            assert not two.is_believed
            with pytest.raises(StoreUnavailable):
                await one.tell()
            if how == "restart":
                server.start()
                allow(server)
            else:
                server.thaw()
            await settle(one, two)
            await two.learn()
            await one.post()
            assert two.is_safe()
            assert not two.is_believed

        run(body())

    def test_nonsense(self, pair: Pair, server: RedisServer) -> None:
        """What cannot be read makes every copy be asked for again, and ends no hearing."""
        one, two = pair

        async def body() -> None:
            await two.learn()
            term = two.board.term
            own = own_channel("two")
            for text in (b"", b"beat", b"beat x", b"beat " + 5000 * b"9", b"heeded", b"\xff"):
                server.command("PUBLISH", own, text)
            for number in (b"1", b"x", 5000 * b"9"):
                server.command("PUBLISH", own, b"heeded one " + number)
            server.command("PUBLISH", NOTICES, b'{"number":1e999,"from":"one"}')
            await until(lambda: two.heeded)
            anything = Notice(everything=True, certain=False)
            assert [it for it in two.heeded if not it.certain] == [anything]
            assert not two.is_believed
            await one.post()
            assert two.heeded[-1] == ENDED
            assert two.board.term is term

        run(body())


class TestMembers:
    """Who is waited for."""

    def test_closed(self, pair: Pair, server: RedisServer) -> None:
        """Who has left is not."""
        one, _ = pair
        with at_work("three", "", server) as three:

            async def body() -> None:
                await start(three)
                await settle(one, three)
                await three.close()
                assert not three.hears
                await one.post()
                assert one.events == []

            run(body())

    def test_vanished(self, pair: Pair) -> None:
        """Who has vanished without a word is, for some seconds."""
        one, two = pair

        async def body() -> None:
            two.wall.drop()
            assert await one.post() < LEASE + SLACK
            assert two.is_safe()
            while one.events:
                one.events.clear()
                await one.post()
                assert LOOP.time() < began + LISTED + LEASE + SLACK

        began = LOOP.time()
        run(body())

    def test_not_listening(self, pair: Pair, server: RedisServer) -> None:
        """Who only posts, as the command line does, waits for as long as any term can last."""
        one, two = pair
        with at_work("three", "", server) as three:

            async def body() -> None:
                await one.learn()
                await two.learn()
                took = await three.post()
                assert LEASE - 0.1 < took < LEASE + SLACK
                assert all(ENDED in it.heeded for it in (one, two, three))
                assert [one.is_believed, two.is_believed] == [False, False]

            run(body())
