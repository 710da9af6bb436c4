"""PostgreSQL is restarted under logins: who is signed in does not notice."""

import time
from pathlib import Path

import pytest

from tests.system.machines.conftest import SECONDS
from tests.system.machines.minted import minting
from tests.system.machines.pair import pair
from tests.system.machines.people import prepared
from tests.system.machines.watchers import watching
from tests.system.services import postgres as servers
from tests.system.services.redis import RedisServer
from tests.system.waiting import until

TIMES = 2
RECOVERED = 5.0


def test_restarts(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Sessions, those too that a worker sees for the first time, are let in as ever; logins are
    asked to come back, and can within seconds."""
    homes = tmp_path_factory.mktemp("machines")
    recovered = []
    with (
        servers.initialised() as data,
        servers.server(data) as postgres,
        RedisServer(tmp_path_factory.mktemp("redis")) as redis,
        pair(
            homes, empty_home, accounts__store=postgres.url(), sessions__store=redis.url
        ) as machines,
        minting(redis.url, machines.machines[0]) as mint,
    ):
        given = prepared(machines, mint, 6, 400, 6)
        with watching(machines, given) as people:
            for _ in range(TIMES):
                now = time.monotonic()
                until(lambda now=now: len(people.good_logins(now)) == 4, 20)  # type: ignore[misc]
                postgres.stop()
                time.sleep(SECONDS)
                postgres.start()
                back = time.monotonic()
                until(lambda back=back: len(people.good_logins(back)) == 4, 20)  # type: ignore[misc]
                recovered.append(max(people.good_logins(back).values()) - back)
        statuses = {what: people.counts(what) for what in ("known", "unseen", "ended", "login")}
        with machines.seats() as seats:
            lost = [t for t in people.logins for seat in seats if seat.status(t) != 200]
    print(
        f"\n{TIMES} times away for {SECONDS} s: {people.told()}; "
        f"recovered in at most {max(recovered):.2f} s; {len(people.logins)} logins, "
        f"{len(lost)} lost"
    )
    assert set(statuses["known"]) == set(statuses["unseen"]) == {200}
    assert set(statuses["ended"]) == {401}
    assert set(statuses["login"]) == {201, 503}
    assert people.without_time() == []
    assert lost == []
    assert max(recovered) < RECOVERED
