"""A million sessions beside a thousand: what a check costs then, and what they take."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from attrs import frozen

from benchmarks import asking, filling
from benchmarks.comparison import Comparison, Reading, Subject, in_turn, once
from benchmarks.ours import CHECK, COOKIE
from benchmarks.redisserver import RedisServer, serving_redis
from benchmarks.servers import Running, serving_all
from benchmarks.stage import Stage

FEW, MANY = 1_000, 1_000_000
#: What room is told for.
_EACH = 100_000
_WARM_UP, _MEASURED = 1.0, 2.0
_MIB = 2**20
_ALONE = {"SESSIONS__COPIES": "0"}


@frozen
class Size:
    """So many sessions, in the file *path* and in *redis*, whose data takes *memory* bytes."""

    count: int
    path: Path
    redis: RedisServer
    memory: float


def measure(stage: Stage) -> list[Comparison]:
    """Checks on a unix socket of sessions chosen by chance."""
    filling.add_accounts(f"sqlite:{stage.house.home / 'var' / 'accounts.db'}")
    with ExitStack() as stack:
        redises = [stack.enter_context(serving_redis(stage.folder)) for _ in range(2)]
        with stage.cores.preparing():
            few, many = map(partial(_filled, stage), (FEW, MANY), redises)
        found = []
        for store, at in (("SQLite", _on_file), ("Redis", _on_redis)):
            # Those that are used are as few as before, so a worker has copies of them all...
            found += _compare(stage, f"{store}, copied", [at(many), at(few)], FEW)
            # ... or it keeps none, and asks the store each time.
            asked = [at(many) | _ALONE, at(few) | _ALONE]
            found += _compare(stage, f"{store}, asked", asked, MANY)
        return [*found, *_room(many, few)]


def _filled(stage: Stage, count: int, redis: RedisServer) -> Size:
    path = stage.folder / f"sessions{count}.db"
    filling.fill_sqlite(path, count)
    before = redis.memory()
    filling.fill_redis(redis, count)
    return Size(count, path, redis, redis.memory() - before)


def _on_file(size: Size) -> dict[str, str]:
    return {"SESSIONS__STORE": f"sqlite:{size.path}"}


def _on_redis(size: Size) -> dict[str, str]:
    return {"SESSIONS__STORE": size.redis.url}


def _compare(
    stage: Stage, store: str, settings: Sequence[dict[str, str]], most: int
) -> list[Comparison]:
    """Checks of at most so many of the sessions, of which there are MANY beside FEW."""
    servers = [
        stage.ours(more, _told(count)) for count, more in zip((MANY, FEW), settings, strict=True)
    ]
    with serving_all(servers) as (many, few):
        units = ("requests/s", "CPU µs/request")
        peer = _subject(few, min(FEW, most))
        found = in_turn(f"check of {MANY:,} sessions, {store}", units, _subject(many, most), [peer])
        room = [(few.server.name, max(few.memory()) / _MIB)]
        name = f"memory with {MANY:,} sessions, {store}"
        return found + once(name, "MiB", max(many.memory()) / _MIB, room)


def _subject(running: Running, among: int) -> Subject:
    _checked(running, among, _WARM_UP)
    return Subject(running.server.name, lambda: _checked(running, among, _MEASURED))


def _checked(running: Running, among: int, seconds: float) -> Reading:
    head = f"GET {CHECK} HTTP/1.1\r\nHost: localhost:{running.server.client.port}\r\n"
    before = running.cpu_seconds()
    asked = asking.ask(running.server.unix, head, _cookie, among, seconds)
    used = running.cpu_seconds() - before
    return Reading(asked.count / asked.seconds, 1e6 * used / asked.count)


def _cookie(number: int) -> str:
    return COOKIE + filling.token_of(number).text


def _told(count: int) -> str:
    return f"{count:,} sessions"


def _room(many: Size, few: Size) -> list[Comparison]:
    """What they take, beside what connect-redis keeps of as many in a Redis with little else."""
    before = few.redis.memory()
    filling.fill_with_others(few.redis, _EACH)
    other = [("connect-redis", (few.redis.memory() - before) / _MIB)]
    part = _EACH / many.count / _MIB
    name = f"{_EACH:,} sessions"
    found = once(f"{name}, SQLite file", "MiB", many.path.stat().st_size * part, other)
    return found + once(f"{name}, Redis memory", "MiB", many.memory * part, other)
