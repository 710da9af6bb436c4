"""What authsrv is measured beside: stock Twisted, and the bare hash."""

import subprocess
import sys
from pathlib import Path

from benchmarks.client import Client
from benchmarks.comparison import Reading
from benchmarks.cores import Cores
from benchmarks.errors import CannotMeasure
from benchmarks.h2load import MEASURED, WARM_UP
from benchmarks.ours import Cost
from benchmarks.servers import Server, free_port

_HERE = Path(__file__).parent


def stock(home: Path, certs: Path, cores: Cores, cookie: str, size: int) -> Server:
    """The server of :mod:`benchmarks.stock`: knows *cookie*, answers it with *size* bytes."""
    port = free_port()
    arguments = ("--port", str(port), "--certs", str(certs), "--log", str(home / "access.log"))
    known = ("--cookie", cookie, "--size", str(size))
    return Server(
        command=cores.serving(*_script("stock.py"), *arguments, *known),
        home=home,
        client=Client(port, certs / "ca.pem"),
        environment={},
    )


def hashes_a_second(cost: Cost, cores: Cores) -> Reading:
    """What :mod:`benchmarks.hashing` reaches on the core of the server."""
    numbers = (cost.memory_kib, cost.time, cost.lanes, WARM_UP, MEASURED)
    command = cores.serving(*_script("hashing.py"), *map(str, numbers))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise CannotMeasure(f"the bare hash failed: {done.stderr}")
    by_clock, by_cpu = map(float, done.stdout.split())
    return Reading(by_clock, by_cpu)


def _script(name: str) -> tuple[str, ...]:
    # -P: nothing of the checkout is found by being near.
    return (sys.executable, "-P", str(_HERE / name))
