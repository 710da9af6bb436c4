"""``authsrv db copy``: from SQLite to PostgreSQL and Redis, and back; cut off, and begun again."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.system.client import ALICE, PASSWORD, Client
from tests.system.conftest import MakeServer
from tests.system.server import AUTHSRV, Server
from tests.system.services import postgres as postgres_service
from tests.system.services.redis import RedisServer
from tests.system.settings import write
from tests.system.stores.conftest import MakeDatabase
from tests.system.stores.held import fill, held

NEW_PASSWORD = "a much longer sentence than before"
#: Accounts in the store whose copying is cut off: several pages of everything.
MANY = 2000


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """An empty one, with a password."""
    with RedisServer(tmp_path / "redis", requirepass="pass:word/") as started:
        yield started


def done(server: Server, *arguments: str, given: str = "") -> str:
    """What a command that must succeed prints."""
    ended = server.run(*arguments, given=given)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def moved(server: Server, side: str, file: Path) -> dict[str, Any]:
    """What a copy counts that must find everything in the new stores."""
    counts: dict[str, Any] = json.loads(done(server, "db", "copy", side, str(file), "--json"))
    assert counts["complete"] is True
    return counts


def sign_in(server: Server, name: str, *, remember: bool = False) -> Client:
    """A browser that has signed in."""
    client = Client(server)
    body = json.dumps({"name": name, "password": PASSWORD, "remember": remember}).encode()
    answer = client.request("POST", "/api/session", body, {"Content-Type": "application/json"})
    assert answer.status == 201
    return client


def status(clients: list[Client]) -> list[int]:
    """What each of them is answered."""
    return [client.who().status for client in clients]


@contextmanager
def town(server: Server) -> Iterator["Town"]:
    """*server* with people, whose browsers are closed in the end."""
    made = Town(server)
    try:
        made.settle()
        yield made
    finally:
        closed(made.here + made.gone)


def closed(clients: list[Client]) -> None:
    """Their server has gone: the next request opens a connection anew."""
    for client in clients:
        client.connection.close()


class Town:
    """A server with people, whose stores are moved; *here* and *gone* are browsers."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.here: list[Client] = []
        self.gone: list[Client] = []

    def settle(self) -> None:
        """The first people."""
        server = self.server
        for name in ("carol", "dave"):
            done(server, "user", "add", name, "--password-stdin", given=PASSWORD)
        self.here += [sign_in(server, ALICE), sign_in(server, ALICE, remember=True)]
        self.here += [sign_in(server, "bob", remember=True)]
        self.gone += [sign_in(server, "carol"), sign_in(server, "dave")]
        done(server, "user", "disable", "carol")
        self.leave("dave")

    def leave(self, name: str) -> None:
        """Somebody signs in and out again."""
        client = sign_in(self.server, name)
        assert client.sign_out().status == 204
        self.gone.append(client)

    def live_on(self, name: str) -> None:
        """What happens between two copies: logins, logouts, a new password, a new account."""
        self.here.append(sign_in(self.server, "bob"))
        leaves = self.here.pop(0)
        assert leaves.sign_out().status == 204
        self.gone.append(leaves)
        done(self.server, "user", "passwd", "dave", "--password-stdin", given=NEW_PASSWORD)
        done(self.server, "user", "add", name, "--password-stdin", given=PASSWORD)
        self.here += [sign_in(self.server, name), sign_in(self.server, ALICE, remember=True)]

    def looks_the_same(self) -> None:
        """Whoever was signed in is, with what was remembered; whoever was not is not."""
        closed(self.here + self.gone)
        assert status(self.here) == [200] * len(self.here)
        assert status(self.gone) == [401] * len(self.gone)
        remembered = [it.who().json["session"]["remember"] for it in self.here]
        assert remembered.count(True) >= 2
        with Client(self.server) as stranger:
            assert stranger.sign_in("carol").status == 401
            assert stranger.sign_in("dave").status == 401
            assert stranger.sign_in("dave", NEW_PASSWORD).status == 201

    def move(self, accounts: str, sessions: str, newcomer: str) -> None:
        """Copy while it runs, stop, copy again, start on the new stores."""
        server, new = self.server, self.server.home / "new.toml"
        before = server.settings["accounts.store"], server.settings["sessions.store"]
        after = {"accounts.store": accounts, "sessions.store": sessions}
        # What is in use stays as it is until the end: commands and reloads go by it.
        write(new, server.settings | after)
        first = moved(server, "--to", new)
        self.live_on(newcomer)
        assert server.stop() == 0
        second = moved(server, "--to", new)
        print(f"\n{first['sessions']}, then {second['sessions']}")
        assert first["sessions"]["already_there"] == 0
        assert second["sessions"]["removed"] >= 1
        assert second["accounts"]["already_there"] >= 1
        assert moved(server, "--to", new)["sessions"]["written"] == 0
        now = time.time()
        assert held(*self.places(*before), now) == held(*self.places(accounts, sessions), now)
        write(server.home / "old.toml", server.settings)
        server.write_settings(**after)
        server.start()

    def places(self, *stores: object) -> tuple[str, str]:
        """The URLs with absolute paths."""
        accounts, sessions = (
            str(it).replace("sqlite:", f"sqlite:{self.server.home}/") for it in stores
        )
        return accounts, sessions


