"""What cannot be served is refused at once, in words that say what to do."""

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.conftest import MakeServer
from tests.system.server import TWISTD, Server, run
from tests.system.waiting import until

MISTAKES = """\
public_url = "ftp://login.example.com"
nonsense = 1
listen.https = ["127.0.0.1:99999"]
workers.count = 0
sessions.idle = "an hour"
tls.certificates = [{certificate = "certs/nowhere.pem", key = "certs/localhost.key"}]
"""
KEYS = (
    "public_url",
    "nonsense",
    "listen.https",
    "workers.count",
    "sessions.idle",
    "tls.certificates",
)


def refused(server: Server) -> list[str]:
    """The lines on stderr of a server that must end by itself, with 1, and leave nothing."""
    pid_file = server.home / "twistd.pid"
    command = [TWISTD, "--nodaemon", f"--pidfile={pid_file}", "authsrv"]
    ended = run(command, server.home)
    print(f"\nexit {ended.returncode}: {ended.stderr.strip()}")
    assert ended.returncode == 1
    assert not pid_file.exists()
    assert "Traceback" not in ended.stderr + ended.stdout
    assert not list(processes_in(server.home))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.ports.admin)) != 0
    return ended.stderr.splitlines()


def processes_in(home: Path) -> Iterator[int]:
    """The processes whose working directory is *home*."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(home.resolve()):
                yield int(entry.name)


def only_line(server: Server) -> str:
    """The one line with which *server* refuses to start."""
    lines = refused(server)
    assert len(lines) == 1, lines
    return lines[0]


def test_six_mistakes(make_server: MakeServer) -> None:
    """One look at a file with six mistakes names all six: line, key and fix."""
    server = make_server()
    server.config.write_text(MISTAKES)
    checked = server.run("check")
    lines = checked.stderr.splitlines()
    print("\n" + checked.stderr)
    assert checked.returncode == 1
    assert len(lines) == len(KEYS)
    for number, (key, line) in enumerate(zip(KEYS, lines, strict=True), 1):
        assert re.match(rf"\S*authsrv\.toml:{number}: {re.escape(key)}", line), line
        what, _, fix = line.partition("; ")
        assert what, line
        assert fix, line


def test_the_server_says_the_same(make_server: MakeServer) -> None:
    """The server refuses the same file with the same text, at once."""
    server = make_server()
    server.config.write_text(MISTAKES)
    checked = server.run("check", str(server.config))
    assert refused(server) == checked.stderr.splitlines()


def test_no_settings(tmp_path: Path) -> None:
    """Without any settings one line says how to make some."""
    ended = run([TWISTD, "--nodaemon", "--pidfile=", "authsrv"], tmp_path)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "authsrv init" in ended.stderr


def test_port_in_use(make_server: MakeServer) -> None:
    """A port that somebody has is named."""
    server = make_server()
    with socket.create_server(("127.0.0.1", server.ports.https)):
        line = only_line(server)
    assert f"127.0.0.1:{server.ports.https}" in line
    assert "in use" in line


def test_key_of_another_certificate(make_server: MakeServer) -> None:
    """A key that does not fit its certificate is named."""
    server = make_server()
    key = server.home / "certs" / "ca.key"
    server.write_settings(
        tls__certificates=[{"certificate": "certs/localhost.pem", "key": "certs/ca.key"}]
    )
    assert str(key) in only_line(server)


def test_garbage_database(make_server: MakeServer) -> None:
    """A file that is no database is named, and stays as it is."""
    for name in ("accounts", "sessions"):
        server = make_server()
        file = server.home / "var" / f"{name}.db"
        for beside in file.parent.glob(f"{name}.db-*"):
            beside.unlink()
        garbage = b"This is no database. " * 400
        file.write_bytes(garbage)
        assert str(file) in only_line(server)
        assert file.read_bytes() == garbage


def test_database_is_a_directory(make_server: MakeServer) -> None:
    """A directory where a database should be is named."""
    server = make_server()
    for beside in (server.home / "var").iterdir():
        beside.unlink()
    (server.home / "var" / "accounts.db").mkdir()
    assert "accounts.db" in only_line(server)


def test_database_directory_is_missing(make_server: MakeServer) -> None:
    """A database below a file, where nothing can be made, is named."""
    server = make_server()
    (server.home / "file").write_text("no directory")
    server.write_settings(sessions__store="sqlite:file/sessions.db")
    assert str(server.home / "file") in only_line(server)


def test_database_where_nobody_may_write(make_server: MakeServer) -> None:
    """A directory in which nothing may be written is named."""
    server = make_server()
    # In /sys not even root can make a file, whatever the mode bits say.
    server.write_settings(sessions__store="sqlite:/sys/kernel/sessions.db")
    assert "/sys/kernel/sessions.db" in only_line(server)


@pytest.mark.parametrize("arguments", [["--workers", "none"], ["--nonsense"], ["--auth", "x:y"]])
def test_wrong_usage(arguments: list[str], make_server: MakeServer) -> None:
    """A wrong option is refused with its name, without a traceback."""
    server = make_server()
    process = server.spawn(*arguments)
    until(lambda: process.poll() is not None, 15)
    assert process.returncode != 0
    said = (server.home / "log").read_text() + server.stderr()
    assert "Traceback" not in said
    assert arguments[0].strip("-") in said
