"""docs/reference/asvs.md: every claim has a test that is there, and the count is right."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "asvs.md"
#: Rows of levels 1 and 2 that concern such a server, and those of level 3 beside them which are of
#: the server and its pages.
CONCERNED, THIRD_LEVEL = 216, 47
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+) \|$", re.MULTILINE)
_NAME = re.compile(r"`([^`]*::[^`]*)`")
_BREAKDOWN = re.compile(r"^\| [^|]+ \((below|not here yet)\) \| (\d+) \|$", re.MULTILINE)


@frozen
class Row:
    """A row of the page: what is met has the names of its tests, what is not has none."""

    id: str
    level: int
    tests: tuple[str, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """Its place in the standard."""
        return tuple(map(int, self.id.split(".")))


def rows(text: str) -> list[Row]:
    """Every row in *text*, in order."""
    return [
        Row(found[1], int(found[2]), tuple(_NAME.findall(found[3])))
        for found in _ROW.finditer(text)
    ]


def halves() -> tuple[list[Row], list[Row]]:
    """The rows that are claimed, and those that are not met yet."""
    claimed, _, missing = PAGE.read_text("utf-8").partition("\n## Not met yet\n")
    return rows(claimed), rows(missing)


def counted(found: list[Row]) -> int:
    """How many of them level 2 asks for."""
    return sum(row.level < 3 for row in found)


@cache
def definitions(path: Path) -> dict[str, tuple[str, ...]]:
    """The tests in *path*, by ``Class`` (empty: none); read, not imported: it may need a browser.

    A name that stands twice in one place is there once, as Python has it.
    """
    tree = ast.parse(path.read_text("utf-8"))
    found = {"": _tests(tree.body)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = _tests(node.body)
    return found


def _tests(body: list[ast.stmt]) -> tuple[str, ...]:
    return tuple(
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@cache
def inherited() -> frozenset[str]:
    """What classes of test files inherit from, as ``module.Class``: contracts that are run."""
    bases: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases |= {ast.unparse(base) for base in node.bases}
    return frozenset(bases)


def is_run(name: str) -> bool:
    """Whether there is a test called *name*, in a file that the runners read or inherit from."""
    file, *inside = name.split("::")
    path = ROOT / file
    if not file.startswith("tests/") or ".." in file or not path.is_file() or len(inside) > 2:
        return False
    *group, test = inside
    if test not in definitions(path).get("".join(group), ()):
        return False
    return path.name.startswith("test_") or f"{path.stem}.{''.join(group)}" in inherited()


class PageTests(SynchronousTestCase):
    """The page against the tests there are, and against itself."""

    def every(self) -> Iterator[Row]:
        """Every row of the page."""
        claimed, missing = halves()
        yield from (*claimed, *missing)

    def test_tests_are_there(self) -> None:
        """Each claim names at least one test, and each named test is there and run."""
        claimed, _ = halves()
        self.assertEqual([row.id for row in claimed if not row.tests], [])
        lost = [f"{row.id}: {name}" for row in claimed for name in row.tests if not is_run(name)]
        self.assertEqual(lost, [])

    def test_lost(self) -> None:
        """A test that is not there is not found, however it is nearly so."""
        good = "tests/test_asvs.py::PageTests::test_lost"
        self.assertTrue(is_run(good))
        self.assertTrue(is_run("tests/system/test_limits.py::test_setup_once"))
        self.assertTrue(is_run("tests/stores/session_contract.py::SessionContract::test_touch"))
        for bad in (
            good + "s", good + "::test_lost", "tests/test_asvs.py::test_lost",
            "tests/test_asvs.py::PageTests", "tests/test_asvs.py::Page::test_lost",
            "tests/test_none.py::PageTests::test_lost", "test_asvs.py::PageTests::test_lost",
            "tests/../tests/test_asvs.py::PageTests::test_lost", "tests/test_asvs.py::is_run",
            "tests/test_asvs.py::PageTests::every",
        ):  # fmt: skip
            self.assertFalse(is_run(bad), bad)

    def test_once(self) -> None:
        """No row stands twice, claimed or not, and they stand in the standard's order."""
        for found in (*halves(), list(self.every())):
            self.assertEqual(len({row.id for row in found}), len(found))
        for found in halves():
            self.assertEqual([row.id for row in found], [r.id for r in sorted(found, key=_order)])

    def test_all_read(self) -> None:
        """No row escapes this test by the way it is written."""
        begun = re.findall(r"^\|\s*\d+\.\d+.*$", PAGE.read_text("utf-8"), re.MULTILINE)
        self.assertEqual(len(begun), len(list(self.every())))
        _, missing = halves()
        self.assertEqual([row for row in missing if row.tests], [])

    def test_claim(self) -> None:
        """The claim counts the rows of levels 1 and 2 that are claimed, wherever it is made."""
        text = PAGE.read_text("utf-8")
        claimed, _ = halves()
        self.assertEqual(re.findall(r"^L2: (\d+) of (\d+)$", text, re.MULTILINE),
                         [(str(counted(claimed)), str(CONCERNED))])  # fmt: skip
        self.assertIn(
            f"\n{counted(claimed)} of the {CONCERNED} are met", re.sub(r"\. ", "\n", text)
        )

    def test_nothing_left_out(self) -> None:
        """What is of the server and its pages is claimed or said to be missing, row by row."""
        found = [(where, int(n)) for where, n in _BREAKDOWN.findall(PAGE.read_text("utf-8"))]
        self.assertEqual(sum(n for _, n in found), CONCERNED)
        (here,) = [n for where, n in found if where == "below"]
        claimed, missing = halves()
        self.assertEqual(counted(claimed) + counted(missing), here)
        self.assertEqual(len(claimed) + len(missing) - here, THIRD_LEVEL)


def _order(row: Row) -> tuple[int, ...]:
    return row.order
