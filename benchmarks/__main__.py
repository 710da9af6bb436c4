"""``python -m benchmarks``: prints tables of ratios, and asserts nothing."""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import page
from benchmarks.comparison import Comparison
from benchmarks.cores import Cores, choose
from benchmarks.errors import CannotMeasure
from benchmarks.parts import MORE, PARTS
from benchmarks.stage import standing


def main() -> int:
    """Measure in a temporary directory; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ", ".join(PARTS)
    told = f"of {parts}, or all of these; or {', '.join(MORE)}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=told)
    parser.add_argument("--publish", action="store_true", help="put it into the documentation")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - PARTS.keys() - MORE.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}: {told}")
    if asked.publish and asked.parts:
        parser.error("only a whole run is published: ratios of one run belong together")
    # As Ctrl-C does: an error that ends the servers on its way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cores = choose(os.sched_getaffinity(0))
        cores.take()
        with tempfile.TemporaryDirectory(prefix="authsrv-benchmarks-") as folder:
            found = _measured(Path(folder), cores, asked.parts or list(PARTS))
    except CannotMeasure as error:
        print(error, file=sys.stderr)
        return 1
    print(page.results(found))
    if asked.publish:
        page.publish(found)
    return 0


def _measured(folder: Path, cores: Cores, names: list[str]) -> list[Comparison]:
    found: list[Comparison] = []
    with standing(folder, cores) as stage:
        for name in names:
            began = time.monotonic()
            found += (PARTS | MORE)[name](stage)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
