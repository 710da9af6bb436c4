"""How each peer is started, on the core of the server, and how one signs in there."""

import json
import os
import subprocess
import sys
from pathlib import Path

from attrs import evolve, frozen

from authsrv.cluster.launch import worker_environment
from benchmarks.client import Client
from benchmarks.comparison import Reading
from benchmarks.cores import Cores
from benchmarks.errors import CannotMeasure
from benchmarks.h2load import MEASURED, WARM_UP
from benchmarks.ours import Cost
from benchmarks.servers import Server, free_port

STOCK, STOCK_QUIET = "stock Twisted", "stock Twisted, no log"
HYPERCORN, NODE = "Hypercorn", "Node http2 + Map"
FASTIFY, EXPRESS = "Fastify + Redis", "Express + Redis"

_HERE = Path(__file__).parent
#: What Hypercorn runs on is an environment of its own, inside the one that runs this.
_HYPERCORN = Path(sys.prefix) / "bench" / "bin" / "hypercorn"


@frozen
class Peers:
    """Starts them: each in a directory of its own in *folder*, with the certificate in *certs*.

    *redis* is the URL of the Redis that some keep their sessions in.
    """

    folder: Path
    certs: Path
    cores: Cores
    redis: str

    def all(self) -> list[Server]:
        """Every one; stock Twisted with its log."""
        return [
            self.stock(),
            self._hypercorn(),
            self._node(NODE, "map.mjs"),
            self._node(FASTIFY, "fastify.mjs"),
            self._node(EXPRESS, "express.mjs", speaks_http2=False),
        ]

    def stock(self) -> Server:
        """Stock Twisted with its log."""
        return self._python(STOCK, str(_HERE / "stock.py"), "--log", "access.log")

    def quiet_stock(self) -> Server:
        """Stock Twisted without a log."""
        return self._python(STOCK_QUIET, str(_HERE / "stock.py"))

    def _python(self, name: str, *script: str) -> Server:
        # -P: nothing of the checkout is found by being near.
        return self._told(name, (sys.executable, "-P", *script))

    def _node(self, name: str, script: str, *, speaks_http2: bool = True) -> Server:
        command = ("node", str(_HERE / "node" / script), "--redis", self.redis)
        return self._told(name, command, speaks_http2=speaks_http2)

    def _told(self, name: str, command: tuple[str, ...], *, speaks_http2: bool = True) -> Server:
        port, home = free_port(), self._home(name)
        places = ("--port", str(port), "--unix", str(home / "http.sock"))
        whole = (*command, *places, "--certs", str(self.certs))
        return self._server(name, home, port, whole, speaks_http2=speaks_http2)

    def _hypercorn(self) -> Server:
        port, home = free_port(), self._home(HYPERCORN)
        home.mkdir(exist_ok=True)
        told = {
            "bind": f"127.0.0.1:{port}",
            "insecure_bind": f"unix:{home / 'http.sock'}",
            "certfile": str(self.certs / "localhost.pem"),
            "keyfile": str(self.certs / "localhost.key"),
            "workers": 1,
            # As many may wait to be accepted as at authsrv.
            "backlog": 1024,
            # As long as authsrv: else those that idle are closed before they are counted...
            "keep_alive_timeout": 60,
            # ... and those of the load are closed in its midst, which h2load calls an error.
            "keep_alive_max_requests": 10_000_000,
        }
        # Each value is written in TOML as in JSON.
        lines = (f"{key} = {json.dumps(value)}\n" for key, value in told.items())
        (home / "hypercorn.toml").write_text("".join(lines), "utf-8")
        command = (str(_HYPERCORN), "--config", "hypercorn.toml", f"{_HERE / 'dictionary'}:app")
        return evolve(self._server(HYPERCORN, home, port, command), has_reasons=False)

    def _server(
        self,
        name: str,
        home: Path,
        port: int,
        command: tuple[str, ...],
        *,
        speaks_http2: bool = True,
    ) -> Server:
        return Server(
            name=name,
            command=self.cores.serving(*command),
            home=home,
            client=Client(port, self.certs / "ca.pem"),
            unix=home / "http.sock",
            enter=enter,
            environment={"NODE_ENV": "production"},
            speaks_http2=speaks_http2,
        )

    def _home(self, name: str) -> Path:
        return self.folder / "".join(c for c in name.lower() if c.isalnum())


def enter(client: Client) -> str:
    """The ``name=token`` of a new session."""
    answer = client.get("/login")
    if not answer.cookies:
        raise CannotMeasure(f"no cookie came with {answer.status}: {answer.body!r}")
    return answer.cookies[0].partition(";")[0]


def hashes_a_second(cost: Cost, cores: Cores, *, huge_pages: bool) -> Reading:
    """What :mod:`benchmarks.peers.hashing` reaches on the core of the server.

    With *huge_pages* in memory that comes as a worker's does, else as Python's comes by itself.
    """
    numbers = map(str, (cost.memory_kib, cost.time, cost.lanes, WARM_UP, MEASURED))
    script = (sys.executable, "-P", str(_HERE / "hashing.py"))
    command = cores.serving(*script, *numbers)
    around = worker_environment(os.environ, []) if huge_pages else None
    done = subprocess.run(
        command, env=around, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != 0:
        raise CannotMeasure(f"the bare hash failed: {done.stderr}")
    by_clock, by_cpu = map(float, done.stdout.split())
    return Reading(by_clock, by_cpu)
