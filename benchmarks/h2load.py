"""h2load (nghttp2), which makes the load: its command line, and its report read."""

import re
import subprocess
from pathlib import Path

from attrs import frozen

from benchmarks.errors import CannotMeasure

#: Seconds: once unmeasured, then measured in each round.
WARM_UP, MEASURED = 1, 3
#: The one that is offered: left to themselves, servers choose differently.
CIPHER = "TLS_AES_256_GCM_SHA384"
#: Seconds that any load may take.
_WITHIN = 60

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

    For *seconds*, or until *requests* are answered; on each connection at most *each_second*,
    if given.  *headers* are whole lines; with the file *body* it is a POST.  With *unix* it goes
    to that socket, without TLS.  The file *log* has a line for each answer.  If there are
    *queries*, each request in turn has another of so many.

    A server without *reasons* says ``HTTP/1.1 200`` and not OK behind it, as it may (RFC 9112,
    section 4).  h2load does not see such a status, and calls the whole answer failed.
    """

    port: int
    path: str
    protocol: str = "h2"
    clients: int = 8
    streams: int = 1
    seconds: int = MEASURED
    requests: int | None = None
    each_second: int | None = None
    headers: tuple[str, ...] = ()
    queries: int = 0
    body: Path | None = None
    unix: Path | None = None
    log: Path | None = None
    reasons: bool = True


@frozen
class Report:
    """What came of it: good answers, their *rate* a second, the *protocol* and the *cipher*.

    The cipher is empty without TLS.
    """

    count: int
    rate: float
    protocol: str
    cipher: str


def command(load: Load) -> list[str]:
    """The command line for *load*."""
    until = f"--requests={load.requests}" if load.requests else f"--duration={load.seconds}"
    words = ["h2load", until]
    words += [f"--clients={load.clients}", f"--max-concurrent-streams={load.streams}"]
    words += [f"--header={line}" for line in load.headers]
    if load.each_second is not None:
        words.append(f"--rps={load.each_second}")
    if load.body is not None:
        words.append(f"--data={load.body}")
    if load.log is not None:
        words.append(f"--log-file={load.log}")
    if load.unix is not None:
        words += [f"--base-uri=unix:{load.unix}", "--h1"]
        return [*words, *_targets("http", load)]
    # The name may mean another address first, on which nobody listens.
    words += [f"--connect-to=127.0.0.1:{load.port}", f"--npn-list={load.protocol}"]
    words.append(f"--tls13-ciphers={CIPHER}")
    return [*words, *_targets("https", load)]


def _targets(scheme: str, load: Load) -> list[str]:
    target = f"{scheme}://localhost:{load.port}{load.path}"
    return [f"{target}?n={number}" for number in range(load.queries)] or [target]


def parse(text: str, *, secure: bool = True, reasons: bool = True) -> Report:
    """The report in *text*.  Raises CannotMeasure if a line is missing or a request went wrong."""
    if not reasons:
        text = _with_statuses(text)
    found = {name: re.search(pattern, text, re.MULTILINE) for name, pattern in _SEEN.items()}
    seen = {name: match[1] for name, match in found.items() if match}
    if not secure:
        seen["cipher"] = ""
    if missing := found.keys() - seen.keys():
        raise CannotMeasure(f"h2load does not say: {', '.join(sorted(missing))}\n{text}")
    wrong = [seen[name] for name in ("broken", "refused") if re.search(r"\b[1-9]\d* ", seen[name])]
    if wrong or seen["count"] == "0":
        raise CannotMeasure(f"requests went wrong: {'; '.join(wrong) or 'none was answered'}")
    return Report(int(seen["count"]), float(seen["rate"]), seen["protocol"], seen["cipher"])


def run(load: Load) -> Report:
    """Make *load*, once.  Raises CannotMeasure, also when another protocol was spoken."""
    words = command(load)
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_WITHIN, check=False)
    except subprocess.TimeoutExpired:
        raise CannotMeasure(f"no end after {_WITHIN} s") from None
    if done.returncode != 0:
        raise CannotMeasure(f"h2load failed: {done.stdout}{done.stderr}")
    report = parse(done.stdout, secure=load.unix is None, reasons=load.reasons)
    if report.protocol != load.protocol:
        raise CannotMeasure(f"{report.protocol} was spoken, not {load.protocol}")
    if load.unix is None and report.cipher != CIPHER:
        raise CannotMeasure(f"{report.cipher} was agreed upon, not {CIPHER}")
    return report


def _with_statuses(text: str) -> str:
    """*text* with all that is done as succeeded, if no status at all was seen."""
    counts = re.search(r"(\d+) done, 0 succeeded, (\d+) failed", text)
    if "status codes: 0 2xx, 0 3xx, 0 4xx, 0 5xx" not in text or not counts:
        return text
    all_done, failed = counts.groups()
    if all_done != failed:
        return text
    return text.replace(counts[0], f"{all_done} done, {all_done} succeeded, 0 failed")


def times(log: Path) -> list[float]:
    """How many seconds each answer in the file took, the shortest first.  Raises CannotMeasure."""
    rows = [line.split("\t") for line in log.read_text("ascii").splitlines()]
    if any(status != "200" for _, status, *_ in rows):
        raise CannotMeasure("not every answer was a good one")
    return sorted(int(row[2]) / 1e6 for row in rows)
