"""authsrv under measurement: the installed one, with what ``authsrv init`` has made."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from attrs import frozen

from benchmarks.client import Client
from benchmarks.cores import Cores
from benchmarks.errors import CannotMeasure
from benchmarks.servers import Server, free_port

# Beside the interpreter: what pip has installed.
_BIN = Path(sys.executable).parent
_NAME, _PASSWORD = "alice", "correct horse battery staple"
_SESSION = "__Host-authsrv="

CREDENTIALS = json.dumps({"name": _NAME, "password": _PASSWORD}).encode()


@frozen
class Cost:
    """What one argon2id hash costs here: memory in KiB, passes, lanes."""

    memory_kib: int
    time: int
    lanes: int


def prepare(home: Path, cores: Cores) -> Server:
    """A server in *home*: one worker, SQLite, the log in a file, and one account."""
    port = free_port()
    _run("init", str(home))
    _run("--config", str(home / "authsrv.toml"), "user", "add", _NAME, "--password-stdin")
    twistd = (str(_BIN / "twistd"), "--nodaemon", "--pidfile=", "authsrv")
    return Server(
        command=cores.serving(*twistd, "--config", str(home / "authsrv.toml")),
        home=home,
        client=Client(port, home / "certs" / "ca.pem"),
        environment=_settings(home, port),
    )


def cost(home: Path) -> Cost:
    """The cost of a hash in the settings of *home*, which are the defaults."""
    settings = tomllib.loads((home / "authsrv.toml").read_text("utf-8"))
    return Cost(**settings["passwords"]["argon2"])


def sign_in(client: Client) -> str:
    """The ``name=token`` of a new session."""
    answer = client.post_json("/api/session", CREDENTIALS)
    for cookie in answer.cookies:
        if cookie.startswith(_SESSION):
            return cookie.partition(";")[0]
    raise CannotMeasure(f"signing in was answered with {answer.status}: {answer.body!r}")


def _settings(home: Path, port: int) -> dict[str, str]:
    """What stands above the settings file: everything else is as it comes."""
    return {
        "AUTHSRV_PUBLIC_URL": f"https://localhost:{port}",
        "AUTHSRV_LISTEN__HTTPS": f'["127.0.0.1:{port}"]',
        "AUTHSRV_LISTEN__HTTP": "[]",
        "AUTHSRV_LISTEN__ADMIN": "[]",
        "AUTHSRV_WORKERS__COUNT": "1",
        "AUTHSRV_WORKERS__DRAIN_SECONDS": "2",
        "AUTHSRV_LOG__FILE": str(home / "authsrv.log"),
    }


def _run(*arguments: str) -> None:
    command = [str(_BIN / "authsrv"), *arguments]
    given = _PASSWORD.encode()
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise CannotMeasure(done.stderr.decode())
