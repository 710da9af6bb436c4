"""A fault, from the first start of its server to the last look at the audit log."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.system.faults import board
from tests.system.faults.afterwards import ask_again, read_audit
from tests.system.faults.fault import Fault, settled
from tests.system.faults.ledger import Ledger
from tests.system.faults.once import redeem_all
from tests.system.faults.town import busy, guess_on, move_in
from tests.system.server import Server, copy

#: Of load under each fault; REHEARSAL=10 is what docs/reference/promises.md was measured with.
SECONDS = float(os.environ.get("REHEARSAL", "3"))
#: An attempt that a crash cuts off stays counted, so a longer load is allowed more.
LIMIT = int(min(95, max(12, 2 * SECONDS)))
_SETTINGS = {"throttle.per_account": f"{LIMIT}/900d"}


@contextmanager
def _meanwhile(fault: Fault, server: Server) -> Iterator[None]:
    """The *fault* goes on during the block, and is over afterwards."""
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(fault.work, server, 2)
        yield
        under_way.result()
    settled(server)


def _rehearse(fault: Fault, server: Server, template: Path, ledger: Ledger) -> None:
    """All of it, on a *server* that runs."""
    if fault.once:
        with _meanwhile(fault, server):
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


def rehearse(kind: type[Fault], empty: Path, peopled: Path, home: Path) -> None:
    """Under a fault of this *kind*: what was acknowledged stays so, and nothing else is odd.

    *empty* and *peopled* are what the server's *home* is made of.
    """
    fault, ledger = kind(), Ledger()
    server = fault.server(copy(empty, home), _SETTINGS)
    try:
        with fault.around(server):
            _rehearse(fault, server, peopled, ledger)
    finally:
        if not fault.cuts:
            ledger.check_answered()
        board.ROWS.append((fault.name, ledger.cells()))
    print(f"\n{fault.name}: {dict(ledger.statuses)}, {len(ledger.unanswered)} without an answer")
    wrong = ledger.violations() + ledger.odd
    assert wrong == [], wrong
    assert ledger.alive
    assert ledger.ended
