"""The threads of a worker, and what one hash costs them."""

from functools import partial
from typing import Any

from attrs import define
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from authsrv.methods.password.hasher import Cost
from authsrv.settings import Settings
from authsrv.settings.model import cores
from authsrv.stores.circuit import Circuit
from authsrv.stores.threads import InThread
from authsrv.stores.urls import is_postgresql

#: Threads for the account store.
ACCOUNT_THREADS = 4


@define
class Pools:
    """The threads of a worker.

    Sessions have a thread of their own: accounts that wait for a lock must not hold them up.
    """

    reactor: Any
    hashing: ThreadPool
    sessions: ThreadPool
    accounts: ThreadPool

    @classmethod
    def started(cls, reactor: Any, hashing: int) -> "Pools":
        """The pools, with *hashing* threads that hash."""
        pools = cls(
            reactor,
            ThreadPool(0, hashing, "hashing"),
            ThreadPool(0, 1, "sessions"),
            ThreadPool(0, ACCOUNT_THREADS, "accounts"),
        )
        for pool in pools.all:
            pool.start()
        return pools

    @property
    def all(self) -> tuple[ThreadPool, ...]:
        """Every pool."""
        return self.hashing, self.sessions, self.accounts

    def running_in(self, pool: ThreadPool) -> InThread:
        """What runs a blocking call in *pool*."""
        return partial(deferToThreadPool, self.reactor, pool)

    def for_accounts(self, settings: Settings) -> InThread:
        """What runs a call to the account store: in time, if it is on another machine."""
        directly = self.running_in(self.accounts)
        if not is_postgresql(settings.accounts.store):
            return directly
        return Circuit(self.reactor, directly)

    def stop(self) -> None:
        """Wait for what runs, and end the threads."""
        for pool in self.all:
            pool.stop()


def hashing_threads(settings: Settings) -> int:
    """As many hashes at once in a worker that all workers together keep every core busy."""
    return max(1, cores() // settings.workers.number)


def hasher_cost(settings: Settings) -> Cost:
    """What one hash costs."""
    chosen = settings.passwords.argon2
    return Cost(chosen.memory_kib, chosen.time, chosen.lanes)
