"""Redis goes away, slows down, fills up: nobody is let in who should not be, nobody signed out."""

import time
from collections import Counter

import pytest

from tests.system.machines import table
from tests.system.machines.conftest import SECONDS
from tests.system.machines.faults import FAULTS, Fault, expected
from tests.system.machines.minted import Mint
from tests.system.machines.pair import Pair
from tests.system.machines.people import prepared
from tests.system.machines.watchers import Watchers, watching
from tests.system.services.redis import RedisServer
from tests.system.services.wall import Wall
from tests.system.waiting import SLACK, until

KNOWN, UNSEEN, ENDED = 6, 400, 6
#: Seconds: what is sent so soon after the fault began may still be answered as before it, ...
NOTICED = 2.0
#: ... everybody can sign in again so soon after its end, and nobody waits longer for an answer.
RECOVERED = 5.0
ANSWERED = 1.0
# What work itself takes, on a loaded machine.
BUSY = 2.0


@pytest.mark.parametrize("fault", FAULTS, ids=[each.name for each in FAULTS])
def test_outage(walled: Pair, fragile: RedisServer, wall: Wall, mint: Mint, fault: Fault) -> None:
    """Whoever was seen is still let in, whoever was ended never; all others are asked to come
    back, and can sign in within seconds when it is over."""
    given = prepared(walled, mint, KNOWN, UNSEEN, ENDED)
    with watching(walled, given) as people:
        until(lambda: len(people.good_logins(0)) == 4, 20)
        fault.begin(fragile, wall)
        began = time.monotonic()
        time.sleep(max(SECONDS, fault.least) + NOTICED)
        over = time.monotonic()
        fault.end(fragile, wall)
        ended = time.monotonic()
        until(lambda: len(people.good_logins(ended)) == 4, 20, lambda: str(people.counts("login")))
        time.sleep(1)
    row = _row(fault, people, (began, over, ended))
    table.ROWS.append(row)
    print(f"\n{row}")
    _check(fault, people, began, over)
    assert (row.wrong_grants, row.wrong_logouts) == (0, 0)
    assert row.recovered < RECOVERED + SLACK
    assert row.slowest < ANSWERED + BUSY
    _check_afterwards(walled, people)
    assert walled.unforeseen() == []


def _row(fault: Fault, people: Watchers, times: tuple[float, float, float]) -> table.Row:
    began, over, ended = times

    def said(what: str) -> str:
        counts = people.counts(what, began + NOTICED, over)
        return ", ".join(f"{status}: {counts[status]}" for status in sorted(counts))

    seen_out = [it for what in ("known", "unseen") for it in people.of(what)]
    return table.Row(
        fault=fault.name,
        lasted=over - began,
        known=said("known"),
        unseen=said("unseen"),
        ended=said("ended"),
        logins=said("login"),
        wrong_grants=people.counts("ended")[200] + people.counts("stranger")[200],
        wrong_logouts=sum(it.status in {303, 401} for it in seen_out),
        slowest=people.slowest(),
        recovered=max(people.good_logins(ended).values()) - ended,
    )


def _check(fault: Fault, people: Watchers, began: float, over: float) -> None:
    """Everybody was told what they should be, with a time to come back."""
    may = expected(fault)
    for what, statuses in may.items():
        counts = people.counts(what, began + NOTICED, over)
        # A busy machine cannot say in time, here and there, what Redis still tells.
        is_rare = counts[503] * 10 < counts.total()
        assert set(counts) - ({503} if is_rare else set()) == statuses, (what, counts)
    assert set(people.counts("known")) == {200}
    assert people.counts("stranger").keys() <= {303, 503}
    assert people.without_time() == []
    assert people.counts("login")[201] == len(people.logins)


def _check_afterwards(machines: Pair, people: Watchers) -> None:
    """What was acknowledged is so at every worker, and what was known still is."""
    with machines.seats() as seats:
        for token in (*people.tokens.known, *people.logins):
            statuses = [each.settled(token) for each in seats]
            assert statuses == [200] * len(seats), statuses
        back = Counter(each.settled(token) for each in seats for token in people.tokens.ended)
    assert set(back) == {401}
