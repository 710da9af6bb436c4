"""Sentinels: the primary is killed again and again while people sign in, look, and sign out."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import pytest

from tests.system.client import ALICE
from tests.system.machines.conftest import SECONDS, MakePair
from tests.system.machines.minted import minting
from tests.system.machines.pair import Pair
from tests.system.machines.people import prepared
from tests.system.machines.watchers import Watchers, watching
from tests.system.services.sentinel import Trio
from tests.system.traffic import Told, crowd
from tests.system.waiting import SLACK, until

KNOWN, ENDED = 6, 6
#: Seconds.
ANSWERED = 1.0
#: Seconds until whoever was refused comes back: an account is locked after a hundred attempts about
#: which all is open.
_LATER = 0.5
#: What goes wrong, for the how many-th time.
Fault = Callable[[Trio, int], None]


@pytest.fixture
def trio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trio]:
    """Three sentinels over a primary and one replica, or as many as are asked for."""
    with Trio(tmp_path, replicas=getattr(request, "param", 1)) as made:
        yield made


def killed(trio: Trio, number: int) -> None:
    """SIGKILL; another one becomes the primary, and it comes back as a replica.  Every other time
    the sentinel that is asked first says nothing meanwhile."""
    first = trio.sentinels[0]
    if number % 2:
        first.freeze()
    old = trio.kill_primary()
    trio.wait_failed_over(old)
    if number % 2:
        first.thaw()
    trio.revive(old)


def demoted(trio: Trio, _number: int) -> None:
    """Nobody dies: an operator makes another one the primary."""
    old = trio.primary()
    trio.sentinels[0].command("SENTINEL", "FAILOVER", "main")
    trio.wait_failed_over(old)
    trio.wait_whole()


def frozen(trio: Trio, _number: int) -> None:
    """It stands still until somebody else is the primary; then it goes on as if it were."""
    old = trio.primary()
    old.freeze()
    trio.wait_failed_over(old)
    old.thaw()
    trio.wait_whole()


#: A short rehearsal has the two that are worst for us.
FAULTS = [killed, frozen] if SECONDS < 10 else [killed, frozen, demoted]
COUNTED = [(1, "primary", killed), *([] if SECONDS < 10 else [(2, "replica", demoted)])]


@pytest.mark.parametrize("fault", FAULTS)
def test_replica(make_pair: MakePair, trio: Trio, fault: Fault) -> None:
    """With a replica's word nothing that was acknowledged is lost or comes back.

    The replica that is promoted confirms nothing to the old primary any more, so what that one
    still takes is refused.
    """
    told, people, after = _rehearsed(make_pair, trio, "replica", fault)
    assert (told.lost, told.came_back) == ([], [])
    assert after == (_only(200, told.alive), _only(401, told.ended))
    assert set(told.statuses) <= {503}
    assert set(people.counts("ended")) == {401}


@pytest.mark.parametrize(("trio", "acknowledge", "fault"), COUNTED, indirect=["trio"])
def test_counted(make_pair: MakePair, trio: Trio, acknowledge: str, fault: Fault) -> None:
    """Without it some may be lost, and with two replicas, one of which may still confirm what the
    other that was promoted never hears of; but nothing is granted that never was."""
    _rehearsed(make_pair, trio, acknowledge, fault)


def _rehearsed(
    make_pair: MakePair, trio: Trio, acknowledge: str, fault: Fault
) -> tuple[Told, Watchers, tuple[Counter[int], Counter[int]]]:
    """What came of it.  Nobody who was known was turned away or had to wait."""
    with make_pair(trio.url, sessions__acknowledge=acknowledge) as machines:
        with minting(trio.url, machines.machines[0]) as mint:
            given = prepared(machines, mint, KNOWN, 0, ENDED)
        told = Told()
        with ExitStack() as stack:
            people = stack.enter_context(watching(machines, given))
            crowds = [
                stack.enter_context(crowd(each, [ALICE, "bob"], _LATER))
                for each in machines.machines
            ]
            until(lambda: len(people.good_logins(0)) == 4, 20, lambda: str(people.told()))
            faults = repeated(fault, trio)
            since = time.monotonic()
            until(lambda: len(people.good_logins(since)) == 4, 20, lambda: str(people.told()))
        for each in chain(*crowds):
            told.add(each)
        told.alive += people.logins
        told.successes += [it.answered for it in people.of("login") if it.status == 201]
        after = afterwards(machines, told)
        print(f"\nacknowledge = {acknowledge}, {len(trio.servers) - 1} replica(s), ", end="")
        print(f"{fault.__name__} {faults} time(s): {_said(told, people, after)}")
        assert set(people.counts("known")) == {200}
        assert people.counts("stranger").keys() <= {303, 503}
        assert max(it.took for it in people.of("known")) < ANSWERED + SLACK
        assert machines.unforeseen() == []
        machines.stop()
        return told, people, after


def _only(status: int, tokens: list[str]) -> Counter[int]:
    """What four workers say if all say the same."""
    return Counter({status: 4 * len(tokens)}) if tokens else Counter()


def repeated(fault: Fault, trio: Trio) -> int:
    """As often as there is time for, but once; how often."""
    end, count = time.monotonic() + SECONDS, 0
    while count == 0 or time.monotonic() < end:
        fault(trio, count)
        count += 1
    return count


def afterwards(machines: Pair, told: Told) -> tuple[Counter[int], Counter[int]]:
    """What every worker says of acknowledged logins, and of what was signed out again."""
    with machines.seats() as seats:
        alive, ended = (
            Counter(each.settled(token) for each in seats for token in tokens)
            for tokens in (told.alive, told.ended)
        )
    return alive, ended


def _said(told: Told, people: Watchers, after: tuple[Counter[int], Counter[int]]) -> str:
    logins, gone = len(told.alive) + len(told.ended), len(told.ended)
    alive, ended = after
    slowest = max(it.took for it in people.of("known"))
    return (
        f"{logins} logins and {gone} logouts acknowledged, refused {told.statuses}\n"
        f"  meanwhile {len(told.lost)} lost and {len(told.came_back)} came back; afterwards, at 4 "
        f"workers, logins are {dict(alive)}, logouts {dict(ended)}\n"
        f"  {people.told()}, the slowest answer to somebody known {slowest:.2f} s; longest time "
        f"without a new login {told.longest_gap:.2f} s"
    )
