"""PostgreSQL is restarted under logins: who is signed in does not notice."""

import time
from contextlib import ExitStack
from pathlib import Path

from tests.system.machines.conftest import SECONDS
from tests.system.machines.minted import minting
from tests.system.machines.pair import pair
from tests.system.machines.people import everybody, prepared
from tests.system.machines.watchers import watching
from tests.system.server import copy
from tests.system.services import postgres as servers
from tests.system.services.redis import RedisServer
from tests.system.waiting import SLACK, until

TIMES = 2
RECOVERED = 5.0


def test_restarts(postgres_data: Path, empty_home: Path, tmp_path: Path) -> None:
    """Sessions, those too that a worker sees for the first time, are let in as ever; logins are
    asked to come back, and can within seconds."""
    recovered = []
    with ExitStack() as stack:
        postgres = stack.enter_context(servers.server(postgres_data))
        everybody(postgres.url(), copy(empty_home, tmp_path / "accounts"))
        redis = stack.enter_context(RedisServer(tmp_path / "redis"))
        machines = stack.enter_context(
            pair(tmp_path, empty_home, [redis.url], accounts__store=postgres.url())
        )
        mint = stack.enter_context(minting(redis.url, machines.machines[0]))
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
            lost = [t for t in people.logins for seat in seats if seat.settled(t) != 200]
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
    assert max(recovered) < RECOVERED + SLACK
