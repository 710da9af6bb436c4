"""``python -m tests.fuzz``: lists the targets, fuzzes one, or gives it the inputs in files."""

import argparse
from pathlib import Path

from tests.fuzz.target import find, names

#: Where longer runs keep what they learn; git does not look there.
WORK = Path("build/fuzz")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", help="without it the targets are listed")
    parser.add_argument("file", nargs="*", type=Path, help="an input to run once, without atheris")
    parser.add_argument("--seconds", type=int, default=60, help="how long to fuzz")
    parser.add_argument("--work", type=Path, default=WORK, help="where inputs are kept")
    said = parser.parse_args()
    if said.target is None:
        print("\n".join(names()))
    elif said.file:
        target = find(said.target)
        for path in said.file:
            target.run(path.read_bytes())
    else:
        # Here, so that all else runs where atheris is not installed.
        from tests.fuzz.engine import fuzz

        fuzz(said.target, said.seconds, said.work)


if __name__ == "__main__":
    main()
