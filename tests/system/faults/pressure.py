"""Too much at once: connections, hashes, answers that nobody reads."""

import contextlib
import multiprocessing
import os
import resource
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import ClassVar

from hyperframe.frame import SettingsFrame

from tests.system.faults.fault import Fault
from tests.system.rawhttp2 import RawHttp2
from tests.system.server import Server
from tests.system.storm import Login, storm
from tests.system.test_admission import struck
from tests.system.waiting import until


class NoDescriptors(Fault):
    """Both workers have none left."""

    name = "descriptors used up"
    settings: ClassVar[Mapping[str, object]] = {"limits.header_seconds": 30}
    _struck = 0

    def work(self, server: Server, seconds: float) -> None:
        """Leave them few, and come with more connections than that."""
        time.sleep(seconds / 4)
        with contextlib.ExitStack() as stack:
            for pid in server.serving().values():
                stack.enter_context(_few(pid))
            for _ in range(100):
                stack.enter_context(
                    socket.create_connection(("127.0.0.1", server.ports.https), timeout=20)
                )
            until(lambda: struck(server, "descriptors") > 0, 10)
            self._struck += 1
            time.sleep(seconds / 2)
        time.sleep(seconds / 4)

    def check(self, server: Server) -> None:
        """There were too few."""
        assert self._struck >= 1


@contextlib.contextmanager
def _few(pid: int) -> Iterator[None]:
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = len(os.listdir(f"/proc/{pid}/fd"))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 15, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


class FullQueue(Fault):
    """More logins than may wait."""

    name = "the hashing queue full"
    settings: ClassVar[Mapping[str, object]] = {"limits.waiting_hashes": 8}
    once = True

    def work(self, server: Server, seconds: float) -> None:
        """Storm after storm, of names that nobody has."""
        end, turn = time.monotonic() + seconds, 0
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            while time.monotonic() < end:
                turn += 1
                logins = [Login(f"nobody{turn}-{n}", "guess", right=False) for n in range(60)]
                pool.submit(storm, server.ports.https, server.authority, logins).result()

    def check(self, server: Server) -> None:
        """Some were told to come back."""
        assert struck(server, "waiting_hashes") > 0


class SlowReaders(Fault):
    """They ask for much, and take nothing of it."""

    name = "slow readers"
    settings: ClassVar[Mapping[str, object]] = {"limits.write_seconds": 2}
    _connections, _answers = 20, 50

    def work(self, server: Server, seconds: float) -> None:
        """Come again whenever they are cut."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.ExitStack() as stack:
                for _ in range(self._connections):
                    self._stall(stack.enter_context(_reader(server)))
                time.sleep(3)

    def _stall(self, reader: RawHttp2) -> None:
        reader.send(*(reader.head(1 + 2 * number) for number in range(self._answers)))

    def check(self, server: Server) -> None:
        """They were cut."""
        assert struck(server, "write_seconds") > 0


def _reader(server: Server) -> RawHttp2:
    """Has a window for nothing."""
    return RawHttp2(server, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0})
