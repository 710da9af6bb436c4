"""What the supervisor is given: what to run, and the means to run it."""

from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from authsrv.cluster.handover import Handover
from authsrv.cluster.launch import Launch
from authsrv.cluster.notify import Notify
from authsrv.cluster.signals import SetSignal
from authsrv.cluster.sockets import Listener
from authsrv.cluster.succession import Successor
from authsrv.cluster.watchdog import Strength


@frozen
class Plan:
    """What the supervisor has to know of the settings; *settings* is all of them, for workers.

    *listen* has the kind and the address of each listener.  *fixed* is what a reload cannot
    change.  *asyncio* says that the workers need its event loop.
    """

    settings: str
    workers: int
    drain_seconds: float
    public_url: str
    listen: Sequence[tuple[str, str]] = ()
    fixed: str = ""
    asyncio: bool = False


@frozen
class Means:
    """What the supervisor does its work with, given so that tests can give something else."""

    # Opens a socket for each (kind, address).  Raises CannotStart.
    listen: Callable[[Iterable[tuple[str, str]]], list[Listener]]
    # Makes ready what workers need; lines to show to a person.  Raises CannotStart.
    prepare: Callable[[], list[str]]
    # Reads settings and certificates again; raises if they would not do.
    read: Callable[[], Plan]
    # (the sockets of the workers, how many workers, on asyncio?) -> what starts a worker
    launcher: Callable[[Sequence[Listener], int, bool], Launch]
    # Shows a line to the person who started us, if there is one.
    say: Callable[[str], object]
    notify: Notify
    set_signal: SetSignal
    reopen_log: Callable[[], None]
    # What the supervisor before us has left, and the program that is to take our place.
    left: Handover
    successor: Successor
    # From now on asks the argument how many workers are ready, and tells whoever started us.
    watch: Callable[[Callable[[], Strength]], object] = lambda _: None
