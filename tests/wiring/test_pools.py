"""The threads of a worker, and what one hash costs them."""

from functools import partial
from threading import current_thread

from twisted.python.threadpool import ThreadPool
from twisted.trial.unittest import SynchronousTestCase

from authsrv.methods.password.hasher import Cost
from authsrv.settings import Settings
from authsrv.settings.model import AccountSettings, Argon2, PasswordSettings, Workers, cores
from authsrv.stores.circuit import Circuit
from authsrv.wiring.pools import Pools, hasher_cost, hashing_threads

URL = "https://login.example.com"


class PlanTests(SynchronousTestCase):
    """How many, and how dear."""

    def threads(self, workers: int) -> int:
        """The hashing threads of each of so many workers."""
        return hashing_threads(Settings(public_url=URL, workers=Workers(count=workers)))

    def test_threads(self) -> None:
        """All workers together have at most a thread a core, and each at least one."""
        most = cores()
        self.assertEqual(self.threads(1), most)
        self.assertEqual(self.threads(4 * most), 1)
        for workers in range(1, most + 1):
            self.assertLessEqual(workers * self.threads(workers), most)

    def test_cost(self) -> None:
        """A hash costs what was chosen, 46 MiB and one pass if nothing was."""
        chosen = PasswordSettings(argon2=Argon2(memory_kib=20000, time=2, lanes=3))
        self.assertEqual(hasher_cost(Settings(public_url=URL, passwords=chosen)), Cost(20000, 2, 3))
        self.assertEqual(hasher_cost(Settings(public_url=URL)), Cost(47104, 1, 1))


class Turn:
    """A reactor as far as threads know it: what they hand over is kept."""

    def __init__(self) -> None:
        self.handed: list[object] = []

    def callFromThread(self, work: object, *args: object) -> None:
        """Keep it."""
        self.handed.append((work, args))


class AccountCallTests(SynchronousTestCase):
    """Calls to the account store."""

    def test_in_time(self) -> None:
        """What goes to another machine is answered in time; a file is left its own time."""
        pools = Pools(Turn(), ThreadPool(), ThreadPool(), ThreadPool())
        for store, kind in (("sqlite:/x.db", partial), ("postgresql://h/d", Circuit)):
            settings = Settings(public_url=URL, accounts=AccountSettings(store=store))
            self.assertIsInstance(pools.for_accounts(settings), kind)


class PoolTests(SynchronousTestCase):
    """Threads that are started and stopped."""

    def test_apart(self) -> None:
        """Hashes, sessions and accounts have threads of their own, and all end with stop."""
        turn = Turn()
        pools = Pools.started(turn, 2)
        names: dict[str, str] = {}

        def note(kind: str) -> None:
            names[kind] = current_thread().name

        for pool in pools.all:
            pools.running_in(pool)(note, kind=pool.name)
        pools.stop()
        self.assertEqual(set(names), {"hashing", "sessions", "accounts"})
        for kind, name in names.items():
            self.assertIn(kind, name)
        self.assertEqual(len(turn.handed), 3)
        threads = [thread for pool in pools.all for thread in pool.threads]
        self.assertEqual([thread for thread in threads if thread.is_alive()], [])
