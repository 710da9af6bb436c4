"""PostgreSQL servers of the tests' own, from Debian's programs: started, ended, cut short."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg

from tests.system import processes
from tests.system.services.certificates import Certificates
from tests.system.settings import free_port
from tests.system.waiting import until

# A URL has to say it as p%40ss%3A%2F, and no message may say it at all.
USER, PASSWORD, WRITTEN = "postgres", "p@ss:/word", "p%40ss%3A%2Fword"
_WITHIN = 30.0
# It ends when the thread ends that has started it (PR_SET_PDEATHSIG, prctl(2)), however the tests
# end; so one thread starts all of them.
_starter = ThreadPoolExecutor(1, "starts-postgres")
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
#: Only a power cut would show the difference.
_FAST = {"fsync": "off", "full_page_writes": "off"}


def programs() -> Path:
    """Where Debian keeps the newest PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda it: int(it.parent.name))
    assert found, "PostgreSQL is missing: apt-get install postgresql"
    return found[-1]


def _somebody() -> dict[str, Any]:
    """As whom its programs run: they refuse to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _run(program: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(programs() / program), *arguments],
        env=os.environ | dict(env or {}),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **_somebody(),
    )
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    """A directory that PostgreSQL's user may enter, unlike pytest's own; short, for the socket."""
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        os.chmod(name, 0o755)
        home = Path(name) / "home"
        home.mkdir()
        if os.geteuid() == 0:
            shutil.chown(home, "postgres", "postgres")
        yield home


@contextlib.contextmanager
def initialised() -> Iterator[Path]:
    """The data of a server that was never started: what the others are copied from."""
    with _directory() as home:
        (home / "password").write_text(PASSWORD)
        os.chmod(home / "password", 0o644)
        _run(
            "initdb", "--no-sync", "-D", f"{home}/data", "-U", USER, "-E", "UTF8",
            "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256",
            f"--pwfile={home}/password",
        )  # fmt: skip
        yield home / "data"


class Postgres:
    """One server in *home*, always on the same port of 127.0.0.1."""

    def __init__(self, home: Path, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.settings = _FAST | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    # Starting and ending

    def start(self) -> "Postgres":
        """Start, and wait until it answers."""
        own = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.home),
            **self.settings,
        }
        said = [word for name, value in own.items() for word in ("-c", f"{name}={value}")]
        program = str(programs() / "postgres")
        command = [*_DIES_WITH_US, program, "-D", str(self.home / "data"), *said]
        with open(self.home / "log", "ab") as log:

            def begin() -> "subprocess.Popen[bytes]":
                return subprocess.Popen(
                    command,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    **_somebody(),
                )

            self._process = _starter.submit(begin).result()
        until(self._answers, _WITHIN, self.log)
        return self

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it: SIGINT cuts the connections off, SIGTERM waits for them, SIGQUIT is a crash."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(_WITHIN)

    def kill(self) -> None:
        """SIGKILL to every process of it."""
        assert self._process is not None
        # The first one is stopped first, so that it starts no more.
        os.kill(self._process.pid, signal.SIGSTOP)
        for pid in self.pids()[::-1]:
            processes.kill(pid)
        self._process.wait(_WITHIN)

    def freeze(self) -> None:
        """It says nothing any more; the kernel still takes what is sent to it."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        for pid in self.pids():
            os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        """Nothing of it is left, whatever has happened."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def pids(self) -> list[int]:
        """The first process, and those it has started."""
        assert self._process is not None
        return [self._process.pid, *processes.children(self._process.pid)]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def log(self) -> str:
        """What it has said."""
        return (self.home / "log").read_text("utf-8", "replace")

    # Asking it

    @staticmethod
    def url_at(port: int, database: str = "postgres", **options: str) -> str:
        """The address of a server on *port*, as settings write it."""
        said = "&".join(f"{name}={value}" for name, value in options.items())
        address = f"postgresql://{USER}:{WRITTEN}@127.0.0.1:{port}/{database}"
        return f"{address}?{said}" if said else address

    def url(self, database: str = "postgres", **options: str) -> str:
        """Its address."""
        return self.url_at(self.port, database, **options)

    def connect(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        """A connection that commits each statement."""
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def ask(self, query: str, database: str = "postgres") -> list[Any]:
        """The rows that *query* finds; none if it finds nothing by its nature."""
        with contextlib.closing(self.connect(database)) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def make_database(self, name: str, template: str = "template0", encoding: str = "UTF8") -> str:
        """A new database; its address."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING '{encoding}' LOCALE 'C'")
        return self.url(name)


def _tls(home: Path, certificates: Certificates) -> dict[str, str]:
    """The settings for TLS, with copies that PostgreSQL's user may read."""
    said = {"ssl": "on"}
    for name, path in (("cert", certificates.certificate), ("key", certificates.key)):
        copy = home / path.name
        shutil.copy(path, copy)
        copy.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(copy, "postgres", "postgres")
        said[f"ssl_{name}_file"] = str(copy)
    return said


@contextlib.contextmanager
def server(
    data: Path,
    settings: Mapping[str, str] | None = None,
    certificates: Certificates | None = None,
) -> Iterator[Postgres]:
    """A server on a copy of *data* that runs; nothing of it is left afterwards.

    With *certificates* it speaks TLS, to whoever asks for it.
    """
    with _directory() as home:
        subprocess.run(["cp", "-a", str(data), str(home / "data")], check=True, timeout=60)
        more = {} if certificates is None else _tls(home, certificates)
        made = Postgres(home, more | dict(settings or {}))
        try:
            yield made.start()
        finally:
            made.end()


@contextlib.contextmanager
def standby(primary: Postgres) -> Iterator[Postgres]:
    """A hot standby of *primary*, which can be read and follows it."""
    with _directory() as home:
        _run(
            "pg_basebackup", "-D", f"{home}/data", "-h", "127.0.0.1", "-p", str(primary.port),
            "-U", USER, "-R", "-X", "stream", "--no-sync", "-c", "fast",
            env={"PGPASSWORD": PASSWORD},
        )  # fmt: skip
        made = Postgres(home, primary.settings)
        try:
            yield made.start()
        finally:
            made.end()
