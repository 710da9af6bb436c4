"""h2load (nghttp2), which makes the load: its command line, and its report read."""

import re
import subprocess
from pathlib import Path

from attrs import frozen

from benchmarks.errors import CannotMeasure

#: Seconds: once unmeasured, then measured in each round.
WARM_UP, MEASURED = 1, 3

_SEEN = {
    "protocol": r"^Application protocol: (\S+)",
    "cipher": r"^Cipher: (\S+)",
    "rate": r"^finished in .*?, ([\d.]+) req/s",
    "count": r"^requests: .*?(\d+) succeeded",
    "broken": r"^requests: .*?(\d+ failed, \d+ errored, \d+ timeout)",
    "refused": r"^status codes: .*?(\d+ 3xx, \d+ 4xx, \d+ 5xx)",
}


@frozen
class Load:
    """What is asked of the server at *port*: *clients* connections, *streams* requests on each.

    For *seconds*, or until *requests* are answered.  *headers* are whole lines; with the file
    *body* it is a POST.
    """

    port: int
    path: str
    protocol: str = "h2"
    clients: int = 8
    streams: int = 1
    seconds: int = MEASURED
    requests: int | None = None
    headers: tuple[str, ...] = ()
    body: Path | None = None


@frozen
class Report:
    """What came of it: good answers, their *rate* a second, the *protocol* and the *cipher*."""

    count: int
    rate: float
    protocol: str
    cipher: str


def command(load: Load) -> list[str]:
    """The command line for *load*."""
    until = f"--requests={load.requests}" if load.requests else f"--duration={load.seconds}"
    words = ["h2load", until]
    words += [f"--clients={load.clients}", f"--max-concurrent-streams={load.streams}"]
    # The name may mean another address first, on which nobody listens.
    words += [f"--connect-to=127.0.0.1:{load.port}", f"--npn-list={load.protocol}"]
    words += [f"--header={line}" for line in load.headers]
    if load.body is not None:
        words.append(f"--data={load.body}")
    return [*words, f"https://localhost:{load.port}{load.path}"]


def parse(text: str) -> Report:
    """The report in *text*.  Raises CannotMeasure if a line is missing or a request went wrong."""
    found = {name: re.search(pattern, text, re.MULTILINE) for name, pattern in _SEEN.items()}
    seen = {name: match[1] for name, match in found.items() if match}
    if missing := found.keys() - seen.keys():
        raise CannotMeasure(f"h2load does not say: {', '.join(sorted(missing))}\n{text}")
    wrong = [seen[name] for name in ("broken", "refused") if re.search(r"\b[1-9]\d* ", seen[name])]
    if wrong or seen["count"] == "0":
        raise CannotMeasure(f"requests went wrong: {'; '.join(wrong) or 'none was answered'}")
    return Report(int(seen["count"]), float(seen["rate"]), seen["protocol"], seen["cipher"])


def run(load: Load) -> Report:
    """Make *load*, once.  Raises CannotMeasure, also when another protocol was spoken."""
    done = subprocess.run(command(load), capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise CannotMeasure(f"h2load failed: {done.stdout}{done.stderr}")
    report = parse(done.stdout)
    if report.protocol != load.protocol:
        raise CannotMeasure(f"{report.protocol} was spoken, not {load.protocol}")
    return report
