"""authsrv under measurement: the installed one, with what ``authsrv init`` has made."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from benchmarks.client import Client
from benchmarks.cores import Cores
from benchmarks.errors import CannotMeasure
from benchmarks.servers import Server, free_port

# Beside the interpreter: what pip has installed.
_BIN = Path(sys.executable).parent
_NAME, _PASSWORD = "alice", "correct horse battery staple"
#: The name of the cookie, with its equals sign.
COOKIE = "__Host-authsrv="
#: What is asked for most: who am I.
CHECK = "/api/session"
CREDENTIALS = json.dumps({"name": _NAME, "password": _PASSWORD}).encode()


@frozen
class Cost:
    """What one argon2id hash costs here: memory in KiB, passes, lanes."""

    memory_kib: int
    time: int
    lanes: int


@frozen
class House:
    """What ``authsrv init`` has made in *home*, with one account: several servers may use it."""

    home: Path
    cores: Cores

    @classmethod
    def made(cls, home: Path, cores: Cores) -> "House":
        """A new one."""
        _run("init", str(home))
        _run("--config", str(home / "authsrv.toml"), "user", "add", _NAME, "--password-stdin")
        return cls(home, cores)

    @property
    def certs(self) -> Path:
        """Where the certificate of every server is."""
        return self.home / "certs"

    @property
    def cost(self) -> Cost:
        """The cost of a hash in the settings, which are the defaults."""
        settings = tomllib.loads((self.home / "authsrv.toml").read_text("utf-8"))
        return Cost(**settings["passwords"]["argon2"])

    def server(
        self,
        folder: Path,
        name: str,
        settings: Mapping[str, str],
        *,
        pinned: bool = True,
    ) -> Server:
        """A server with one worker; what it writes and its sockets are in *folder*.

        *settings* have the names of the environment, without ``AUTHSRV_``.
        """
        port = free_port()
        program = (str(_BIN / "twistd"), "--nodaemon", "--pidfile=", "authsrv")
        command = (*program, "--config", str(self.home / "authsrv.toml"))
        place = self.cores.serving if pinned else self.cores.sharing
        return Server(
            name=name,
            command=place(*command),
            home=folder,
            client=Client(port, self.certs / "ca.pem"),
            unix=folder / "http.sock",
            enter=sign_in,
            environment={
                f"AUTHSRV_{key}": value
                for key, value in {**_usual(folder, port), **settings}.items()
            },
        )


def sign_in(client: Client) -> str:
    """The ``name=token`` of a new session."""
    answer = client.post_json("/api/session", CREDENTIALS)
    for cookie in answer.cookies:
        if cookie.startswith(COOKIE):
            return cookie.partition(";")[0]
    raise CannotMeasure(f"signing in was answered with {answer.status}: {answer.body!r}")


def _usual(folder: Path, port: int) -> dict[str, str]:
    """What stands above the settings file: everything else is as it comes."""
    return {
        "PUBLIC_URL": f"https://localhost:{port}",
        "LISTEN__HTTPS": f'["127.0.0.1:{port}"]',
        "LISTEN__AUTHZ": json.dumps([f"unix:{folder / 'http.sock'}"]),
        "LISTEN__HTTP": "[]",
        "LISTEN__ADMIN": "[]",
        "LISTEN__CONTROL": "[]",
        "WORKERS__COUNT": "1",
        "WORKERS__DRAIN_SECONDS": "2",
        "SESSIONS__STORE": f"sqlite:{folder / 'sessions.db'}",
        "LOG__FILE": str(folder / "authsrv.log"),
    }


def _run(*arguments: str) -> None:
    command = [str(_BIN / "authsrv"), *arguments]
    given = _PASSWORD.encode()
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise CannotMeasure(done.stderr.decode())
