"""The threads of a worker, and what one hash costs them."""

import os
from threading import current_thread

from twisted.trial.unittest import SynchronousTestCase

from authsrv.methods.password.hasher import Cost
from authsrv.settings import Settings
from authsrv.settings.model import Argon2, PasswordSettings, Workers
from authsrv.wiring.pools import Pools, hasher_cost, hashing_threads

URL = "https://login.example.com"


class PlanTests(SynchronousTestCase):
    """How many, and how dear."""

    def threads(self, workers: int) -> int:
        """The hashing threads of each of so many workers."""
        return hashing_threads(Settings(public_url=URL, workers=Workers(count=workers)))

    def test_threads(self) -> None:
        """All workers together have at most a thread a core, and each at least one."""
        cores = os.cpu_count() or 1
        self.assertEqual(self.threads(1), cores)
        self.assertEqual(self.threads(4 * cores), 1)
        for workers in range(1, cores + 1):
            self.assertLessEqual(workers * self.threads(workers), cores)

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


class PoolTests(SynchronousTestCase):
    """Threads that are started and stopped."""

    def test_apart(self) -> None:
        """What hashes and what stores run in threads of their own, and all end with stop."""
        turn = Turn()
        pools = Pools.started(turn, 2)
        names: dict[str, str] = {}

        def note(kind: str) -> None:
            names[kind] = current_thread().name

        pools.hash(note, "hash")
        pools.store(note, kind="store")
        pools.stop()
        self.assertIn("hashing", names["hash"])
        self.assertIn("storing", names["store"])
        self.assertEqual(len(turn.handed), 2)
        threads = [*pools.hashing.threads, *pools.storing.threads]
        self.assertEqual([thread for thread in threads if thread.is_alive()], [])
