"""The plan in force, and what the files say now put in its place: wholly, or not at all."""

from collections.abc import Callable

from attrs import define
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from authsrv.cluster.channel import pack_listeners
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.generations import Generations
from authsrv.cluster.holdings import Holdings
from authsrv.cluster.launch import Launch, inherited_by_workers
from authsrv.cluster.notify import reloading
from authsrv.cluster.own import OwnPorts, is_own
from authsrv.cluster.plan import Means, Plan
from authsrv.cluster.process import Orders
from authsrv.cluster.sockets import Listener

log = Logger()


@define(eq=False)
class Reload:
    """From one plan to the next: its sockets, its workers, and what the supervisor answers on."""

    plan: Plan
    _clock: IReactorTime
    _means: Means
    # Reads the files; raises if they would not do, or nothing is to change now.
    _read: Callable[[], Plan]
    _holdings: Holdings
    _own: OwnPorts
    _generations: Generations

    def start(self) -> None:
        """Have the first plan served."""
        self._own.listen(self._holdings.listeners)
        self._generations.start(*self._generation(self.plan, self._holdings.listeners))

    async def proceed(self) -> None:
        """Have the next served.  Raises CannotStart, and then nothing has changed."""
        self._means.notify(reloading(self._clock.seconds()))
        try:
            outcome, why = await self._replace()
        finally:
            self._means.notify("READY=1")
        self._generations.books.reloads[outcome] += 1
        if why is not None:
            log.error("reload refused, nothing has changed", outcome=outcome, why=why)
            raise CannotStart(why)
        log.info("reloaded", workers=self.plan.workers)

    async def _replace(self) -> tuple[str, str | None]:
        """The outcome, and if nothing has changed, why."""
        try:
            plan = self._read()
            listeners = self._holdings.open(plan.listen)
        except Exception as error:
            return "refused", str(error)
        try:
            await self._generations.replace(*self._generation(plan, listeners))
        except CannotStart as error:
            self._holdings.abandon(listeners)
            return "failed", str(error)
        if plan.fixed != self.plan.fixed:
            log.warn("some changed settings need a restart")
        self.plan = plan
        self._holdings.keep(listeners)
        self._own.listen(listeners)
        return "done", None

    def _generation(self, plan: Plan, listeners: list[Listener]) -> tuple[Launch, Orders, int]:
        shared = [it for it in listeners if not is_own(it)]
        orders = Orders(
            plan.settings, pack_listeners(inherited_by_workers(shared)), plan.drain_seconds
        )
        return self._means.launcher(shared, plan.workers, plan.asyncio), orders, plan.workers
