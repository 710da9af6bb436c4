"""Workers that are replaced on purpose."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from tests.system.faults.fault import Fault
from tests.system.server import TWISTD, Server
from tests.system.test_reload import copied_package, reload_for

# sd_listen_fds(3): descriptors from 3 on, for the process that LISTEN_PID names.
_HAND_OVER = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); "
    "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='https'); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)


class Reloads(Fault):
    """SIGHUP again and again."""

    name = "SIGHUP every two seconds"
    once = True

    def work(self, server: Server, seconds: float) -> None:
        """Reload."""
        reload_for(server, seconds)

    def check(self, server: Server) -> None:
        """Workers were replaced."""
        assert server.events("reloaded")


class BadCode(Fault):
    """The code on the disk cannot serve, and a reload is asked for."""

    name = "a reload to code that crashes at start"
    settings: ClassVar[Mapping[str, object]] = {"listen.control": ["unix:var/control.sock"]}
    _refused = 0

    @contextmanager
    def around(self, server: Server) -> Iterator[None]:
        """It runs from a copy of the package, which can be broken."""
        package = copied_package(server.home)
        self._file = package / "wiring" / "worker.py"
        try:
            server.start(env={"PYTHONPATH": str(package.parent)})
            yield
        finally:
            server.kill_all()

    def work(self, server: Server, seconds: float) -> None:
        """Break it, reload, mend it, reload."""
        good = self._file.read_text("utf-8")
        self._file.write_text("raise RuntimeError('half an upload')\n" + good, "utf-8")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._refused += server.run("reload").returncode == 1
        self._file.write_text(good, "utf-8")
        assert server.run("reload").returncode == 0

    def check(self, server: Server) -> None:
        """The reload was refused."""
        assert self._refused >= 1


class HeldServer(Server):
    """Its socket belongs to the test, as it would to systemd: nobody is refused meanwhile."""

    def __init__(
        self, home: Path, workers: int = 2, settings: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(home, workers, settings)
        self.held = socket.create_server(("127.0.0.1", self.ports.https), backlog=1024)
        self.write_settings(listen__https=["systemd:https"])

    def spawn(
        self, *arguments: str, before: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start twistd with the socket."""
        number = self.held.fileno()
        hand_over = [sys.executable, "-c", _HAND_OVER, str(number)]
        command = [*hand_over, TWISTD, "--nodaemon", "--pidfile=", *before, "authsrv", *arguments]
        with open(self.home / "log", "ab") as out, open(self.home / "err", "ab") as err:
            self._process = subprocess.Popen(
                command,
                cwd=self.home,
                env=os.environ | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=[number],
            )
        return self._process


class Restarts(Fault):
    """SIGTERM and a new start, while systemd's socket lets people wait."""

    name = "SIGTERM and a new start, the socket held by systemd"
    once = True
    _stopped = 0

    def server(self, home: Path, settings: Mapping[str, object]) -> Server:
        """One whose socket is held."""
        return HeldServer(home, 2, settings)

    @contextmanager
    def around(self, server: Server) -> Iterator[None]:
        """The socket is closed in the end."""
        assert isinstance(server, HeldServer)
        with server.held, super().around(server):
            yield

    def work(self, server: Server, seconds: float) -> None:
        """Stop it, and start it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(2.0, seconds / 3))
            server.signal(signal.SIGTERM)
            assert server.wait(20) == 0
            self._stopped += 1
            server.start()

    def check(self, server: Server) -> None:
        """It was stopped."""
        assert self._stopped >= 1
