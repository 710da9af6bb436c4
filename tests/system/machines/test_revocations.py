"""Thousands of revocations at both machines, while all workers are asked for the same sessions."""

import statistics
import time

from attrs import define, field

from tests.system.client import SESSION, Client
from tests.system.machines.conftest import SECONDS
from tests.system.machines.hammer import Hammer, Target, hammering
from tests.system.machines.minted import Mint, minting
from tests.system.machines.pair import PEOPLE, Pair
from tests.system.services.redis import RedisServer
from tests.system.together import all_at_once

#: Sessions to end: 300 by default, 10,000 with REHEARSAL=100.
WANTED = int(100 * SECONDS)
#: Sessions that one "end all others" ends.
_OTHERS = 3


@define(eq=False)
class Revoker:
    """Ends sessions of one account, each way in turn, at one worker."""

    account: str
    client: Client
    hammer: Hammer
    mint: Mint
    #: Seconds until each acknowledgement, by the way it went.
    took: dict[str, list[float]] = field(factory=dict)
    targets: list[Target] = field(factory=list)

    def run(self, wanted: int) -> None:
        """End so many."""
        (own,) = self.mint.make(self.account)
        # A worker that has just begun to listen does not know yet whom it need not wait for.
        self._end("logout at a worker that has just started", "/api/session", None, 1)
        while len(self.targets) < wanted:
            self._end("logout", "/api/session", None, 1)
            self._end("revoke one", "/api/sessions/{}", own.token, 1)
            self._end("revoke others", "/api/sessions?others", own.token, _OTHERS)

    def _end(self, way: str, path: str, token: str | None, count: int) -> None:
        sessions = self.mint.make(self.account, count)
        targets = [Target(each.token) for each in sessions]
        self.hammer.add(targets)
        self.hammer.wait_let_in(targets)
        self.client.cookies = {SESSION: token or sessions[0].token}
        began = time.monotonic()
        answer = self.client.request("DELETE", path.format(sessions[0].id))
        now = time.monotonic()
        assert answer.status in {200, 204}, (way, answer.status, answer.body)
        for each in targets:
            each.ended = now
        self.took.setdefault(way, []).append(now - began)
        self.hammer.wait_refused(targets)
        self.hammer.remove(targets)
        self.targets += targets


def test_revocations(machines: Pair, redis: RedisServer) -> None:
    """No request that begins after the acknowledgement is let through, at any worker."""
    with (
        machines.seats() as asked,
        machines.seats() as acting,
        minting(redis.url, machines.machines[0]) as mint,
        hammering(asked) as hammer,
    ):
        revokers = [
            Revoker(account, seat.client, hammer, mint)
            for account, seat in zip(PEOPLE, acting, strict=True)
        ]
        began = time.monotonic()
        all_at_once(lambda it: it.run(WANTED // len(revokers)), revokers)
        lasted = time.monotonic() - began
    targets = [target for each in revokers for target in each.targets]
    let_in, refused, wrong = (
        sum(map(_total, (getattr(it, name) for it in targets)))
        for name in ("let_in", "refused", "wrong")
    )
    print(
        f"\n{len(targets)} sessions ended in {lasted:.0f} s at {len(acting)} workers of two "
        f"machines; {hammer.requests} requests for them meanwhile: {let_in} let through before "
        f"the acknowledgement, {refused} refused after it, {wrong} let through after it"
    )
    for way in revokers[0].took:
        print(_figures(way, [it for each in revokers for it in each.took[way]]))
    assert wrong == 0
    assert [it.odd for it in targets if it.odd] == []


def _total(counted: dict[str, int] | list[str]) -> int:
    return sum(counted.values()) if isinstance(counted, dict) else len(counted)


def _figures(way: str, took: list[float]) -> str:
    ordered = sorted(1000 * each for each in took)
    p99 = ordered[int(0.99 * len(ordered))]
    return (
        f"{way}: acknowledged {len(took)} times, after {statistics.median(ordered):.1f} ms in the "
        f"median, {p99:.1f} ms at p99, {ordered[-1]:.1f} ms at most"
    )
