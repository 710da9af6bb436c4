"""The documentation against what it speaks of."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.resource import Resource

from authsrv import site
from authsrv.testing import MemoryHouse
from authsrv.wiring import pages

ROOT = Path(__file__).parent.parent
#: Where somebody else's pages may lie.
FOREIGN = {"build", "dist", "node_modules", "site-packages"}
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_HASH = re.compile(r"\.[0-9a-f]{16}\.")
#: A file of ours as prose names it.
_FILE = re.compile(
    r"`((?:authsrv|tests|docs|requirements|changelog\.d|twisted|setup|Makefile|pyproject)"
    r"[\w./-]*\.(?:py|po|md|html|cfg|toml|txt))`"
)
#: Files that the walks of CONTRIBUTING make.
MADE = {
    "authsrv/stores/sessions/json.py",
    "tests/stores/sessions/test_json.py",
    "authsrv/methods/guest/__init__.py",
    "authsrv/pages/about.py",
    "authsrv/templates/about.html",
}


def documents() -> list[Path]:
    """Every page of ours."""
    found = [path.relative_to(ROOT) for path in ROOT.rglob("*.md")]
    ours = [
        path
        for path in found
        if not any(part in FOREIGN or part.startswith((".", "_")) for part in path.parts)
    ]
    return sorted(ROOT / path for path in ours)


def prose(path: Path) -> str:
    """What *path* says outside of blocks of code."""
    return _FENCE.sub("", path.read_text("utf-8"))


def links(path: Path) -> Iterator[str]:
    """Where *path* leads within the project."""
    for target in _LINK.findall(prose(path)):
        if not re.match(r"[a-z]+:", target):
            yield target


def anchor(heading: str) -> str:
    """The anchor that code hosts give to *heading*."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    kept = (c for c in text if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Every anchor in *path*."""
    return {anchor(heading) for heading in _HEADING.findall(prose(path))}


def documented_routes() -> dict[str, set[str]]:
    """The methods of each path in the first table of docs/reference/urls.md."""
    text = (ROOT / "docs/reference/urls.md").read_text("utf-8")
    table = text.partition("## The login")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `(/[^`]*)` \| ((?:`[A-Z]+` ?)+)\|", table, re.MULTILINE)
    return {path: set(re.findall("[A-Z]+", methods)) for path, methods in rows}


def real_routes() -> dict[str, set[str]]:
    """The same of the server."""
    house = MemoryHouse()
    face = pages.front(house.settings, house.flows)
    table = site.routes(pages.rooms(house.settings, house.flows, face))
    return {
        _HASH.sub(".HASH.", path): {"GET"} if isinstance(what, Resource) else set(what)
        for path, what in table.items()
    }


class LinkTests(SynchronousTestCase):
    """Links from page to page."""

    def test_found(self) -> None:
        """The pages that people begin with are among those that are looked at."""
        names = {str(path.relative_to(ROOT)) for path in documents()}
        self.assertLessEqual({"README.md", "README.ko.md", "docs/README.md"}, names)
        self.assertGreater(sum(len(list(links(path))) for path in documents()), 50)

    def test_lead_somewhere(self) -> None:
        """Every link within the project leads to a file, and to a heading if it names one."""
        broken = []
        for path in documents():
            for target in links(path):
                file, _, heading = target.partition("#")
                there = (path.parent / file).resolve() if file else path
                if not there.exists() or (heading and heading not in anchors(there)):
                    broken.append(f"{path.relative_to(ROOT)}: {target}")
        self.assertEqual(broken, [])

    def test_stay_inside(self) -> None:
        """No link leads out of the project: it would be broken wherever the page is shown."""
        for path in documents():
            for target in links(path):
                there = (path.parent / target.partition("#")[0]).resolve()
                self.assertTrue(there.is_relative_to(ROOT), f"{path}: {target}")

    def test_reachable(self) -> None:
        """Every page below docs/ but the decisions is reached from a front page by links."""
        seen, ahead = set[Path](), [ROOT / "README.md", ROOT / "docs/README.md"]
        while ahead:
            path = ahead.pop()
            if path in seen or path.suffix != ".md":
                continue
            seen.add(path)
            ahead += [(path.parent / link.partition("#")[0]).resolve() for link in links(path)]
        lost = {path for path in documents() if "docs" in path.relative_to(ROOT).parts[:1]} - seen
        self.assertEqual(lost - set((ROOT / "docs/decisions").iterdir()), set())

    def test_anchors(self) -> None:
        """Headings are linked to as code hosts name them, in any script."""
        self.assertEqual(anchor("`authsrv user`, and more"), "authsrv-user-and-more")
        self.assertEqual(anchor("헤더와 상태 코드"), "헤더와-상태-코드")


class WordsTests(SynchronousTestCase):
    """What the pages name."""

    def test_routes(self) -> None:
        """docs/reference/urls.md has every path with its methods, and no other."""
        self.assertEqual(documented_routes(), real_routes())

    def test_files(self) -> None:
        """Every file that CONTRIBUTING names is there, but for those its walks make."""
        named = set(_FILE.findall(prose(ROOT / "CONTRIBUTING.md")))
        self.assertGreater(len(named), 10)
        missing = {name for name in named if not (ROOT / name).is_file()}
        self.assertEqual(missing, MADE)

    def test_make_targets(self) -> None:
        """Every target of make that a page names is in the Makefile."""
        rules = (ROOT / "Makefile").read_text("utf-8")
        known = set(re.findall(r"^([a-z]+):", rules, re.MULTILINE))
        for path in documents():
            text = path.read_text("utf-8")
            named = set(re.findall(r"(?:`|^\$ |^)make ([a-z]+)(?=[`\n])", text, re.MULTILINE))
            self.assertLessEqual(named, known, path)

    def test_figures(self) -> None:
        """docs/reference/metrics.md has every figure that the program tells."""
        text = (ROOT / "docs/reference/metrics.md").read_text("utf-8")
        code = [path.read_text("utf-8") for path in (ROOT / "authsrv").rglob("*.py")]
        names = set(
            re.findall(r'^ *(?:[\w.]+\()?"(authsrv_[a-z_]+)",', "\n".join(code), re.MULTILINE)
        )
        self.assertGreater(len(names), 12)
        told = {name for name in names if f"`{name}`" in text or f"`{name}_total`" in text}
        self.assertEqual(names - told, set())

    def test_events(self) -> None:
        """docs/reference/log.md has every event that the program logs."""
        text = (ROOT / "docs/reference/log.md").read_text("utf-8")
        call = re.compile(r'\b(?:_?log|Logger\(\))\.[a-z]+\(\s*"([^"]+)"')
        logged = {
            event
            for path in (ROOT / "authsrv").rglob("*.py")
            for event in call.findall(path.read_text("utf-8"))
        }
        self.assertGreater(len(logged), 20)
        told = {event for event in logged if f"`{event}`" in text or f"\n## {event}\n" in text}
        self.assertEqual(logged - told, set())
