"""Logins beside the bare hash, and what a check notices of them."""

import subprocess
import time
from pathlib import Path

from attrs import evolve

from benchmarks import h2load, ours
from benchmarks.comparison import Comparison, Reading, Subject, in_turn
from benchmarks.errors import CannotMeasure
from benchmarks.h2load import MEASURED, Load
from benchmarks.measures.rates import checking, rate, warm_up
from benchmarks.peers.start import hashes_a_second
from benchmarks.servers import Running, serving
from benchmarks.stage import Stage

#: Logins at once, enough to keep a core busy and too few for the throttle; in one round, before it
#: is measured and then, which take about as long as the peer's warming up and its round.
_AT_ONCE, _UNMEASURED, _LOGINS = 4, 24, 96
#: More than elsewhere: a hash fills the memory that all cores share, so other work weighs more.
_ROUNDS = 9
#: Logins that wait while checks are timed, and seconds until they do.
_QUEUED, _FILLING = 50, 1
#: Connections that check, and checks a second on each: far less than a core can do.
_CHECKING, _EACH_SECOND = 4, 100
#: Seconds of CPU time in one of waiting that count as having nothing to do.
_NOTHING, _PATIENCE = 0.05, 60


def beside_the_hash(stage: Stage) -> list[Comparison]:
    """``POST /api/session``, beside verifications in a bare loop on the same core.

    The loop has its memory as a worker has: it is to show what the rest of a login costs.
    """
    with serving(stage.ours()) as running:
        # Not for a time: logins cut off at its end would still hash while the peer is measured.
        load = evolve(_signing_in(running, stage.folder), clients=_AT_ONCE, requests=_LOGINS)

        def warm() -> Reading:
            # While the peers are measured the server has nothing to do, and grows cold.
            rate(running, evolve(load, requests=_UNMEASURED))
            return rate(running, load)

        return in_turn(
            "login",
            ("logins/s", "logins/CPU s"),
            Subject("authsrv", warm),
            [
                _bare("bare argon2id", stage, huge_pages=True),
                _bare("bare argon2id, small pages", stage, huge_pages=False),
            ],
            _ROUNDS,
        )


def _bare(name: str, stage: Stage, *, huge_pages: bool) -> Subject:
    cost, cores = stage.house.cost, stage.cores
    return Subject(name, lambda: hashes_a_second(cost, cores, huge_pages=huge_pages))


def beside_checks(stage: Stage) -> list[Comparison]:
    """The time of a check at a steady pace, with logins queued and without."""
    # All the logins come from one address and are one account's: here nobody guesses.
    often = {"THROTTLE__PER_ACCOUNT": "100000/1m", "THROTTLE__PER_ADDRESS": "100000/1m"}
    with serving(stage.ours(often)) as running:
        log = stage.folder / "times"
        checks = evolve(
            checking(running, "http/1.1"), clients=_CHECKING, each_second=_EACH_SECOND, log=log
        )
        warm_up(running, checks)
        return in_turn(
            "check, 99 of 100 within",
            ("ms", "ms, median"),
            Subject("authsrv", lambda: _while_queued(running, checks, stage.folder)),
            [Subject("authsrv, no logins", lambda: _times(checks))],
        )


def _signing_in(running: Running, folder: Path) -> Load:
    body = folder / "credentials.json"
    body.write_bytes(ours.CREDENTIALS)
    return Load(
        running.server.client.port,
        "/api/session",
        "http/1.1",
        headers=("content-type: application/json",),
        body=body,
    )


def _while_queued(running: Running, checks: Load, folder: Path) -> Reading:
    logins = evolve(_signing_in(running, folder), clients=_QUEUED, seconds=MEASURED + 2 * _FILLING)
    with subprocess.Popen(h2load.command(logins), stdout=subprocess.PIPE, text=True) as flood:
        time.sleep(_FILLING)
        found = _times(checks)
        said, _ = flood.communicate()
    # If some were refused, fewer were queued than the table says.
    h2load.parse(said)
    _wait_until_idle(running)
    return found


def _times(checks: Load) -> Reading:
    if checks.log is None:
        raise CannotMeasure("there is no log of the times")
    h2load.run(checks)
    times = h2load.times(checks.log)
    return Reading(1000 * times[len(times) * 99 // 100], 1000 * times[len(times) // 2])


def _wait_until_idle(running: Running) -> None:
    """Until the hashes of those who have gone are done too."""
    for _ in range(_PATIENCE):
        before = running.cpu_seconds()
        time.sleep(1)
        if running.cpu_seconds() - before < _NOTHING:
            return
    raise CannotMeasure("the server does not come to rest")
