"""The table, printed at the end and written where FAULTS_TABLE says."""

import os
from pathlib import Path

import pytest

from tests.system.faults import board


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it."""
    if not board.ROWS:
        return
    terminalreporter.section("promises under faults (checked / violated)")
    for line in board.lines():
        terminalreporter.write_line(line)
    if path := os.environ.get("FAULTS_TABLE"):
        Path(path).write_text("\n".join(board.lines()) + "\n", "utf-8")