def test_there_and_back(
    make_server: MakeServer, make_database: MakeDatabase, redis: RedisServer
) -> None:
    """Moved to PostgreSQL and Redis and back, nobody is signed out and nobody who left is back."""
    server = make_server().start()
    with town(server) as people:
        people.move(make_database(empty=True), redis.url, "erin")
        people.looks_the_same()
        people.leave("erin")
        # What is copied after the new stores are used would undo what has happened there.
        for kind in ("accounts", "sessions"):
            words = ("--from", str(server.home / "old.toml"), "--only", kind)
            refused = server.run("db", "copy", *words)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert len(refused.stderr.splitlines()) == 1
            assert "nothing was changed" in refused.stderr
        people.looks_the_same()
        people.move("sqlite:var/a2.db", "sqlite:var/s2.db", "frank")
        people.looks_the_same()
        print(f"{len(people.here)} signed in: signed out 0; {len(people.gone)} left: back 0")
    assert server.stop() == 0


def killed_at(command: list[str], home: Path, beginning: str) -> bool:
    """Run *command* and kill it at its first line that has this *beginning*; whether it came."""
    with subprocess.Popen(command, cwd=home, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            return any(line.startswith(beginning) for line in process.stderr)
        finally:
            process.kill()


def test_killed(make_server: MakeServer, make_database: MakeDatabase, redis: RedisServer) -> None:
    """Killed with -9 wherever it is, it is run again and ends with the same."""
    server = make_server(peopled=False)
    now = time.time()
    (server.home / "var").mkdir(exist_ok=True)
    for file in (server.home / "var").glob("*.db*"):
        file.unlink()
    var = f"sqlite:{server.home}/var"
    fill(f"{var}/accounts.db", f"{var}/sessions.db", MANY, now)
    write(server.home / "old.toml", server.settings)
    accounts = make_database(empty=True)
    server.write_settings(accounts__store=accounts, sessions__store=redis.url)
    command = [AUTHSRV, "-c", str(server.config), "db", "copy", "--from", "old.toml"]
    points = [
        "audit entries: 600 ", "audit entries: 4800 ", "accounts: 200 ", "accounts: 1400 ",
        "sessions: 400 ", "sessions: 2000 ", "sessions: 3600 ",
    ]  # fmt: skip
    for point in points:
        assert killed_at(command, server.home, point), point
    counts = moved(server, "--from", server.home / "old.toml")
    print(f"\nkilled {len(points)} times, then {counts}")
    assert counts["accounts"]["already_there"] == MANY
    assert counts["sessions"]["there"] == 2 * MANY
    before = held(f"{var}/accounts.db", f"{var}/sessions.db", now)
    assert held(accounts, redis.url, now) == before
    again = moved(server, "--from", server.home / "old.toml")
    assert [again[it]["written"] for it in ("accounts", "audit_entries", "sessions")] == [0, 0, 0]


def test_secrets(make_server: MakeServer, redis: RedisServer) -> None:
    """What goes wrong is told in one line, without the passwords of the databases."""
    server = make_server()
    old = server.home / "old.toml"
    write(old, server.settings)
    nobody = f"postgresql://u:{postgres_service.WRITTEN}@127.0.0.1:1/db"
    for accounts, sessions in ((nobody, redis.url), (None, redis.url.replace("pass", "wrong"))):
        given = server.settings["accounts.store"] if accounts is None else accounts
        server.write_settings(accounts__store=given, sessions__store=sessions)
        ended = server.run("db", "copy", "--from", str(old))
        assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
        assert len(ended.stderr.splitlines()) == 1, ended.stderr
        for secret in (
            postgres_service.PASSWORD,
            postgres_service.WRITTEN,
            "pass:word",
            "wrong%3A",
        ):
            assert secret not in ended.stderr
