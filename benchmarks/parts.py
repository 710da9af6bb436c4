"""The parts of a run, each under the name by which it can be asked for alone."""

from collections.abc import Callable

from benchmarks.comparison import Comparison
from benchmarks.measures import (
    checks,
    handshakes,
    instructions,
    logins,
    memory,
    sessions,
    starts,
    workers,
)
from benchmarks.stage import Stage

Part = Callable[[Stage], list[Comparison]]
PARTS: dict[str, Part] = {
    "check": checks.over_tls,
    "unix": checks.on_unix_socket,
    "others": checks.never_the_same,
    "people": checks.of_many_people,
    "login": logins.beside_the_hash,
    "queue": logins.beside_checks,
    "handshake": handshakes.measure,
    "workers": workers.measure,
    "memory": memory.measure,
    "start": starts.measure,
    "sessions": sessions.measure,
}
#: Measured only when asked for: minutes more.
MORE: dict[str, Part] = {
    "instructions": instructions.measure,
}
