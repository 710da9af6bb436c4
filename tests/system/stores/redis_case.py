"""What the tests of stores in Redis share: places that are empty again, and ways to them."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

from authsrv.stores.redis.link import Durability, Link
from authsrv.stores.redis.places import parse
from authsrv.stores.redis.servers import connect
from tests.stores.contract import StoreCase
from tests.system.services.cluster import Cluster
from tests.system.services.redis import RedisServer
from tests.system.services.sentinel import Trio
from tests.system.stores.loop import on_loop

#: Seconds: the machine is busy, and what is late is tested elsewhere.
PATIENT = 10.0


def link(url: str, durability: Durability = "primary", deadline: float = PATIENT) -> Link:
    """A worker's way to *url*."""
    return Link(connect(parse(url), deadline), durability, deadline)


class RedisCase(StoreCase):
    """A test on one server, which all tests of the class share; each finds it empty."""

    runner = staticmethod(on_loop)
    durability: Durability = "primary"
    url: ClassVar[str]
    servers: ClassVar[list[RedisServer]]
    _ends: ClassVar[ExitStack]

    @classmethod
    def setUpClass(cls) -> None:
        cls._ends = ExitStack()
        home = Path(cls._ends.enter_context(tempfile.TemporaryDirectory()))
        try:
            cls.url, cls.servers = cls.begin(home, cls._ends)
        except BaseException:
            cls._ends.close()
            raise

    @classmethod
    def begin(cls, home: Path, ends: ExitStack) -> tuple[str, list[RedisServer]]:
        """Start what the tests need; its URL, and whoever takes writes."""
        server = ends.enter_context(RedisServer(home / "redis"))
        return server.url, [server]

    @classmethod
    def tearDownClass(cls) -> None:
        cls._ends.close()

    def fresh_link(self) -> Link:
        """A way to the servers, which are empty now."""
        for server in self.servers:
            server.command("FLUSHALL")
        return link(self.url, self.durability)


class SentinelCase(RedisCase):
    """The same behind Sentinels, and nothing is acknowledged before the replica has it."""

    durability = "replica"

    @classmethod
    def begin(cls, home: Path, ends: ExitStack) -> tuple[str, list[RedisServer]]:
        """A trio of them over a primary and a replica."""
        trio = ends.enter_context(Trio(home))
        return trio.url, [trio.primary()]


class ClusterCase(RedisCase):
    """The same over a cluster."""

    @classmethod
    def begin(cls, home: Path, ends: ExitStack) -> tuple[str, list[RedisServer]]:
        """Three primaries."""
        cluster = ends.enter_context(Cluster(home))
        return cluster.url, list(cluster.nodes)
