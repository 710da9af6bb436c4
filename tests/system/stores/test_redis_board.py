"""Two workers at one board in a real Redis, each behind a wall of its own.

What has been posted is heeded by the other, or the other believes nothing any more: at the moment
when the post returns, whatever has happened to the connections.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from authsrv.core.errors import StoreUnavailable
from authsrv.stores.board import Notice
from authsrv.stores.redis.board import LEASE, LISTED, NOTICES, RedisBoard
from authsrv.stores.redis.link import DEADLINE, Link
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from authsrv.stores.remembered import Remembered
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.stores.loop import LOOP
from tests.system.stores.walled import begun, run, until

#: What a busy machine may add to the seconds that somebody waits.
SLACK = 3.0
ENDED = Notice(sessions=(b"a" * 32,))


class Worker:
    """A worker's place at the board, what it has heeded, and a text it has read and remembers."""

    def __init__(self, name: str, url: str, wall: Wall) -> None:
        self.wall = wall
        self.link = Link(connect(parse(url), DEADLINE))
        self.events: list[str] = []
        self.heeded: list[Notice] = []
        self.board = RedisBoard(self.link, name, LOOP.time, self.events.append)
        self.memory: Remembered[str, str] = Remembered(self.board, LOOP.time, 10, 60.0)
        # As the sessions do: what has ended is forgotten.
        self.board.heed(lambda _: self.memory.forget_all() and None)
        self.board.heed(self.heeded.append)

    async def post(self, notice: Notice = ENDED) -> float:
        """Tell it; how many seconds that took."""
        began = LOOP.time()
        await self.board.post(notice).asFuture(LOOP)
        return LOOP.time() - began

    async def learn(self) -> None:
        """Read the text, in a term."""
        await until(lambda: self.hears)
        await begun(self.memory.learn("text", self._read))
        await until(lambda: self.is_believed)

    async def _read(self) -> str:
        return "old"

    @property
    def is_believed(self) -> bool:
        """Whether it would be taken from here."""
        return self.memory.believed("text") is not None

    @property
    def hears(self) -> bool:
        """Whether its term lasts."""
        term = self.board.term
        return term is not None and LOOP.time() < term.until

    def is_safe(self, notice: Notice = ENDED) -> bool:
        """Whether it has heeded what was told, or believes nothing, at this moment."""
        return notice in self.heeded or not self.hears

    async def close(self) -> None:
        """Leave."""
        await self.board.close().asFuture(LOOP)
        await self.link.close()


Pair = tuple[Worker, Worker]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """Where they meet; the second comes as somebody whose rights can be taken away."""
    with RedisServer(tmp_path / "redis") as started:
        started.command("ACL", "SETUSER", "two", "on", ">secret", "~*", "&*", "+@all")
        yield started


@pytest.fixture
def pair(server: RedisServer) -> Iterator[tuple[Worker, Worker]]:
    """Two workers who hear each other."""
    with ExitStack() as stack:
        made = [
            stack.enter_context(at_work(name, login, server))
            for name, login in (("one", ""), ("two", "two:secret@"))
        ]
        run(settle(*made))
        one, two = made
        yield one, two


@contextmanager
def at_work(name: str, login: str, server: RedisServer) -> Iterator[Worker]:
    """A worker who does not listen yet."""
    with Wall(server.port) as wall:
        worker = Worker(name, f"redis://{login}127.0.0.1:{wall.port}", wall)
        try:
            yield worker
        finally:
            run(worker.close())


async def settle(*workers: Worker) -> None:
    """Until each knows who is there, and is waited for no longer than it takes to confirm."""
    for worker in workers:
        worker.board.start()
    await settle_again(*workers)


async def settle_again(*workers: Worker) -> None:
    """The same, for workers who listen already."""
    for worker in workers:
        confirmed = False
        while not confirmed:
            worker.events.clear()
            with suppress(StoreUnavailable):
                await worker.post(Notice())
                confirmed = not worker.events
            await asyncio.sleep(0.02)
    for worker in workers:
        worker.heeded.clear()


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
        assert len(two.heeded) == 40

    def test_many_at_once(self, pair: Pair) -> None:
        """Of many posts at once each is heeded by both, once."""
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
                heeded = set(worker.heeded)
                assert len(heeded) == len(worker.heeded)
                assert heeded >= {it for it, how in zip(notices, told, strict=True) if how is None}

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
        hears = [f"&{channel.decode()}" for channel in (NOTICES, two.board._channel("two"))]
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
        one, two = pair

        async def body() -> None:
            await one.learn()
            one.wall.drop(hang=True)
            one.wall.cut()
            with pytest.raises(StoreUnavailable):
                await one.post()
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
            await two.learn()
            before = two.board.term
            two.wall.drop(hang=how == "hang")
            if how == "hang":
                two.wall.cut()
            await until(lambda: two.board.term is None)
            assert not two.is_believed
            await one.post()
            assert two.heeded == []
            two.wall.pass_all()
            await until(lambda: two.hears)
            assert two.board.term is not before
            # What was told meanwhile was never heard, and is not believed away.
            assert two.heeded == []
            assert not two.is_believed

        run(body())

    def test_cut_often(self, pair: Pair) -> None:
        """Whenever a connection is reset, nothing that is told about then is believed."""
        one, two = pair

        async def body() -> None:
            for number in range(6):
                await two.learn()
                notice = Notice(accounts=(str(number),))
                two.wall.cut()
                with suppress(StoreUnavailable):
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
                await one.post()
            if how == "restart":
                server.start()
                server.command("ACL", "SETUSER", "two", "on", ">secret", "~*", "&*", "+@all")
            else:
                server.thaw()
            await settle_again(one, two)
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
            own = two.board._channel("two")
            for text in (b"", b"beat", b"beat x", b"beat " + 5000 * b"9", b"heeded", b"\xff"):
                server.command("PUBLISH", own, text)
            for number in (b"1", b"x", 5000 * b"9"):
                server.command("PUBLISH", own, b"heeded one " + number)
            server.command("PUBLISH", NOTICES, b'{"number":1e999,"from":"one"}')
            await until(lambda: two.heeded)
            assert two.heeded == [Notice(anything=True)]
            assert not two.is_believed
            await one.post()
            assert two.heeded[-1] == ENDED
            assert two.board.term is term

        run(body())


class TestMembers:
    """Who is waited for."""

    def test_closed(self, pair: Pair) -> None:
        """Who has left is not."""
        one, two = pair

        async def body() -> None:
            await two.close()
            assert not two.hears
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
            await asyncio.sleep(LISTED - LEASE)
            one.events.clear()
            await one.post()
            assert one.events == []

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
                assert one.heeded == two.heeded == three.heeded == [ENDED]
                assert not (one.is_believed or two.is_believed)

            run(body())
