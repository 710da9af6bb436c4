"""The threads of a worker, and what one hash costs them."""

import os
from collections.abc import Callable
from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from authsrv.methods.password.hasher import Cost
from authsrv.settings import Settings

#: Threads for stores: one writes sessions, the others wait for accounts.
STORE_THREADS = 4


@define
class Pools:
    """The threads of a worker: some only hash, some only wait for stores."""

    reactor: Any
    hashing: ThreadPool
    storing: ThreadPool

    @classmethod
    def started(cls, reactor: Any, hashing: int) -> "Pools":
        """The pools, with *hashing* threads that hash."""
        pools = cls(
            reactor, ThreadPool(0, hashing, "hashing"), ThreadPool(0, STORE_THREADS, "storing")
        )
        pools.hashing.start()
        pools.storing.start()
        return pools

    def hash(self, work: Callable[..., object], *args: object) -> Deferred[Any]:
        """Run *work* where only hashes run."""
        return deferToThreadPool(self.reactor, self.hashing, work, *args)

    def store(self, work: Callable[..., object], *args: object, **named: object) -> Deferred[Any]:
        """Run *work* where stores wait."""
        return deferToThreadPool(self.reactor, self.storing, work, *args, **named)

    def stop(self) -> None:
        """Wait for what runs, and end the threads."""
        self.hashing.stop()
        self.storing.stop()


def hashing_threads(settings: Settings) -> int:
    """As many hashes at once in a worker that all workers together keep every core busy."""
    cores = os.cpu_count() or 1
    return max(1, cores // settings.workers.number)


def hasher_cost(settings: Settings) -> Cost:
    """What one hash costs."""
    chosen = settings.passwords.argon2
    return Cost(chosen.memory_kib, chosen.time, chosen.lanes)
