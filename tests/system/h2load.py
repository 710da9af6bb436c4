"""h2load (nghttp2) again and again, while its connections are asked to go elsewhere.

After GOAWAY it does not: whatever it had still to ask, even what it had begun but not yet put on
the wire, it counts as failed.  So what it was answered is told beside what the server has seen.
"""

import contextlib
import re
import subprocess
import threading
from collections.abc import Iterator

from attrs import define

from tests.system.server import Server
from tests.system.together import meanwhile

CONNECTIONS, STREAMS, REQUESTS = 20, 4, 4000
_REPORT = re.compile(
    r"^requests: .* (\d+) timeout\nstatus codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx", re.MULTILINE
)


@define
class Answers:
    """How often it ran, how many requests were answered well, and how many were waited for in
    vain."""

    runs: int = 0
    good: int = 0
    timeout: int = 0

    def note(self, report: str) -> None:
        """Count one run."""
        found = _REPORT.search(report)
        assert found, report
        self.runs += 1
        self.timeout += int(found[1])
        self.good += int(found[2])


@contextlib.contextmanager
def bursts(server: Server, path: str) -> Iterator[Answers]:
    """h2load on *path* during the block, on connections that each run opens anew."""
    counted, stop = Answers(), threading.Event()
    words = ["h2load", f"--requests={REQUESTS}", f"--clients={CONNECTIONS}"]
    words += [f"--max-concurrent-streams={STREAMS}", "--header=accept: text/html"]
    words += [f"--connect-to=127.0.0.1:{server.ports.https}", server.base + path]

    def work() -> None:
        while not stop.is_set():
            ran = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
            counted.note(ran.stdout)

    with meanwhile(stop, [work]):
        yield counted
