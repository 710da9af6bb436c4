"""Starting a worker process with what it inherits: one end of a channel, and the sockets."""

import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from attrs import field, frozen
from twisted.internet.interfaces import IProcessTransport
from twisted.internet.protocol import Factory, ProcessProtocol

from authsrv.cluster.channel import Channel, Inherited
from authsrv.cluster.sockets import Listener

CHANNEL = 3
TALLY = 4
FIRST_LISTENER = 5
_DESCRIPTORS = ("--channel", str(CHANNEL), "--tally", str(TALLY))
# What an operator's init system tells the supervisor, and nobody else.
_PRIVATE = ("NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_")
# A password is hashed in 46 MiB that the kernel hands out for it: 12,000 pages, a third of what it
# costs, unless malloc asks for huge ones (gnu.org/software/libc/manual, "Memory Allocation
# Tunables").  Other C libraries do not know the name.
_TUNABLES, _HUGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"


class Launch(Protocol):
    """Starts the workers of one generation."""

    def __call__(self, process: ProcessProtocol, channel: Channel, /) -> IProcessTransport:
        """One more.  Raises OSError if the kernel will not have it."""

    def close(self) -> None:
        """No more will be asked for, and those that were are gone."""


def inherited_by_workers(listeners: Sequence[Listener]) -> list[Inherited]:
    """The *listeners* as a worker finds them."""
    return [
        Inherited(it.kind, it.address, number, int(it.held.family))
        for number, it in enumerate(listeners, FIRST_LISTENER)
    ]


def worker_environment(environment: Mapping[str, str], path: Sequence[str]) -> dict[str, str]:
    """*environment* for a worker, which must find the very modules we run, and find them alike.

    So it gets our *path*; what stands before our own installation there stands before its own.
    Its memory comes in huge pages, unless *environment* says otherwise.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith(_PRIVATE)}
    kept["PYTHONPATH"] = os.pathsep.join(os.path.abspath(entry) for entry in path if entry)
    # Of two that say different things the last one counts.
    tunables = (_HUGE_PAGES, environment.get(_TUNABLES, ""))
    kept[_TUNABLES] = ":".join(filter(None, tunables))
    return kept


@frozen
class Launcher:
    """Starts workers that accept from *listeners*; *output* is their stdout and stderr.

    *tally* is a descriptor of the memory that they share; it is closed with us.
    """

    _reactor: Any
    _listeners: Sequence[Listener]
    _tally: int
    _arguments: Sequence[str] = ()
    _output: Callable[[], tuple[int, int]] = field(default=lambda: (1, 2))
    _module: str = "authsrv.worker"

    def __call__(self, process: ProcessProtocol, channel: Channel) -> IProcessTransport:
        """One more worker, with *channel* connected to it."""
        ours, theirs = socket.socketpair()
        with ours, theirs, open(os.devnull, "rb") as nothing:
            spawned = self._spawn(process, nothing.fileno(), theirs.fileno())
            ours.setblocking(False)
            # The reactor copies the descriptor, so ours may be closed here.
            self._reactor.adoptStreamConnection(
                ours.fileno(), socket.AF_UNIX, Factory.forProtocol(lambda: channel.protocol)
            )
            return spawned

    def close(self) -> None:
        """Nobody is started any more."""
        os.close(self._tally)

    def _spawn(self, process: ProcessProtocol, nothing: int, channel: int) -> IProcessTransport:
        stdout, stderr = self._output()
        shared = (it.held.fileno() for it in self._listeners)
        spawned: IProcessTransport = self._reactor.spawnProcess(
            process,
            sys.executable,
            # -P: a file in the working directory must not stand in for a module.
            [sys.executable, "-P", "-m", self._module, *_DESCRIPTORS, *self._arguments],
            env=worker_environment(os.environ, sys.path),
            childFDs={
                0: nothing,
                1: stdout,
                2: stderr,
                CHANNEL: channel,
                TALLY: self._tally,
                **dict(enumerate(shared, FIRST_LISTENER)),
            },
        )
        return spawned
