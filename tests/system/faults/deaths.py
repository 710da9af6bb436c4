"""Processes that die, or hang."""

import os
import signal
import time

from tests.system import processes
from tests.system.faults.fault import Fault
from tests.system.server import Server
from tests.system.test_faults import kill_workers
from tests.system.waiting import until


class KilledWorkers(Fault):
    """One dies every second."""

    name = "kill -9 of a worker every second"
    once = True
    cuts = True
    _killed = 0

    def work(self, server: Server, seconds: float) -> None:
        """Kill and kill."""
        self._killed += kill_workers(server, seconds)

    def check(self, server: Server) -> None:
        """Some have died."""
        assert self._killed >= 2


class KilledSupervisor(Fault):
    """It dies, its workers go, and it is started again."""

    name = "kill -9 of the supervisor"
    cuts = True
    #: Of a worker that nobody holds any more: its drain (5 s here), and 5 s more.
    _gone_within = 12.0

    def work(self, server: Server, seconds: float) -> None:
        """Kill it in the middle."""
        time.sleep(seconds / 2)
        server.workers()
        processes.kill(server.pid)
        server.wait()
        took = until(
            lambda: not server.ours(), self._gone_within, lambda: f"still there: {server.ours()}"
        )
        print(f"\nthe workers were gone {took:.2f} s after their supervisor")
        server.start()
        time.sleep(seconds / 2)


class StoppedWorker(Fault):
    """One hangs, and is replaced."""

    name = "a worker that hangs (SIGSTOP)"
    cuts = True

    def work(self, server: Server, seconds: float) -> None:
        """Stop one, and wait for its successor."""
        time.sleep(seconds / 4)
        hanging = server.serving()[2]
        os.kill(hanging, signal.SIGSTOP)
        until(lambda: processes.is_gone(hanging), 25, lambda: "not killed")
        until(lambda: server.serving().get(2, hanging) != hanging, 15)
        time.sleep(seconds / 4)

    def check(self, server: Server) -> None:
        """It was killed for its silence."""
        assert {each["why"] for each in server.events("worker killed")} == {"no heartbeat"}
