"""One Redis server: a process of our own in a directory of its own, never the system's service."""

import contextlib
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from tests.system.services.certificates import Certificates
from tests.system.services.program import Program
from tests.system.services.resp import Connection, Refused, Word
from tests.system.settings import free_port
from tests.system.waiting import until

Option = str | Sequence[str]
START_WITHIN = 20.0


class RedisServer(Program):
    """A server in the directory *home*, on a port of 127.0.0.1.  Nothing is saved unless asked.

    *options* are lines of redis.conf, ``_`` for the dash of a name; one that stands there several
    times is a list.  *login* is who we and the url are, by name and password, if that is not the
    default user.  With *tls* it speaks nothing else.
    """

    def __init__(
        self,
        home: Path,
        *,
        tls: Certificates | None = None,
        login: tuple[str, str] | None = None,
        mode: Sequence[str] = (),
        **options: Option,
    ) -> None:
        self._config = home / "redis.conf"
        super().__init__(home, "redis-server", [str(self._config), *mode])
        self.port = free_port()
        self._tls = tls
        self._login = login
        self._options = _usual(home, self.port) | (_encrypted(tls, self.port) if tls else {})
        self.configure(**options)

    def configure(self, **options: Option) -> None:
        """Write the settings file anew, with *options* changed: for the next start."""
        self._options |= {name.replace("_", "-"): value for name, value in options.items()}
        self._config.write_text("".join(f"{each}\n" for each in _lines(self._options)), "utf-8")
        if "requirepass" in options and self._login is None:
            self._login = ("default", str(options["requirepass"]))

    # Where it is

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its address as a setting has it."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The same, for somebody who listens on *port* in its place."""
        scheme = "rediss" if self._tls else "redis"
        return f"{scheme}://{self.credentials}127.0.0.1:{port}"

    @property
    def credentials(self) -> str:
        """Who we are, as a URL has it: empty, or up to the ``@``."""
        if self._login is None:
            return ""
        name, password = self._login
        return f"{'' if name == 'default' else quote(name, '')}:{quote(password, '')}@"

    # Starting and ending

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> Self:
        """Start, and wait until it answers."""
        self.spawn()
        return self.wait_up()

    def wait_up(self) -> Self:
        """Wait until it answers PING, with all its data loaded; one that does not is killed."""
        try:
            until(self._is_up, START_WITHIN, self.log)
        except BaseException:
            self.kill()
            raise
        return self

    def restart(self) -> Self:
        """Kill it, if it runs, and start it again on the same port."""
        self.kill()
        return self.start()

    # Talking to it

    @contextlib.contextmanager
    def connected(self, port: int = 0, timeout: float = 5.0) -> Iterator[Connection]:
        """A connection to it, or to *port* in its place, on which we are signed in."""
        context = ssl.create_default_context(cafile=self._tls.authority) if self._tls else None
        with Connection(port or self.port, context, timeout) as connection:
            if self._login is not None:
                connection.command("AUTH", *self._login)
            yield connection

    def command(self, *words: Word) -> Any:
        """The answer to one command, over a connection of its own."""
        with self.connected() as connection:
            return connection.command(*words)

    def info(self, section: str = "default") -> dict[str, str]:
        """What INFO says."""
        lines = [line.partition(":") for line in self.command("INFO", section).splitlines()]
        return {name: value for name, colon, value in lines if colon}

    def change_password(self, password: str) -> None:
        """Give the default user another password, for good, and disconnect all clients."""
        with self.connected() as connection:
            connection.command("CONFIG", "SET", "requirepass", password)
            for kind in ("normal", "pubsub"):
                connection.command("CLIENT", "KILL", "TYPE", kind)
        if self._login is None or self._login[0] == "default":
            self._login = ("default", password)
        self.configure(requirepass=password)

    def _is_up(self) -> bool:
        assert self.is_running, self.log()
        with contextlib.suppress(OSError, Refused):
            return bool(self.command("PING") == "PONG")
        return False


def _usual(home: Path, port: int) -> dict[str, Option]:
    return {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": json.dumps(str(home)),
        "save": '""',
        # A replica that asks for everything gets it at once, not after five seconds.
        "repl-diskless-sync-delay": "0",
    }


def _encrypted(tls: Certificates, port: int) -> dict[str, Option]:
    return {
        "port": "0",
        "tls-port": str(port),
        "tls-replication": "yes",
        "tls-auth-clients": "no",
        "tls-ca-cert-file": json.dumps(str(tls.authority)),
        "tls-cert-file": json.dumps(str(tls.certificate)),
        "tls-key-file": json.dumps(str(tls.key)),
    }


def _lines(options: Mapping[str, Option]) -> Iterator[str]:
    for name, value in options.items():
        for each in [value] if isinstance(value, str) else value:
            yield f"{name} {each}"
