"""Counts of attempts in Redis: one server, behind Sentinels, a cluster."""

import asyncio

from twisted.internet.defer import Deferred

from authsrv.core.throttle import Limit
from authsrv.interfaces import IThrottleStore
from authsrv.stores.throttle.redis import RedisThrottle
from tests.stores import throttle_contract
from tests.stores.contract import NOW, result
from tests.system.stores.loop import LOOP
from tests.system.stores.redis_case import ClusterCase, RedisCase, SentinelCase, link


class _Throttle(RedisCase):
    sweeps = False

    def make_store(self) -> IThrottleStore:
        return RedisThrottle(self.fresh_link())


class RedisThrottleTests(_Throttle, throttle_contract.ThrottleContract):
    """They keep the contract."""

    def test_all_at_once(self) -> None:
        """Of fifty attempts at once, by four workers, exactly as many are allowed as may be."""
        stores = [RedisThrottle(self.fresh_link()), *(RedisThrottle(link(self.url)) for _ in "123")]

        async def storm() -> list[bool]:
            async def one(number: int) -> bool:
                taking = stores[number % 4].take([("k", Limit(5, 60.0))], NOW)
                taken = Deferred.fromCoroutine(taking)
                (verdict,) = await taken.asFuture(asyncio.get_running_loop())
                return verdict.allowed

            return await asyncio.gather(*(one(number) for number in range(50)))

        self.assertEqual(sum(LOOP.run_until_complete(storm())), 5)
        for store in stores:
            result(store.close())


class SentinelThrottleTests(_Throttle, SentinelCase, throttle_contract.ThrottleContract):
    """They keep the contract, with every write on the replica too."""


class ClusterThrottleTests(_Throttle, ClusterCase, throttle_contract.ThrottleContract):
    """They keep the contract, wherever a count is."""
