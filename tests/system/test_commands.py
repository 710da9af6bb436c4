"""The ``authsrv`` command beside a running server: what it does is seen by the next request."""

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.system import processes
from tests.system.client import ALICE, PASSWORD, Client
from tests.system.conftest import MakeServer
from tests.system.pinned import one_each
from tests.system.server import AUTHSRV, Server, run

ROUNDS = 100
NEW_PASSWORD = "a much longer sentence than before"


def done(server: Server, *arguments: str, given: str = "") -> str:
    """What a command that must succeed says."""
    ended = server.run(*arguments, given=given)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout


def listed(server: Server, *arguments: str) -> Any:
    """What a command says with ``--json``."""
    return json.loads(done(server, *arguments, "--json"))


def statuses(clients: list[Client], rounds: int = ROUNDS) -> list[int]:
    """What *rounds* requests are answered, spread over the *clients*."""
    return [clients[number % len(clients)].who().status for number in range(rounds)]


def sign_in_all(clients: list[Client], name: str = ALICE, password: str = PASSWORD) -> None:
    """One session for each of *clients*."""
    for client in clients:
        client.cookies.clear()
        assert client.sign_in(name, password).status == 201


def test_revoke(server: Server) -> None:
    """A session that is revoked is dead on every worker at the next request, others live."""
    with one_each(server) as pair:
        sign_in_all(pair)
        assert len(listed(server, "session", "list", "--account", ALICE)) >= 2
        first = pair[0].who().json["session"]["id"]
        done(server, "session", "revoke", "--id", first)
        pair[1].cookies, kept = pair[0].cookies, pair[1].cookies
        stale = ROUNDS - statuses(pair).count(401)
        pair[1].cookies = kept
        assert pair[1].who().status == 200
        for which in (["--account", ALICE], ["--all"]):
            sign_in_all(pair)
            done(server, "session", "revoke", *which)
            stale += ROUNDS - statuses(pair).count(401)
    print(f"\n{3 * ROUNDS} requests after a revocation: {stale} stale answers")
    assert stale == 0
    assert listed(server, "session", "list") == []


def test_disable(server: Server) -> None:
    """A disabled account is out on every worker at the next request, and cannot come in."""
    with one_each(server) as pair:
        sign_in_all(pair, "bob")
        done(server, "user", "disable", "bob")
        stale = ROUNDS - statuses(pair).count(401)
        assert {client.sign_in("bob").status for client in pair} == {401}
        assert listed(server, "user", "show", "bob")["disabled"] is True
        done(server, "user", "enable", "bob")
        assert {client.sign_in("bob").status for client in pair} == {201}
    print(f"\n{ROUNDS} requests after an account was disabled: {stale} stale answers")
    assert stale == 0


def test_life_of_an_account(server: Server) -> None:
    """An account is added, listed, given another password, and removed, while people use it."""
    done(server, "user", "add", "carol", "--group", "ops", "--password-stdin", given=PASSWORD)
    facts = listed(server, "user", "show", "carol")
    assert (facts["name"], facts["groups"], facts["admin"]) == ("carol", ["ops"], False)
    assert [each["name"] for each in listed(server, "user", "list")] == ["alice", "bob", "carol"]
    assert "carol" in done(server, "user", "list")
    with one_each(server) as pair:
        sign_in_all(pair, "carol")
        done(server, "user", "passwd", "carol", "--password-stdin", given=NEW_PASSWORD + "\n")
        stale = ROUNDS - statuses(pair).count(401)
        assert pair[0].sign_in("carol").status == 401
        sign_in_all(pair, "carol", NEW_PASSWORD)
        done(server, "user", "remove", "carol", "--yes")
        stale += ROUNDS - statuses(pair).count(401)
        assert pair[1].sign_in("carol", NEW_PASSWORD).status == 401
    assert stale == 0
    assert server.run("user", "show", "carol").returncode == 1


def test_init_twice(make_server: MakeServer) -> None:
    """The second init keeps everything."""
    server = make_server()
    before = {path: path.read_bytes() for path in server.home.rglob("*") if path.is_file()}
    ended = run([AUTHSRV, "init", str(server.home)], server.home)
    assert ended.returncode == 0, ended.stderr
    after = {path: path.read_bytes() for path in server.home.rglob("*") if path.is_file()}
    kept = {path for path in before if path.suffix in {".pem", ".key", ".toml", ".db"}}
    assert {path: after[path] for path in kept} == {path: before[path] for path in kept}
    assert done(server, "check").endswith("is valid\n")


def test_what_is_served(server: Server) -> None:
    """cert show and db status say what a program can read."""
    (certificate,) = listed(server, "cert", "show")
    assert certificate["names"][0] == "localhost"
    assert certificate["days_left"] > 300
    status = listed(server, "db", "status")
    assert status["up_to_date"] is True
    assert status["current"] == status["newest"]
    assert "localhost" in done(server, "cert", "show")


REFUSED = (
    (1, ["user", "add", "alice", "--password-stdin"], PASSWORD),
    (1, ["user", "add", "dave", "--password-stdin"], "short"),
    (1, ["user", "add", "no spaces", "--password-stdin"], PASSWORD),
    (1, ["user", "show", "nobody"], ""),
    (1, ["session", "revoke", "--id", "nowhere"], ""),
    (2, ["user", "add"], ""),
    (2, ["session", "revoke"], ""),
    (2, ["nonsense"], ""),
)


@pytest.mark.parametrize(("status", "arguments", "given"), REFUSED)
def test_refusals(server: Server, status: int, arguments: list[str], given: str) -> None:
    """1 with one line that says what to do; 2 for wrong usage; nothing on stdout."""
    ended = server.run(*arguments, given=given)
    assert ended.returncode == status
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    if status == 1:
        assert len(ended.stderr.splitlines()) == 1, ended.stderr


def test_no_settings(server: Server) -> None:
    """Without settings: 1, and the command that makes some."""
    ended = run([AUTHSRV, "--config", "nowhere.toml", "user", "list"], server.home)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


def test_passwords_are_not_arguments(server: Server) -> None:
    """No password is ever an argument, where every user of the machine could read it."""
    command = [AUTHSRV, "--config", str(server.config), "user", "passwd", "bob", "--password-stdin"]
    with subprocess.Popen(
        command, cwd=server.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        running.stdin.write(PASSWORD + "\n")
        running.stdin.close()
        seen = set()
        while running.poll() is None:
            seen.add(processes.command_line(running.pid))
            time.sleep(0.05)
        assert running.returncode == 0
    assert any("passwd bob" in line for line in seen)
    assert all(PASSWORD not in line for line in seen)
    # An option that took one does not even exist.
    assert server.run("user", "passwd", "bob", "--password", PASSWORD).returncode == 2


def test_one_interpreter() -> None:
    """The command is the installed one."""
    assert AUTHSRV.startswith(sys.prefix)
