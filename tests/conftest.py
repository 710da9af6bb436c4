"""What holds for every test."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """trial's ``mktemp`` makes files where the process stands: that shall not be the checkout."""
    monkeypatch.chdir(tmp_path)
