"""Every promise while something runs out: a database, a disk, descriptors, patience."""

import os
from pathlib import Path

import pytest

from tests.system.faults.disks import FullDisk, LockedAccounts, LockedSessions, ShutSessions
from tests.system.faults.fault import Fault
from tests.system.faults.pressure import FullQueue, NoDescriptors, SlowReaders
from tests.system.faults.reads import UnreadableDisk
from tests.system.faults.rehearsal import rehearse
from tests.system.faults.slowness import SlowThousand

FAULTS: list[type[Fault]] = [
    LockedSessions,
    LockedAccounts,
    ShutSessions,
    FullDisk,
    UnreadableDisk,
    NoDescriptors,
    FullQueue,
    SlowReaders,
    SlowThousand,
]


_MOUNTS = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
CASES = [
    pytest.param(each, id=each.__name__, marks=[_MOUNTS] if each is FullDisk else [])
    for each in FAULTS
]


@pytest.mark.parametrize("kind", CASES)
def test_promises(kind: type[Fault], empty_home: Path, peopled_home: Path, tmp_path: Path) -> None:
    """What was acknowledged stays so, nothing fails open, and no request is lost for nothing."""
    rehearse(kind, empty_home, peopled_home, tmp_path / "home")
