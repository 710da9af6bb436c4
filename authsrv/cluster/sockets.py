"""The listening sockets, held by the supervisor for as long as the server runs.

They are plain sockets, because the reactor's own ports shut a socket down when they stop, and
that would end it for every process that shares it.
"""

import contextlib
import os
import socket
import stat
from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen
from twisted.internet import endpoints

from authsrv.cluster.addresses import Address, Systemd, Tcp, Unix, parse
from authsrv.cluster.errors import CannotStart

# Connections that wait to be accepted; the kernel caps it at net.core.somaxconn.
BACKLOG = 1024
# Group too, so that a proxy of another user can be let in; nobody else.
_MODE = 0o660

# (name, descriptor) of each socket that systemd has handed over.
Inherited = Sequence[tuple[str, int]]
# (user id, group id) that a unix socket is given to, or None: it stays ours.
Owner = tuple[int, int] | None


@frozen
class Listener:
    """One listening socket: what is served there (*kind*), and where it really is.

    *asked* is its address as it stands in the settings.
    """

    kind: str
    address: str
    asked: str
    held: socket.socket = field(repr=False)
    path: str | None = None

    def close(self) -> None:
        """Stop holding it; a unix socket we made disappears from the file system."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                os.unlink(self.path)
        self.held.close()


def inherited() -> Inherited:
    """What systemd has handed over (sd_listen_fds(3)).

    Twisted takes LISTEN_FDS out of the environment when its endpoints are first imported, which a
    ``twistd`` may do while it looks for plugins.  So its copy is the one that is always there.
    """
    found = endpoints._SystemdParser._sddaemon
    return tuple(zip(found._names, found._descriptors, strict=True))


def open_listeners(
    wanted: Iterable[tuple[str, str]], from_systemd: Inherited = (), owner: Owner = None
) -> list[Listener]:
    """Listen on each (kind, address) of *wanted*, on all or on none.

    Raises CannotStart, with the address in it.
    """
    with contextlib.ExitStack() as undo:
        opened = []
        for kind, text in wanted:
            for listener in _open(kind, text, from_systemd, owner):
                undo.callback(listener.close)
                opened.append(listener)
        undo.pop_all()
    return opened


def _open(kind: str, text: str, from_systemd: Inherited, owner: Owner) -> list[Listener]:
    try:
        return _listen(kind, text, from_systemd, owner)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        low = isinstance(error, PermissionError) and not text.startswith("unix:")
        hint = _LOW_PORT if low else ""
        raise CannotStart(f"cannot listen on {text}: {why}{hint}") from error
    except ValueError as error:
        raise CannotStart(f"cannot listen on {text}: {error}") from error


_LOW_PORT = " (a port below 1024 needs root, CAP_NET_BIND_SERVICE, or systemd to open it)"


def _listen(kind: str, text: str, from_systemd: Inherited, owner: Owner) -> list[Listener]:
    address: Address = parse(text)
    match address:
        case Tcp():
            found = _tcp(address)
            real = str(Tcp(address.host, found.getsockname()[1]))
            return [Listener(kind, real, text, found)]
        case Unix(path):
            return [Listener(kind, text, text, _unix(path, owner), path)]
        case Systemd(name):
            return [Listener(kind, text, text, found) for found in _systemd(name, from_systemd)]


def _tcp(address: Tcp) -> socket.socket:
    family = socket.AF_INET6 if address.host.version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    with _closed_on_error(made):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # So that 0.0.0.0 and [::] may both be listened on, whatever the sysctl says.
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((str(address.host), address.port))
        return _listening(made)


def _unix(path: str, owner: Owner) -> socket.socket:
    _remove_stale(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Narrow from the first instant: connecting needs write permission on the socket (unix(7)).
    before = os.umask(0o777 & ~_MODE)
    try:
        with _closed_on_error(made):
            made.bind(path)
            os.chmod(path, _MODE)
            if owner is not None:
                os.chown(path, *owner)
            return _listening(made)
    finally:
        os.umask(before)


def _remove_stale(path: str) -> None:
    """Remove what a server that is gone has left at *path*.

    A socket on which somebody answers, and anything that is no socket, stays: bind then says so.
    """
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        # A full queue must not make us wait; it means that somebody is there.
        probe.setblocking(False)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
        except BlockingIOError:
            return


def _systemd(name: str, from_systemd: Inherited) -> list[socket.socket]:
    numbers = [number for given, number in from_systemd if given == name]
    if not numbers:
        raise ValueError("systemd has handed over no socket of that name")
    return [_adopted(number) for number in numbers]


def _adopted(number: int) -> socket.socket:
    adopted = socket.socket(fileno=number)
    with _closed_on_error(adopted):
        if not adopted.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise ValueError("that socket is not a listening one: see ListenStream= and Accept=no")
        adopted.set_inheritable(False)
        adopted.setblocking(False)
    return adopted


def _listening(made: socket.socket) -> socket.socket:
    made.setblocking(False)
    made.listen(BACKLOG)
    return made


@contextlib.contextmanager
def _closed_on_error(made: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        made.close()
        raise
