"""What a wall does to connections, in front of a real server."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.services.redis import RedisServer
from tests.system.services.resp import Connection
from tests.system.services.wall import Wall
from tests.system.waiting import until

# Long enough to hear what is on its way, on one machine.
AWHILE = 0.3


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """The server behind the wall."""
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def wall(redis: RedisServer) -> Iterator[Wall]:
    """A wall in front of it."""
    with Wall(redis.port) as built:
        yield built


@pytest.fixture
def client(wall: Wall) -> Iterator[Connection]:
    """A connection that has gone through the wall once."""
    with Connection(wall.port) as connection:
        assert connection.command("PING") == "PONG"
        yield connection


def clients_of(redis: RedisServer) -> int:
    """How many clients the server has, the one that asks left out."""
    return int(redis.info("clients")["connected_clients"]) - 1


def test_pass(wall: Wall, client: Connection, redis: RedisServer) -> None:
    """What is sent arrives whole and in order, also when it is long, and is counted."""
    for number in range(50):
        client.send("SET", f"key-{number}", "x" * 20_000)
    assert [client.read() for _ in range(50)] == ["OK"] * 50
    values = client.command("MGET", *(f"key-{number}" for number in range(50)))
    assert values == ["x" * 20_000] * 50
    assert (wall.connections, wall.ignored) == (1, 0)
    assert min(wall.requests.passed, wall.answers.passed) > 2
    assert (wall.requests.lost, wall.answers.lost, wall.held) == (0, 0, 0)


def test_pass_end(wall: Wall, redis: RedisServer) -> None:
    """The end of a connection comes through from either side."""
    with Connection(wall.port) as connection:
        connection.command("PING")
        assert clients_of(redis) == 1
        connection.send("QUIT")
        assert connection.read() == "OK"
        with pytest.raises(ConnectionResetError):
            connection.read()
    with Connection(wall.port) as connection:
        connection.command("PING")
    until(lambda: clients_of(redis) == 0, 5)


def test_nobody_behind(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """A server that was killed is gone for the clients too; one that came back is there again."""
    redis.kill()
    with pytest.raises(ConnectionError):
        client.read()
    with pytest.raises(ConnectionError), Connection(wall.port) as late:
        late.command("PING")
    redis.start()
    with Connection(wall.port) as connection:
        assert connection.command("PING") == "PONG"


def test_slow(wall: Wall, client: Connection) -> None:
    """Every answer is late by what was said, and no more for those behind it."""
    wall.slow(0.5)
    began = time.monotonic()
    for _ in range(20):
        client.send("PING")
    assert client.read() == "PONG"
    assert time.monotonic() - began >= 0.5
    assert [client.read() for _ in range(19)] == ["PONG"] * 19
    # Twenty times half a second would be ten.
    assert time.monotonic() - began < 5
    wall.pass_all()
    assert client.command("PING") == "PONG"


def test_drop(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """Requests and answers vanish, and neither side learns that the other has ended."""
    with Connection(wall.port) as waiting:
        waiting.command("SUBSCRIBE", "news")
        wall.drop()
        client.send("SET", "key", "value")
        redis.command("PUBLISH", "news", "lost")
        until(lambda: wall.requests.lost == wall.answers.lost == 1, 5)
        assert not client.hears(AWHILE)
        assert not waiting.hears(0)
        assert redis.command("EXISTS", "key") == 0
    assert clients_of(redis) == 2
    redis.kill()
    assert not client.hears(AWHILE)


def test_drop_new(redis: RedisServer, wall: Wall) -> None:
    """Who connects while all is dropped is accepted, and not answered, nor later."""
    wall.drop()
    with Connection(wall.port) as connection:
        connection.send("SET", "key", "value")
        until(lambda: wall.requests.lost == 1, 5)
        wall.pass_all()
        assert not connection.hears(AWHILE)
    assert wall.ignored == 1
    assert redis.command("EXISTS", "key") == 0


def test_drop_hang(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """Who connects hangs if that was asked for, and not any more when all passes again."""
    for _ in range(2):
        wall.drop(hang=True)
        for _ in range(2):
            with pytest.raises(TimeoutError):
                Connection(wall.port, timeout=AWHILE)
        wall.pass_all()
        with Connection(wall.port) as connection:
            assert connection.command("PING") == "PONG"
    # Nothing was lost on it.
    assert client.command("PING") == "PONG"


def test_drop_over(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """Afterwards a connection on which nothing was lost goes on, and one with a gap never does."""
    with Connection(wall.port) as idle:
        idle.command("PING")
        wall.drop()
        client.send("SET", "key", "value")
        until(lambda: wall.requests.lost == 1, 5)
        wall.pass_all()
        assert idle.command("PING") == "PONG"
        client.send("PING")
        until(lambda: wall.requests.lost == 2, 5)
        assert not client.hears(AWHILE)


def test_lose_answers(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """The server does what it was asked, and the client never hears of it."""
    wall.lose_answers()
    client.send("SET", "key", "value")
    until(lambda: wall.answers.lost == 1, 5)
    assert redis.command("GET", "key") == "value"
    wall.pass_all()
    client.send("PING")
    until(lambda: wall.answers.lost == 2, 5)
    assert not client.hears(AWHILE)


def test_late(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """The answers of the connection that asked a certain thing come after those of others."""
    redis.command("SET", "key", "old")
    with Connection(wall.port) as other:
        wall.late(b"GET")
        assert client.command("PING") == "PONG"
        client.send("GET", "key")
        until(lambda: wall.held == 1, 5)
        client.send("PING")
        until(lambda: wall.held == 2, 5)
        assert other.command("SET", "key", "new") == "OK"
        assert other.command("GET", "key") == "new"
        assert not client.hears(AWHILE)
        wall.release()
        assert (client.read(), client.read()) == ("old", "PONG")
    assert wall.held == 0
    assert client.command("GET", "key") == "new"


def test_cut(redis: RedisServer, wall: Wall, client: Connection) -> None:
    """All connections are reset at both ends at once; who connects again is served."""
    with Connection(wall.port) as other:
        other.command("PING")
        wall.cut()
        for each in (client, other):
            with pytest.raises(ConnectionResetError, match="reset by peer"):
                each.read()
    until(lambda: clients_of(redis) == 0, 5)
    with Connection(wall.port) as again:
        assert again.command("PING") == "PONG"


def test_ends(redis: RedisServer) -> None:
    """When a wall ends, its connections do, whatever its mode was, and nobody listens there."""
    with contextlib.ExitStack() as stack:
        with Wall(redis.port) as wall:
            early = stack.enter_context(Connection(wall.port))
            early.command("PING")
            wall.drop(hang=True)
            early.send("PING")
            until(lambda: wall.requests.lost == 1, 5)
        with pytest.raises(ConnectionError):
            early.read()
        with pytest.raises(ConnectionRefusedError):
            Connection(wall.port)
    until(lambda: clients_of(redis) == 0, 5)
