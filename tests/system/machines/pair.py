"""Two servers, each in a home of its own, that share their stores; and a seat at every worker."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attrs import frozen

from tests.system.client import SESSION, Answer, Client
from tests.system.server import Server, copy, ending
from tests.system.together import all_at_once
from tests.system.waiting import settled, until

WORKERS = 2
#: Those beside alice, an administrator; all have one password.
PEOPLE = ("bob", "carol", "dave", "erin")
#: What must never be in a log, whatever goes wrong.
_UNFORESEEN = (
    "Traceback", "never retrieved", "Unhandled", "never awaited", "Unclosed", "critical",
)  # fmt: skip
#: The caretaker shows the whole error when the store is away.
_SWEEPS = "expired rows could not be swept"


@frozen
class Seat:
    """A kept connection to one worker; *where* names it."""

    where: str
    client: Client

    def ask(
        self, token: str, path: str = "/api/session", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What whoever holds *token* is told.  Raises one of NO_ANSWER."""
        self.client.cookies = {SESSION: token}
        return self.client.request("GET", path, headers=headers)

    def status(self, token: str) -> int:
        """Whether *token* is good: 200, or 401; or that nobody can say: 503."""
        return self.ask(token).status

    def settled(self, token: str) -> int:
        """The same, once somebody can say."""
        return settled(lambda: self.status(token))


@frozen
class Pair:
    """Both servers."""

    machines: tuple[Server, Server]

    @contextmanager
    def seats(self) -> Iterator[list[Seat]]:
        """One at each worker of both: neighbours in the list are on different machines."""
        with ExitStack() as stack:
            rows = [
                list(_seats(each, f"machine {n}", stack)) for n, each in enumerate(self.machines, 1)
            ]
            yield [seat for neighbours in zip(*rows, strict=True) for seat in neighbours]

    def unforeseen(self) -> list[str]:
        """What the logs of both say that nobody meant to say."""
        found = [
            json.dumps(line)
            for each in self.machines
            for line in each.lines()
            if any(it in str(line) for it in _UNFORESEEN) and line["event"] != _SWEEPS
        ]
        return found + [each.stderr() for each in self.machines if "Traceback" in each.stderr()]

    def stop(self) -> None:
        """SIGTERM: both end well."""
        assert all_at_once(lambda it: it.stop(20), self.machines) == [0, 0]


def _seats(server: Server, name: str, stack: ExitStack) -> Iterator[Seat]:
    """A client on each worker of *server*: connections are opened until each has one."""
    found: set[int] = set()
    for _ in range(200):
        client = stack.enter_context(Client(server))
        worker = _worker_of(client, server)
        if worker not in found:
            found.add(worker)
            yield Seat(f"{name}, worker {worker}", client)
        if len(found) == WORKERS:
            return
    raise AssertionError(f"only workers {sorted(found)} of {name} answer")


def _worker_of(client: Client, server: Server) -> int:
    """By the access log; by a path of its own, for others ask meanwhile."""
    path, log = f"/{secrets.token_hex(8)}", server.home / "log"
    with open(log, "rb") as file:
        file.seek(0, os.SEEK_END)
        assert client.get(path).status == 404
        lines: list[bytes] = []

        def is_there() -> bool:
            lines.extend(line for line in file.read().splitlines() if path.encode() in line)
            return bool(lines)

        # The line is written after the answer, in one piece.
        until(is_there, 5)
    return int(json.loads(lines[0])["worker"])


@contextmanager
def pair(
    homes: Path, template: Path, sessions: Sequence[str], **settings: object
) -> Iterator[Pair]:
    """Two servers with *settings*, started; nothing is left of them afterwards.

    Both have a copy of the same certificate.  *sessions* are where each has its sessions, or both.
    """
    said: Mapping[str, object] = {name.replace("__", "."): it for name, it in settings.items()}
    with ExitStack() as stack:
        first, second = (
            Server(copy(template, homes / name), WORKERS, {**said, "sessions.store": url})
            for name, url in (("one", sessions[0]), ("two", sessions[-1]))
        )
        for each in (first, second):
            stack.enter_context(ending(each))
        all_at_once(Server.start, (first, second))
        yield Pair((first, second))
