"""What can be wrong with one Redis, behind a wall, and how it is put right."""

from collections.abc import Callable, Set

from attrs import frozen

from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.settings import free_port

PASSWORD = "secret-of-redis"


@frozen
class Fault:
    """*begin* and *end* are given the server and the wall before it."""

    name: str
    begin: Callable[[RedisServer, Wall], object]
    end: Callable[[RedisServer, Wall], object]
    #: Whether sessions can be read meanwhile: then all of them are as good as ever.
    readable: bool = False
    #: Seconds that it lasts at least.
    least: float = 0.0


def _read_only(redis: RedisServer, _wall: Wall) -> None:
    # The replica of a primary that nobody can reach keeps what it has.
    redis.command("REPLICAOF", "127.0.0.1", free_port())


def _wrong_password(redis: RedisServer, _wall: Wall) -> None:
    redis.change_password("changed meanwhile")


def _right_password(redis: RedisServer, _wall: Wall) -> None:
    redis.change_password(PASSWORD)


FAULTS = [
    Fault(
        "stopped, and started again", lambda it, _: it.stop(), lambda it, _: it.start(), least=10
    ),
    Fault("killed, and started again", lambda it, _: it.kill(), lambda it, _: it.start()),
    Fault("frozen (SIGSTOP)", lambda it, _: it.freeze(), lambda it, _: it.thaw()),
    Fault("300 ms late", lambda _, wall: wall.slow(0.3), lambda _, wall: wall.pass_all()),
    Fault("cut off, without FIN", lambda _, wall: wall.drop(), lambda _, wall: wall.pass_all()),
    Fault(
        "cut off, nobody can connect",
        lambda _, wall: wall.drop(hang=True),
        lambda _, wall: wall.pass_all(),
    ),
    Fault(
        "only its answers are lost",
        lambda _, wall: wall.lose_answers(),
        lambda _, wall: wall.pass_all(),
    ),
    Fault(
        "out of memory (noeviction)",
        lambda it, _: it.command("CONFIG", "SET", "maxmemory", "1"),
        lambda it, _: it.command("CONFIG", "SET", "maxmemory", "0"),
        readable=True,
    ),
    Fault(
        "answers READONLY",
        _read_only,
        lambda it, _: it.command("REPLICAOF", "NO", "ONE"),
        readable=True,
    ),
    Fault("has another password", _wrong_password, _right_password),
]


def expected(fault: Fault) -> dict[str, Set[int]]:
    """What may be told to whom while *fault* lasts."""
    return {
        "known": {200},
        "unseen": {200} if fault.readable else {503},
        "ended": {401},
        "stranger": {303} if fault.readable else {503},
        "login": {503},
    }
