"""One server for all cases, and the table of what came of them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.conformance.outcomes import ANSWER, CONNECTION_ERROR, STREAM_ERROR
from tests.system.conformance.sections import CASES
from tests.system.server import Server, copy, ending

WAYS = (ANSWER, STREAM_ERROR, CONNECTION_ERROR)


@pytest.fixture(scope="package")
def one_worker(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one worker and default limits, whose name has no port: cases are constants."""
    home = copy(peopled_home, tmp_path_factory.mktemp("conformance"))
    with ending(Server(home, 1, {"public_url": "https://localhost"})) as server:
        yield server.start()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """By section: how many cases there are, how many passed, and how they went."""
    went = _ways(terminalreporter)
    if not went:
        return
    terminalreporter.section("conformance by section")
    head = ("section", "cases", "passed", *WAYS)
    terminalreporter.write_line("{:<12}{:>7}{:>8}{:>9}{:>14}{:>18}".format(*head))
    sections = dict.fromkeys(case.section for case in CASES)
    for title, chosen in [*((each, {each}) for each in sections), ("all", set(sections))]:
        ids = [case.id for case in CASES if case.section in chosen]
        ways = Counter(went[each] for each in ids if each in went)
        row = (title, len(ids), ways.total(), *(ways[way] for way in WAYS))
        terminalreporter.write_line("{:<12}{:>7}{:>8}{:>9}{:>14}{:>18}".format(*row))


def _ways(terminalreporter: pytest.TerminalReporter) -> dict[str, str]:
    """How each case went that has passed: one that has failed, or was not run, is not there."""
    passed = [dict(report.user_properties) for report in terminalreporter.getreports("passed")]
    return {each["case"]: each["way"] for each in passed if "case" in each}
