"""A run as text and picture, and its place in the documentation."""

import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import aims, picture
from benchmarks.comparison import ROUNDS, Comparison
from benchmarks.h2load import MEASURED
from benchmarks.table import table

_REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
_BEGIN, _END = "<!-- begin: make bench -->\n", "<!-- end: make bench -->\n"


def results(found: Sequence[Comparison]) -> str:
    """What was run on, what was aimed at, what was measured."""
    texts = [_setting(), aims.report(found), table(found)]
    return "\n\n".join(text for text in texts if text) + "\n"


def replaced(text: str, new: str) -> str:
    """*text*, a page, with *new* in place of what a run has put there before."""
    before, _, rest = text.partition(_BEGIN)
    _, found, after = rest.partition(_END)
    if not found:
        raise ValueError("the page has no place for it")
    return f"{before}{_BEGIN}\n{new}\n{_END}{after}"


def publish(found: Sequence[Comparison]) -> None:
    """Put the run into ``performance.md``, and its picture beside it."""
    path = _REFERENCE / "performance.md"
    path.write_text(replaced(path.read_text("utf-8"), results(found)), "utf-8")
    (_REFERENCE / "performance.svg").write_text(picture.drawn(found), "utf-8")


def _setting() -> str:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    return (
        f"Twisted {version('Twisted')}, Python {platform.python_version()}, Node"
        f" {node.stdout.strip().removeprefix('v')}; medians of {ROUNDS} rounds or more"
        f" in turn, {MEASURED} s each. Ratios are authsrv / peer."
    )
