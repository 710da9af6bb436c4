"""What every measurement is given: where it may write, and everybody who takes part."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from benchmarks.cores import Cores
from benchmarks.ours import House
from benchmarks.peers.start import Peers
from benchmarks.redisserver import RedisServer, serving_redis
from benchmarks.servers import Server


@frozen
class Stage:
    """A *folder* for everybody, the *house* of authsrv, its peers and the Redis of some."""

    folder: Path
    cores: Cores
    house: House
    redis: RedisServer
    peers: Peers

    def ours(
        self,
        settings: Mapping[str, str] | None = None,
        name: str = "authsrv",
        *,
        pinned: bool = True,
    ) -> Server:
        """authsrv, called *name*, as it comes but for *settings*, named as in the environment.

        It is on the core of the server alone, unless it is not *pinned*.
        """
        folder = self.folder / "".join(c for c in name if c.isalnum())
        return self.house.server(folder, name, settings or {}, pinned=pinned)


@contextmanager
def standing(folder: Path, cores: Cores) -> Iterator[Stage]:
    """The stage, until the block ends."""
    house = House.made(folder / "house", cores)
    with serving_redis(folder) as redis:
        peers = Peers(folder, house.certs, cores, redis.url)
        yield Stage(folder, cores, house, redis, peers)
