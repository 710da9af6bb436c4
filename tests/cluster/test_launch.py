import os
import socket
import sys
from typing import Any

from twisted.internet.protocol import ProcessProtocol
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.channel import Channel, Inherited
from authsrv.cluster.launch import Launcher, inherited_by_workers, worker_environment
from authsrv.cluster.sockets import Listener


class _Socket:
    family = socket.AF_INET

    def __init__(self, number: int) -> None:
        self.number = number

    def fileno(self) -> int:
        return self.number


class _Reactor:
    def __init__(self) -> None:
        self.spawned: list[tuple[Any, ...]] = []
        self.children: dict[int, int] = {}
        self.adopted: list[int] = []
        self.refusal: OSError | None = None

    def spawnProcess(self, *arguments: Any, childFDs: dict[int, int], **named: Any) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.spawned.append((*arguments, named))
        self.children = childFDs
        os.fstat(childFDs[3])
        return "the process"

    def adoptStreamConnection(self, descriptor: int, family: int, factory: Any) -> None:
        os.fstat(descriptor)
        self.adopted.append(descriptor)


def listeners(*numbers: int) -> list[Listener]:
    made: list[Any] = [_Socket(number) for number in numbers]
    return [Listener("https", f"127.0.0.1:{it.number}", "asked", it) for it in made]


class LauncherTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = _Reactor()
        self.launch = Launcher(self.reactor, listeners(71, 72), 70, ["--log-format", "text"])

    def test_command(self) -> None:
        """A worker is our own interpreter, with no working directory on its path."""
        self.assertEqual("the process", self.launch(ProcessProtocol(), Channel(lambda: None)))
        _, executable, arguments, _ = self.reactor.spawned[0]
        self.assertEqual(sys.executable, executable)
        self.assertEqual([sys.executable, "-P", "-m", "authsrv.worker"], arguments[:4])
        self.assertEqual(["--channel", "3", "--tally", "4"], arguments[4:8])
        self.assertEqual(["--log-format", "text"], arguments[8:])

    def test_descriptors(self) -> None:
        """A worker gets the output, its channel, what is shared and the sockets, and no input."""
        self.launch(ProcessProtocol(), Channel(lambda: None))
        children = self.reactor.children
        self.assertEqual([0, 1, 2, 3, 4, 5, 6], sorted(children))
        self.assertEqual([1, 2, 70, 71, 72], [children[number] for number in (1, 2, 4, 5, 6)])

    def test_nothing_left(self) -> None:
        """What was opened for a worker is closed again here, also if there is no worker."""
        before = os.listdir("/proc/self/fd")
        self.launch(ProcessProtocol(), Channel(lambda: None))
        self.reactor.refusal = OSError(11, "again")
        with self.assertRaises(OSError):
            self.launch(ProcessProtocol(), Channel(lambda: None))
        self.assertEqual(len(before), len(os.listdir("/proc/self/fd")))

    def test_inherited(self) -> None:
        """A worker is told where among its descriptors each socket is."""
        self.assertEqual(
            [
                Inherited("https", "127.0.0.1:71", 5, int(socket.AF_INET)),
                Inherited("https", "127.0.0.1:72", 6, int(socket.AF_INET)),
            ],
            inherited_by_workers(listeners(71, 72)),
        )


class EnvironmentTests(SynchronousTestCase):
    def test_private(self) -> None:
        """What systemd tells the supervisor is not told to workers; all else is."""
        found = worker_environment(
            {
                "NOTIFY_SOCKET": "x",
                "LISTEN_FDS": "1",
                "LISTEN_FDNAMES": "a",
                "WATCHDOG_USEC": "1",
                "LANG": "C",
            },
            [],
        )
        self.assertEqual({"LANG", "PYTHONPATH", "GLIBC_TUNABLES"}, found.keys())

    def test_huge_pages(self) -> None:
        """A worker's memory comes in huge pages, unless the operator has said what it comes in."""
        huge, small = "glibc.malloc.hugetlb=1", "glibc.malloc.hugetlb=0"
        self.assertEqual(huge, worker_environment({}, [])["GLIBC_TUNABLES"])
        found = worker_environment({"GLIBC_TUNABLES": small}, [])
        self.assertEqual(f"{huge}:{small}", found["GLIBC_TUNABLES"])

    def test_path(self) -> None:
        """A worker finds modules where we do, in the same order, and not in "here"."""
        found = worker_environment({"PYTHONPATH": "/old"}, ["", "/b", "/a"])
        self.assertEqual("/b:/a", found["PYTHONPATH"])
