"""It is the installed wheel that runs here."""

import subprocess
import sys
from pathlib import Path

from tests.system import processes
from tests.system.client import Client
from tests.system.server import Server

CHECKOUT = Path(__file__).parents[2]
ASK = "import authsrv, twisted.plugins.authsrv_plugin as p; print(authsrv.__file__, p.__file__)"


def test_the_wheel_is_installed(tmp_path: Path) -> None:
    """The package and its plugin come from site-packages, not from the checkout."""
    command = [sys.executable, "-c", ASK]
    found = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30
    )
    for line in found.stdout.split():
        assert "site-packages" in Path(line).parts
        assert not Path(line).is_relative_to(CHECKOUT / "authsrv")


def test_the_wheel_serves(server: Server) -> None:
    """No process of the server has a file of the checkout's package open or mapped."""
    with Client(server) as client:
        assert client.get("/login").status == 200
    for pid in (server.pid, *server.workers()):
        assert sys.executable.rpartition("/")[0] in processes.command_line(pid)
        assert str(CHECKOUT / "authsrv") + "/" not in Path(f"/proc/{pid}/maps").read_text()
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode()
        paths = [each for each in environment.split("\0") if each.startswith("PYTHONPATH=")]
        assert all(str(CHECKOUT) not in each.replace(str(CHECKOUT / ".venv"), "") for each in paths)
