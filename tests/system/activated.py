"""A server that is started as systemd would start it: sockets handed over, signs of life heard."""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.system.server import BIN, Server

UNITS = Path(__file__).parent.parent.parent / "packaging" / "systemd"
SERVICE = UNITS / "authsrv.service"
# What systemd does between fork and exec (sd_listen_fds(3)): the sockets from 3 on, and whose
# they are.  Each is moved out of the way of the others first.
_HAND_OVER = """
import fcntl, os, sys
count = int(os.environ["LISTEN_FDS"])
high = [fcntl.fcntl(int(text), fcntl.F_DUPFD, 100) for text in sys.argv[1 : count + 1]]
for number, descriptor in enumerate(high, 3):
    os.dup2(descriptor, number)
    os.close(descriptor)
os.environ["LISTEN_PID"] = os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(sys.argv[count + 1], sys.argv[count + 1 :])
"""


def said_in_unit(key: str) -> str:
    """The value of *key* in the unit of the service."""
    lines = SERVICE.read_text("utf-8").splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{key}="))


class Activated(Server):
    """A server whose sockets outlive it; *watchdog* is in seconds."""

    def __init__(self, home: Path, watchdog: float) -> None:
        super().__init__(home, workers=2)
        self._watchdog = watchdog
        self.sockets = {
            name: socket.create_server(("127.0.0.1", port), backlog=128)
            for name, port in (("https", self.ports.https), ("http", self.ports.http))
        }
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(f"\0authsrv-{os.getpid()}-{self.ports.https}")
        self._notified.setblocking(False)
        self._told: list[str] = []
        self.write_settings(
            listen__https=["systemd:https"],
            listen__http=["systemd:http"],
            listen__control=["unix:control.sock"],
        )

    def command(self, key: str) -> list[str]:
        """What the unit runs for *key*, from where the programs are, with our settings."""
        text = said_in_unit(key).replace("/etc/authsrv/authsrv.toml", str(self.config))
        return shlex.split(text.replace("/opt/authsrv/bin", str(BIN)))

    def spawn(
        self, *arguments: str, before: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start what the unit starts, with all that systemd adds."""
        descriptors = [each.fileno() for each in self.sockets.values()]
        around = os.environ | {
            "LISTEN_FDS": str(len(descriptors)),
            "LISTEN_FDNAMES": ":".join(self.sockets),
            "NOTIFY_SOCKET": "@" + self._notified.getsockname()[1:].decode(),
            "WATCHDOG_USEC": str(int(self._watchdog * 1e6)),
        }
        launch = [sys.executable, "-c", _HAND_OVER, *map(str, descriptors)]
        with open(self.home / "log", "ab") as out, open(self.home / "err", "ab") as err:
            self._process = subprocess.Popen(
                [*launch, *self.command("ExecStart"), *arguments],
                cwd=self.home,
                env=around | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=descriptors,
            )
        return self._process

    def told(self) -> list[str]:
        """All that it has told us until now, in order."""
        while True:
            try:
                self._told.append(self._notified.recv(4096).decode("ascii"))
            except BlockingIOError:
                return self._told

    def close(self) -> None:
        """Give the sockets back."""
        for each in (*self.sockets.values(), self._notified):
            each.close()
