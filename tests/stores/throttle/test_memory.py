"""Counts in memory."""

from authsrv.interfaces import IThrottleStore
from authsrv.stores.throttle.memory import MemoryThrottle
from tests.stores import throttle_contract


class MemoryThrottleTests(throttle_contract.ThrottleContract):
    """They keep the contract."""

    def make_store(self) -> IThrottleStore:
        return MemoryThrottle()
