"""Coverage-guided fuzzing of our parsers and connections: half a minute for all together.

What is found becomes a test of its own beside the code; CONTRIBUTING.md says how to look longer.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz.target import find, names

CHECKOUT = Path(__file__).parents[2]
#: Seconds for all targets.  By so many runs a parser has nothing new to show.
SECONDS, RUNS = 30, 50_000
#: The tests from the checkout, behind what pip has installed: authsrv is the wheel's.
AS_INSTALLED = f"import sys; sys.path.append({str(CHECKOUT)!r})\n"
MAIN = AS_INSTALLED + "import runpy; runpy.run_module('tests.fuzz', run_name='__main__')"
#: A parser that cannot read "bad".
BROKEN = f"""{AS_INSTALLED}
from pathlib import Path
from tests.fuzz.engine import fuzz
from tests.fuzz.target import Target

def run(data):
    assert not data.startswith(b"bad"), data

fuzz("broken", Target(run, (b"good",), (b"bad",), 9), 60, -1, Path("."))
"""


def run(code: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run *code* in *folder*."""
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        cwd=folder, env={**os.environ, "TMPDIR": str(folder)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", timeout=SECONDS * 4, check=False,
    )  # fmt: skip


def test_targets(tmp_path: Path) -> None:
    """Nothing that the fuzzer thinks of breaks a parser's contract."""
    done = run(MAIN, tmp_path, f"--seconds={SECONDS}", f"--runs={RUNS}", "--work=.")
    print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout[-20000:] or done.stderr[-2000:]
    ran = dict(re.findall(r"^(\S+): (\d+) executions", done.stdout, re.MULTILINE))
    assert set(ran) == set(names())
    for name, count in ran.items():
        assert int(count) >= len(find(name).seeds), name


def test_defect(tmp_path: Path) -> None:
    """A parser that breaks is found out, and what broke it is told and kept."""
    done = run(BROKEN, tmp_path)
    assert done.returncode != 0
    assert "reproducer of broken: b'bad" in done.stderr
    (kept,) = tmp_path.glob("broken-crash-*")
    assert kept.read_bytes().startswith(b"bad")


def test_reproduce(tmp_path: Path) -> None:
    """An input in a file is given to a target once; a name that nobody has is an error."""
    (tmp_path / "input").write_bytes(b"a=b; __Host-authsrv=x")
    assert run(MAIN, tmp_path, "browser.cookie", "input").returncode == 0
    assert run(MAIN, tmp_path, "browser.nothing", "input").returncode != 0
