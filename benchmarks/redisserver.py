"""A Redis of our own, which keeps nothing on the disk: on the core of the load."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from attrs import frozen

from benchmarks.errors import CannotMeasure
from benchmarks.servers import free_port

_WITHIN = 10.0


@frozen
class RedisServer:
    """One that serves."""

    port: int

    @property
    def url(self) -> str:
        """As the settings write it; another *database* than 0 is its number."""
        return f"redis://127.0.0.1:{self.port}"

    def client(self, database: int = 0) -> "redis.Redis":
        """Asks it."""
        return redis.Redis(port=self.port, db=database)

    def memory(self) -> float:
        """Bytes that its data takes, by its own account."""
        facts: Any = self.client().info("memory")
        return float(facts["used_memory"])


@contextmanager
def serving_redis(folder: Path) -> Iterator[RedisServer]:
    """A new one, until the block ends."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with open(folder / f"redis-{port}", "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        found = RedisServer(port)
        _wait(found, process)
        yield found
    finally:
        process.terminate()
        process.wait()


def _wait(server: RedisServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _WITHIN
    while True:
        try:
            server.client().ping()
            return
        except redis.ConnectionError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise CannotMeasure(f"redis-server does not serve: {error}") from error
        time.sleep(0.01)
