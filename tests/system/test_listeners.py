"""Where a server can listen, whose it becomes, and how it runs in the background."""

import http.client
import os
import pwd
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import processes
from tests.system.client import Client
from tests.system.conftest import MakeServer
from tests.system.server import TWISTD, Server, copy, ending, run
from tests.system.settings import free_port
from tests.system.waiting import until

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def short() -> Iterator[Path]:
    """A directory with a short name that anybody may enter: a socket's path has 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="authsrv-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def ask_unix(path: Path, host: str) -> int:
    """The status of the sign-in page over the unix socket at *path*."""
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(5)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", "/login")
        return connection.getresponse().status
    finally:
        connection.close()


def hand_over(path: Path, host: str) -> None:
    """An open file that comes with a request is closed, and the request is answered."""
    read, write = os.pipe()
    with socket.socket(socket.AF_UNIX) as client, os.fdopen(read, "rb") as kept:
        client.settimeout(5)
        client.connect(str(path))
        head = f"GET /login HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        socket.send_fds(client, [head], [write])
        os.close(write)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        # Nobody has the other end any more, though the connection is open.
        assert select.select([kept], [], [], 5) == ([kept], [], [])
        assert kept.read() == b""


def test_ipv6(make_server: MakeServer) -> None:
    """IPv6 addresses are served."""
    server = make_server(1)
    addresses = [f"127.0.0.1:{server.ports.https}", f"[::1]:{server.ports.https}"]
    server.write_settings(listen__https=addresses)
    server.start()
    for host in ("127.0.0.1", "::1"):
        with Client(server, host=host) as client:
            hello = {"Host": f"localhost:{server.ports.https}"}
            assert client.request("GET", "/login", headers=hello).status == 200
    assert {each["address"] for each in server.requests()} == {"127.0.0.1", "::1"}


def test_unix_socket(make_server: MakeServer, short: Path) -> None:
    """A unix socket answers; after everything was killed it can be bound again."""
    path = short / "authz.sock"
    server = make_server(settings={"listen.authz": [f"unix:{path}"]}).start()
    host = f"localhost:{server.ports.https}"
    assert ask_unix(path, host) == 200
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    hand_over(path, host)
    server.kill_all()
    assert path.exists()
    server.start()
    assert ask_unix(path, host) == 200
    assert server.stop() == 0
    assert not path.exists()


def servant() -> tuple[int, int]:
    """The user and group to become: nobody, if nobody may read what pip has installed.

    Where the interpreter stands below /root, root alone can, and only the group is given up.
    Who is not root has nothing to give up.
    """
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    command = [sys.executable, "-c", "import authsrv.worker, configparser, sqlite3, ssl"]
    user, group = NOBODY.pw_uid, NOBODY.pw_gid
    try:
        subprocess.run(
            command, check=True, capture_output=True, timeout=30, user=user, group=group, cwd="/"
        )
    except (PermissionError, subprocess.CalledProcessError):
        return 0, group
    return user, group


def test_dropped_privileges(peopled_home: Path, short: Path) -> None:
    """As root: a port below 1024 is opened first, then every process is somebody else's."""
    uid, gid = servant()
    print(f"\nfrom user {os.geteuid()} to user {uid}, group {gid}")
    home = copy(peopled_home, short / "home")
    for each in (home, *home.rglob("*")):
        os.chown(each, uid, gid)
    low = range(700, 1000) if os.geteuid() == 0 else range(20000, 32000)
    port = free_port(among=low)
    path = short / "home" / "authz.sock"
    listen = {"listen.http": [f"127.0.0.1:{port}"], "listen.authz": [f"unix:{path}"]}
    with ending(Server(home, 2, listen)) as server:
        os.chown(server.config, uid, gid)
        server.start(before=("--uid", str(uid), "--gid", str(gid)))
        for pid in (server.pid, *server.workers()):
            assert processes.owner(pid) == (uid, gid)
        with Client(server) as client:
            assert client.sign_in().status == 201
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        assert connection.getresponse().status == 301
        connection.close()
        assert (path.stat().st_uid, path.stat().st_gid) == (uid, gid)
        killed = server.serving()[1]
        processes.kill(killed)
        until(lambda: server.serving().get(1, killed) != killed, 10)
        assert server.stop() == 0


def test_daemon(make_server: MakeServer) -> None:
    """In the background: a pid file, a log file, nothing on the terminal; SIGTERM ends it."""
    server = make_server()
    pid_file = server.home / "run.pid"
    log = server.home / "log"
    command = [TWISTD, f"--pidfile={pid_file}", f"--logfile={log}", "authsrv"]
    started = run(command, server.home)
    assert started.returncode == 0, started.stderr
    assert started.stdout + started.stderr == ""
    pid = int(pid_file.read_text())
    try:
        until(server.is_ready, 20)
        with Client(server) as client:
            assert client.sign_in().status == 201
        assert [each["path"] for each in server.requests()] == ["/api/session"]
    finally:
        os.kill(pid, signal.SIGTERM)
        until(lambda: processes.is_gone(pid), 15)
    assert not pid_file.exists()


def test_log_is_opened_again(make_server: MakeServer) -> None:
    """After SIGUSR1 the log goes on in a new file, of all processes."""
    server = make_server()
    server.write_settings(log__file="log")
    server.start()
    moved = server.home / "log.1"
    shutil.move(server.home / "log", moved)
    server.signal(signal.SIGUSR1)
    until((server.home / "log").exists, 5)
    for _ in range(10):
        with Client(server) as client:
            client.get("/login")
    until(lambda: len(server.requests()) == 10, 5)
    assert b'"request"' not in moved.read_bytes()
