"""One server for all cases, and the table of what came of them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.conformance.outcomes import ANSWER, CONNECTION_ERROR, STREAM_ERROR
from tests.system.conformance.sections import CASES
from tests.system.server import Server, copy, ending

WAYS = (ANSWER, STREAM_ERROR, CONNECTION_ERROR)
_ROW = "{:<12}{:>7}{:>8}{:>8}{:>9}{:>14}{:>18}"


@pytest.fixture(scope="package")
def one_worker(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one worker and default limits, whose name has no port: cases are constants."""
    home = copy(peopled_home, tmp_path_factory.mktemp("conformance"))
    with ending(Server(home, 1, {"public_url": "https://localhost"})) as server:
        yield server.start()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """By section: how many cases there are, how many passed and failed, and how they went.

    A case that was not run is neither.
    """
    failed = {
        _case(report) for kind in ("failed", "error") for report in _of(terminalreporter, kind)
    }
    went = {_case(report): _way(report) for report in _of(terminalreporter, "passed")}
    if not failed and not went:
        return
    terminalreporter.section("conformance by section")
    terminalreporter.write_line(_ROW.format("section", "cases", "passed", "failed", *WAYS))
    sections = dict.fromkeys(case.section for case in CASES)
    for title, chosen in [*((each, {each}) for each in sections), ("all", set(sections))]:
        ids = {case.id for case in CASES if case.section in chosen}
        ways = Counter(went[each] for each in ids - failed if each in went)
        counts = (len(ids), ways.total(), len(ids & failed), *(ways[way] for way in WAYS))
        terminalreporter.write_line(_ROW.format(title, *counts))


def _of(terminalreporter: pytest.TerminalReporter, kind: str) -> list[pytest.TestReport]:
    """The reports of cases, and of no other tests."""
    return [
        it
        for it in terminalreporter.getreports(kind)
        if "test_sections.py::test_case[" in it.nodeid
    ]


def _case(report: pytest.TestReport) -> str:
    return report.nodeid.partition("[")[2].removesuffix("]")


def _way(report: pytest.TestReport) -> object:
    return dict(report.user_properties)["way"]
