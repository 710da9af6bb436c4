"""``python -m tests.fuzz``: fuzzes all targets, or one, or gives one the inputs in files."""

import argparse
import sys
from pathlib import Path

from tests.fuzz.target import find, names

#: Where longer runs keep what they learn; git does not look there.
WORK = Path("build/fuzz")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", help="one of those that --list tells")
    parser.add_argument("file", nargs="*", type=Path, help="an input to run once, without atheris")
    parser.add_argument("--list", action="store_true", help="tell what the targets are called")
    parser.add_argument("--seconds", type=int, default=60, help="how long to fuzz")
    parser.add_argument("--runs", type=int, default=-1, help="how many inputs a target at most")
    parser.add_argument("--work", type=Path, default=WORK, help="where inputs are kept")
    said = parser.parse_args()
    if said.list:
        print("\n".join(names()))
    elif said.file:
        target = find(said.target)
        for path in said.file:
            target.run(path.read_bytes())
    elif said.target:
        one(said)
    else:
        every(said)


# atheris is imported only where it is used: all else runs without it.


def one(said: argparse.Namespace) -> None:
    """Fuzz one target; the process ends with it."""
    from tests.fuzz.engine import fuzz, watched

    with watched():
        target = find(said.target)
    fuzz(said.target, target, said.seconds, said.runs, said.work)


def every(said: argparse.Namespace) -> None:
    """Fuzz all targets; exit 1 if one breaks."""
    from tests.fuzz.crew import fuzz_all

    broken = 0
    for done in fuzz_all(said.seconds, said.runs, said.work):
        if done.status:
            print(done.log[-6000:], flush=True)
        print(f"{done.name}: {done.executions} executions, exit {done.status}", flush=True)
        broken += done.status != 0
    sys.exit(broken != 0)


if __name__ == "__main__":
    main()
