"""What a supervisor leaves to the one that it becomes by execve(2): sockets, and old workers."""

import json
import os
import socket
from collections.abc import Iterable, MutableMapping

from attrs import asdict, frozen

from authsrv.cluster.sockets import Listener

#: Where it stands in the environment; what begins with AUTHSRV_ is a setting.
VARIABLE = "_AUTHSRV_HANDOVER"


@frozen
class OldWorker:
    """A worker of the supervisor before: its process, and our end of its channel.

    It serves until that is closed, and then it drains.
    """

    pid: int
    channel: int


@frozen
class _Held:
    kind: str
    address: str
    asked: str
    path: str | None
    descriptor: int


@frozen
class Handover:
    """All that is left."""

    listeners: tuple[Listener, ...] = ()
    workers: tuple[OldWorker, ...] = ()

    def pack(self) -> str:
        """As text for the environment.  The descriptors in it stay open over execve(2)."""
        held = [
            _Held(it.kind, it.address, it.asked, it.path, it.held.fileno()) for it in self.listeners
        ]
        for descriptor in (*(it.descriptor for it in held), *(it.channel for it in self.workers)):
            os.set_inheritable(descriptor, True)
        return json.dumps([[asdict(it) for it in held], [asdict(it) for it in self.workers]])


def take(environment: MutableMapping[str, str]) -> Handover:
    """What the supervisor before has left in *environment*, which nobody else is to see."""
    text = environment.pop(VARIABLE, "")
    if not text:
        return Handover()
    held, workers = json.loads(text)
    return Handover(
        tuple(_listener(_Held(**it)) for it in held),
        tuple(_worker(OldWorker(**it)) for it in workers),
    )


def close_channels(workers: Iterable[OldWorker]) -> None:
    """Have the old workers drain."""
    for worker in workers:
        os.close(worker.channel)


def reap(workers: Iterable[OldWorker]) -> list[OldWorker]:
    """Those of *workers* that have not ended; those that have are no zombies any more."""
    return [worker for worker in workers if not _has_ended(worker.pid)]


def _listener(it: _Held) -> Listener:
    held = socket.socket(fileno=it.descriptor)
    held.set_inheritable(False)
    held.setblocking(False)
    return Listener(it.kind, it.address, it.asked, held, it.path)


def _worker(it: OldWorker) -> OldWorker:
    os.set_inheritable(it.channel, False)
    return it


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
