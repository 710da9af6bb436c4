"""What packaging/systemd has, and the server as systemd would run it."""

import contextlib
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsrv.settings.model import Workers
from tests.system.activated import SERVICE, UNITS, Activated, said_in_unit
from tests.system.client import Client, trusting
from tests.system.server import BIN, copy, ending, run
from tests.system.waiting import until

WATCHDOG = 2.0
#: Connections that are made while no server runs: fewer than wait in the sockets' queues.
WAITING = 50
MOST_EXPOSED = 2.0


@pytest.fixture
def activated(peopled_home: Path, tmp_path: Path) -> Iterator[Activated]:
    """One that has been started, and is ready."""
    server = Activated(copy(peopled_home, tmp_path / "home"), WATCHDOG)
    with contextlib.closing(server), ending(server):
        server.start()
        yield server


def test_units_are_valid(tmp_path: Path) -> None:
    """systemd finds nothing to say about the units."""
    copied = [Path(shutil.copy(path, tmp_path)) for path in UNITS.glob("authsrv*.*")]
    assert len(copied) == 4
    for path in copied:
        # It looks whether the programs are there.
        text = path.read_text("utf-8").replace("/opt/authsrv/bin", str(BIN))
        path.write_text(text, "utf-8")
    checked = run(["systemd-analyze", "verify", *map(str, copied)], tmp_path)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_exposure(tmp_path: Path) -> None:
    """By systemd's own measure (0 to 10) the service is exposed no more than promised."""
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(SERVICE)]
    measured = run(command, tmp_path)
    found = re.search(r"Overall exposure level for authsrv.service: ([\d.]+)", measured.stdout)
    assert found, measured.stderr
    print(f"\nexposure: {found[1]} of 10, {MOST_EXPOSED} allowed")
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("kind", ["sysusers", "tmpfiles"])
def test_users_and_directories(kind: str, tmp_path: Path) -> None:
    """The user and the directories are made from nothing, and making them twice is harmless."""
    (tmp_path / "etc").mkdir()
    options = ["--create"] if kind == "tmpfiles" else []
    users = UNITS / "sysusers.d" / "authsrv.conf"
    wanted = UNITS / f"{kind}.d" / "authsrv.conf"
    for path, program, more in (
        (users, "systemd-sysusers", []),
        (wanted, f"systemd-{kind}", options),
    ) * 2:
        made = run([program, f"--root={tmp_path}", *more, str(path)], tmp_path)
        assert made.returncode == 0, made.stderr
    assert "authsrv:" in (tmp_path / "etc" / "passwd").read_text("utf-8")
    if kind == "tmpfiles":
        assert (tmp_path / "var/lib/authsrv").stat().st_mode & 0o777 == 0o700


def test_time_to_stop() -> None:
    """systemd waits longer than workers drain, so that it never cuts them short."""
    assert float(said_in_unit("TimeoutStopSec")) > Workers().drain_seconds


def test_told(activated: Activated) -> None:
    """Being ready, how many workers serve, signs of life, a reload and the end are told."""
    until(lambda: "STATUS=2 of 2 workers ready" in activated.told(), 10)
    assert activated.told().count("READY=1") == 1
    before = activated.told().count("WATCHDOG=1")
    until(lambda: activated.told().count("WATCHDOG=1") >= before + 3, WATCHDOG * 5)
    with Client(activated) as client:
        assert client.get("/login").status == 200
    seen = len(activated.told())
    reloaded = run(activated.command("ExecReload"), activated.home)
    assert reloaded.returncode == 0, reloaded.stderr
    until(lambda: "READY=1" in activated.told()[seen:], 10)
    during = [it for it in activated.told()[seen:] if not it.startswith(("WATCHDOG", "STATUS"))]
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", during[0])
    assert during[1:] == ["READY=1"]
    assert activated.stop() == 0
    assert "STOPPING=1" in activated.told()
    beats = activated.told().count("WATCHDOG=1")
    print(f"\ntold: READY, STATUS, RELOADING, READY, STOPPING, and {beats} signs of life")


def test_refused_reload(activated: Activated) -> None:
    """A reload that is refused fails the unit's command, and the server is told to be ready."""
    seen = len(activated.told())
    # Valid by themselves, so that it is the server who refuses: the key is another's.
    other = {"certificate": "certs/ca.pem", "key": "certs/localhost.key"}
    activated.write_settings(tls__certificates=[other])
    refused = run(activated.command("ExecReload"), activated.home)
    assert refused.returncode == 1
    assert refused.stderr
    until(lambda: "READY=1" in activated.told()[seen:], 10)
    with Client(activated) as client:
        assert client.get("/login").status == 200


def test_restart(activated: Activated) -> None:
    """Whoever connects between the end of one server and the start of the next is answered."""
    assert activated.stop() == 0
    refused = lost = 0
    waiting: list[socket.socket] = []
    with contextlib.ExitStack() as stack:
        for _ in range(WAITING):
            try:
                made = socket.create_connection(("127.0.0.1", activated.ports.https), timeout=20)
            except ConnectionRefusedError:
                refused += 1
            else:
                waiting.append(stack.enter_context(made))
        activated.start()
        for each in waiting:
            lost += not _is_answered(activated, each)
    print(f"\nrestart: {WAITING} connected meanwhile, {refused} refused, {lost} lost")
    assert (len(waiting), refused, lost) == (WAITING, 0, 0)


def _is_answered(server: Activated, connected: socket.socket) -> bool:
    """Whether the sign-in page comes over *connected*."""
    asked = f"GET /login HTTP/1.1\r\nHost: localhost:{server.ports.https}\r\n\r\n".encode()
    try:
        with trusting(server.authority).wrap_socket(
            connected, server_hostname="localhost"
        ) as secure:
            secure.sendall(asked)
            return secure.recv(65536).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False
