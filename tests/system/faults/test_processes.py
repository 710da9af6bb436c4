"""Every promise while processes die, hang, are replaced, or live by a clock that is set."""

from pathlib import Path

import pytest

from tests.system.faults.clocks import ClockBack, ClockFarOn, ClockOn
from tests.system.faults.deaths import KilledSupervisor, KilledWorkers, StoppedWorker
from tests.system.faults.fault import Fault
from tests.system.faults.rehearsal import rehearse
from tests.system.faults.turnover import BadCode, Reloads, Restarts

FAULTS: list[type[Fault]] = [
    KilledWorkers,
    KilledSupervisor,
    StoppedWorker,
    Reloads,
    Restarts,
    BadCode,
    ClockBack,
    ClockOn,
    ClockFarOn,
]


@pytest.mark.parametrize("kind", FAULTS, ids=[each.__name__ for each in FAULTS])
def test_promises(kind: type[Fault], empty_home: Path, peopled_home: Path, tmp_path: Path) -> None:
    """What was acknowledged stays so, nothing fails open, and no request is lost for nothing."""
    rehearse(kind, empty_home, peopled_home, tmp_path / "home")
