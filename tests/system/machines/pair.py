"""Two servers, each in a home of its own, that share their stores; and a seat at every worker."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attrs import frozen

from tests.system.client import ALICE, PASSWORD, SESSION, Client
from tests.system.pinned import one_each
from tests.system.server import Server, copy, ending

WORKERS = 2
#: Those beside alice, an administrator; all have one password.
PEOPLE = ("bob", "carol", "dave", "erin")
#: What must never be in a log, whatever goes wrong.
_UNFORESEEN = ("Traceback", "never retrieved", "Unhandled", "was never awaited", "Unclosed")


@frozen
class Seat:
    """A kept connection to one worker; *where* names it."""

    where: str
    client: Client

    def status(self, token: str, path: str = "/api/session", **headers: str) -> int:
        """What whoever holds *token* is told."""
        self.client.cookies = {SESSION: token} if token else {}
        return self.client.request("GET", path, headers=headers).status


@frozen
class Pair:
    """Both servers."""

    machines: tuple[Server, Server]

    @contextmanager
    def seats(self) -> Iterator[list[Seat]]:
        """One at each worker of both: neighbours in the list are on different machines."""
        with ExitStack() as stack:
            rows = [stack.enter_context(one_each(each, WORKERS)) for each in self.machines]
            yield [
                Seat(f"machine {machine}, worker {worker}", client)
                for worker, clients in enumerate(zip(*rows, strict=True), 1)
                for machine, client in enumerate(clients, 1)
            ]

    def unforeseen(self) -> list[str]:
        """What the logs of both say that nobody meant to say."""
        found = [
            json.dumps(line)
            for each in self.machines
            for line in each.lines()
            if line.get("level") == "critical" or any(it in str(line) for it in _UNFORESEEN)
        ]
        return found + [each.stderr() for each in self.machines if "Traceback" in each.stderr()]

    def restart(self, **changes: object) -> None:
        """End both, and start them with the settings changed."""
        for each in self.machines:
            each.kill_all()
            each.write_settings(**changes)
            each.start()

    def stop(self) -> None:
        """SIGTERM: both end well."""
        assert [each.stop(20) for each in self.machines] == [0, 0]


@contextmanager
def pair(homes: Path, template: Path, **settings: object) -> Iterator[Pair]:
    """Two servers with *settings*, started; nothing is left of them afterwards.

    Both have a copy of the same certificate and, in the database, the same accounts.
    """
    said: Mapping[str, object] = {name.replace("__", "."): it for name, it in settings.items()}
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(ending(Server(copy(template, homes / name), WORKERS, said)))
            for name in ("one", "two")
        )
        _people(first)
        yield Pair((first.start(), second.start()))


def _people(server: Server) -> None:
    """Make the accounts, unless the database has them."""
    done = server.run("db", "upgrade")
    assert done.returncode == 0, done.stderr
    known = {each["name"] for each in json.loads(server.run("user", "list", "--json").stdout)}
    for name in {ALICE, *PEOPLE} - known:
        admin = ["--admin"] if name == ALICE else []
        added = server.run("user", "add", name, *admin, "--password-stdin", given=PASSWORD)
        assert added.returncode == 0, added.stderr
