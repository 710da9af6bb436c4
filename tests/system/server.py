"""A real server: the installed ``twistd authsrv`` with its processes, its log and its end."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.system import processes
from tests.system.settings import Ports, usual, write
from tests.system.waiting import until

T = TypeVar("T")
# Beside the interpreter that runs the tests: what pip has installed, not the checkout.
BIN = Path(sys.executable).parent
TWISTD = str(BIN / "twistd")
AUTHSRV = str(BIN / "authsrv")
START_WITHIN = 30.0


class Server:
    """One server in the directory *home*, which ``authsrv init`` has filled."""

    def __init__(
        self, home: Path, workers: int = 2, settings: Mapping[str, object] | None = None
    ) -> None:
        self.home = home
        self.ports = Ports.free()
        self.settings = usual(self.ports, workers) | dict(settings or {})
        self.authority = home / "certs" / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: set[int] = set()
        self.write_settings()

    @property
    def base(self) -> str:
        """The origin people see."""
        return f"https://localhost:{self.ports.https}"

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.home / "authsrv.toml"

    @property
    def pid(self) -> int:
        """The supervisor's."""
        assert self._process is not None
        return self._process.pid

    def write_settings(self, **changes: object) -> None:
        """Write the settings file, with *changes* (``__`` for the dot of a key)."""
        self.settings |= {key.replace("__", "."): value for key, value in changes.items()}
        write(self.config, self.settings)

    # Starting and ending

    def spawn(
        self, *arguments: str, before: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start twistd (*before* are its own options) and wait for nothing.

        *env* is added to our environment.
        """
        command = [TWISTD, "--nodaemon", "--pidfile=", *before, "authsrv", *arguments]
        around = os.environ | dict(env or {})
        with open(self.home / "log", "ab") as out, open(self.home / "err", "ab") as err:
            self._process = subprocess.Popen(
                command, cwd=self.home, env=around, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        return self._process

    def start(
        self, *arguments: str, before: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> "Server":
        """Start, and wait until all workers serve."""
        for name in ("log", "err"):
            (self.home / name).write_bytes(b"")
        process = self.spawn(*arguments, before=before, env=env)
        count = 1 if "--development" in arguments else self.settings["workers.count"]

        def is_up() -> bool:
            assert process.poll() is None, f"ended with {process.returncode}: {self.stderr()}"
            return len(self.events("worker ready")) == count and self.is_ready()

        until(is_up, START_WITHIN, lambda: f"not ready: {self.stderr()}")
        self.workers()
        return self

    def stop(self, within: float = 15.0) -> int:
        """SIGTERM, and the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait(within)

    def wait(self, within: float = 15.0) -> int:
        """The supervisor's exit status, when it has ended."""
        assert self._process is not None
        return self._process.wait(within)

    def signal(self, number: int) -> None:
        """Send a signal to the supervisor."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill_all(self) -> None:
        """SIGKILL to every process, the supervisor first, so that it replaces nobody."""
        self.workers()
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        for pid in self.ours():
            processes.kill(pid)
        until(lambda: not self.ours(), 10, lambda: f"still there: {self.ours()}")

    # Its processes

    def workers(self) -> list[int]:
        """The workers' process ids, as the kernel has them."""
        found = processes.children(self.pid)
        self._seen.update(found)
        return found

    def serving(self) -> dict[int, int]:
        """The workers that serve now: number to process id."""
        alive = set(self.workers())
        ready = {each["worker"]: each["worker_pid"] for each in self.events("worker ready")}
        return {number: pid for number, pid in ready.items() if pid in alive}

    def ours(self) -> list[int]:
        """All workers that were ever seen and are still there."""
        return [pid for pid in self._seen if processes.runs_in(pid, self.home)]

    # What it says

    def stderr(self) -> str:
        """All that was written to stderr."""
        return (self.home / "err").read_text("utf-8", "replace")

    def lines(self) -> list[dict[str, Any]]:
        """The log.  A line that is no JSON fails the test; the last may be half written."""
        whole, _, _ = (self.home / "log").read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log's lines about *name*."""
        return [each for each in self.lines() if each["event"] == name]

    def requests(self) -> list[dict[str, Any]]:
        """The access log."""
        return self.events("request")

    def setup_link(self) -> str:
        """The link that makes the first administrator."""
        found = re.search(r"https?://\S+/setup\?token=\S+", self.stderr())
        assert found, self.stderr()
        return found[0]

    def operator(self, path: str) -> tuple[int, str]:
        """What the operator's port answers: the status and the text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports.admin, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        try:
            return self.operator("/readyz")[0] == 200
        except OSError:
            return False

    def run(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """The ``authsrv`` command with this server's settings; *given* is its stdin."""
        command = [AUTHSRV, "--config", str(self.config), *arguments]
        return run(command, self.home, given)


def run(command: list[str], home: Path, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        command, cwd=home, input=given, capture_output=True, text=True, timeout=60, check=False
    )


@contextlib.contextmanager
def ending(server: Server) -> Iterator[Server]:
    """*server*, of which nothing is left afterwards."""
    try:
        yield server
    finally:
        if server._process is not None:
            server.kill_all()


def copy(template: Path, home: Path) -> Path:
    """A directory like *template*: faster than ``authsrv init`` each time."""
    shutil.copytree(template, home, dirs_exist_ok=True)
    return home


def log_since(server: Server, work: Callable[[], T]) -> tuple[T, list[dict[str, Any]]]:
    """The result of *work*, and the access log's lines that it has caused."""
    before = len(server.requests())
    result = work()
    # The line is written after the answer.
    until(lambda: len(server.requests()) > before, 5)
    return result, server.requests()[before:]
