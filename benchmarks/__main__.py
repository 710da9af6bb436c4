"""``python -m benchmarks``: prints a table of ratios, and asserts nothing."""

import os
import platform
import signal
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.comparison import ROUNDS, table
from benchmarks.cores import choose
from benchmarks.errors import CannotMeasure
from benchmarks.h2load import MEASURED
from benchmarks.measures import everything


def main() -> int:
    """Measure in a temporary directory; the exit status."""
    # As Ctrl-C does: an error that ends the servers on its way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cores = choose(os.sched_getaffinity(0))
        cores.take()
        with tempfile.TemporaryDirectory(prefix="authsrv-benchmarks-") as folder:
            found = everything(Path(folder), cores)
    except CannotMeasure as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Twisted {version('Twisted')}, Python {platform.python_version()};", end=" ")
    print("one core for the server, one for the load;", end=" ")
    print(f"medians of {ROUNDS} rounds in turn, {MEASURED} s each.")
    print("Ratios are authsrv / peer: of rates higher is better, of seconds lower.\n")
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
