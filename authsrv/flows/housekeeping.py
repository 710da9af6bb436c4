"""What is done once for all workers, now and then: forgetting what has expired."""

from attrs import frozen
from twisted.logger import Logger

from authsrv.interfaces import Clock, ISessionStore, IThrottleStore

#: Rows forgotten in one step: small enough that no writer waits long for it.
BATCH = 500
log = Logger()


@frozen
class Housekeeping:
    """Sweeps the stores."""

    sessions: ISessionStore
    throttle: IThrottleStore
    clock: Clock

    async def sweep(self) -> int:
        """Forget everything expired; how many rows that were."""
        now = self.clock()
        swept = await self.throttle.sweep(now)
        while forgotten := await self.sessions.sweep(now, BATCH):
            swept += forgotten
        if swept:
            log.info("expired rows swept", rows=swept)
        return swept
