"""Every promise under every fault, counted."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.faults import board
from tests.system.faults.afterwards import ask_again, read_audit
from tests.system.faults.clocks import ClockBack, ClockFarOn, ClockOn
from tests.system.faults.deaths import KilledSupervisor, KilledWorkers, StoppedWorker
from tests.system.faults.disks import FullDisk, LockedAccounts, LockedSessions, ShutSessions
from tests.system.faults.fault import Fault, settled
from tests.system.faults.ledger import Ledger
from tests.system.faults.once import redeem_all
from tests.system.faults.pressure import FullQueue, NoDescriptors, SlowReaders
from tests.system.faults.reads import UnreadableDisk
from tests.system.faults.slowness import SlowThousand
from tests.system.faults.town import busy, guess_on, move_in
from tests.system.faults.turnover import BadCode, Reloads, Restarts
from tests.system.server import Server, copy

#: Of load under each fault; REHEARSAL=10 is what docs/reference/promises.md was measured with.
SECONDS = float(os.environ.get("REHEARSAL", "3"))
#: An attempt that a crash cuts off stays counted, so a longer load is allowed more.
LIMIT = int(min(95, max(12, 2 * SECONDS)))
_SETTINGS = {"throttle.per_account": f"{LIMIT}/900d"}
FAULTS: list[type[Fault]] = [
    KilledWorkers,
    KilledSupervisor,
    StoppedWorker,
    Reloads,
    Restarts,
    BadCode,
    LockedSessions,
    LockedAccounts,
    ShutSessions,
    FullDisk,
    UnreadableDisk,
    NoDescriptors,
    FullQueue,
    SlowReaders,
    SlowThousand,
    ClockBack,
    ClockOn,
    ClockFarOn,
]


@contextmanager
def meanwhile(fault: Fault, server: Server) -> Iterator[None]:
    """The *fault* goes on during the block, and is over afterwards."""
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(fault.work, server, 2)
        yield
        under_way.result()
    settled(server)


def rehearse(fault: Fault, server: Server, template: Path, ledger: Ledger) -> None:
    """All of it, on a *server* that runs."""
    if fault.once:
        with meanwhile(fault, server):
            redeem_all(server, ledger)
    move_in(server.home, template)
    with busy(server, ledger, LIMIT):
        fault.work(server, max(SECONDS, fault.least))
        settled(server)
        fault.check(server)
    guess_on(server, ledger, LIMIT)
    ask_again(server, ledger, "afterwards")
    fault.again(server)
    ask_again(server, ledger, "after a restart")
    guess_on(server, ledger, LIMIT)
    read_audit(server, ledger)


@pytest.mark.parametrize("kind", FAULTS, ids=[each.__name__ for each in FAULTS])
def test_promises(kind: type[Fault], empty_home: Path, peopled_home: Path, tmp_path: Path) -> None:
    """What was acknowledged stays so, nothing fails open, and no request is lost for nothing."""
    fault, ledger = kind(), Ledger()
    server = fault.server(copy(empty_home, tmp_path / "home"), _SETTINGS)
    try:
        with fault.around(server):
            rehearse(fault, server, peopled_home, ledger)
    finally:
        if not fault.cuts:
            ledger.check_answered()
        board.ROWS.append((fault.name, ledger.cells()))
    print(f"\n{fault.name}: {dict(ledger.statuses)}, {len(ledger.unanswered)} without an answer")
    assert ledger.violations() == []
    assert ledger.odd == []
    assert ledger.alive
    assert ledger.ended
