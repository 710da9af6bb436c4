"""``twistd authsrv``: holds the sockets, keeps the workers running, serves nobody but operators."""

from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger

from authsrv.cluster.control import ControlFactory
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.generations import Generations
from authsrv.cluster.handover import Handover
from authsrv.cluster.holdings import Holdings
from authsrv.cluster.operator import Operator, operator_site
from authsrv.cluster.own import ADMIN, CONTROL, OwnPorts, is_own
from authsrv.cluster.plan import Means, Plan
from authsrv.cluster.reload import Reload
from authsrv.cluster.succession import Succession
from authsrv.cluster.turns import Turns
from authsrv.cluster.watchdog import Strength


class Supervisor(Service):
    """The one process that an operator starts, and signals."""

    name = "authsrv"
    _log = Logger()

    def __init__(self, reactor: Any, plan: Plan, means: Means) -> None:
        self._reactor = reactor
        self._means = means
        self._holdings = Holdings(means.listen)
        self._generations = generations = Generations(reactor, self._on_ready)
        commands = {"reload": self.reload, "upgrade": self.upgrade, "ready": self.ready}
        operator = Operator(lambda: generations.is_ready, generations.figures)
        self._own = OwnPorts(
            reactor,
            {ADMIN: operator_site(operator), CONTROL: ControlFactory(commands, reactor)},
        )
        self._reload = Reload(
            plan, reactor, means, self._read, self._holdings, self._own, generations
        )
        self._succession = Succession(
            reactor,
            means.successor,
            self._leave,
            lambda ignore: self._heed_signals(not ignore),
        )
        self._reloads = Turns(self._reload.proceed)
        self._upgrades = Turns(self._upgrade)
        self._waiting_for_ready: list[Deferred[None]] = []
        self._lines: list[str] = []
        self._was_ready = False
        self._stopping = False

    def privilegedStartService(self) -> None:
        """Listen, while we may still be root.  Raises CannotStart."""
        # They would end us; what they mean to us is set when we run.
        self._heed_signals(False)
        self._holdings.keep(list(self._means.left.listeners))
        self._holdings.keep(self._holdings.open(self._reload.plan.listen))

    def startService(self) -> None:
        """Make ready what workers need, then start them.  Raises CannotStart."""
        super().startService()
        try:
            self._lines = self._means.prepare()
        except BaseException:
            self._holdings.close()
            raise
        self._reactor.callWhenRunning(self._run)

    def stopService(self) -> Deferred[None]:
        """Drain the workers; fires when they are gone."""
        super().stopService()
        self._stopping = True
        return Deferred.fromCoroutine(self._finish())

    def stop(self) -> None:
        """Stop when the workers have drained.  Asked a second time: at once."""
        if not self._stopping:
            self._stopping = True
            self._reactor.stop()
        else:
            self._generations.kill()

    def reopen_logs(self) -> None:
        """The log files have been moved away: open them again, here and in the workers."""
        try:
            self._means.reopen_log()
        except OSError:
            self._log.failure("the log could not be opened again")
        self._generations.reopen_logs()

    def reload(self) -> Deferred[None]:
        """Replace the workers by new ones, with the settings and the code as they are now.

        Fires when the new ones serve; the old ones may still finish.  Fails with CannotStart, and
        then nothing has changed.
        """
        return self._reloads.ask()

    def upgrade(self) -> Deferred[None]:
        """Become the program as it is on disk now, with the sockets and the workers kept.

        Fails with CannotStart, and then nothing has changed; otherwise it never fires.
        """
        return self._upgrades.ask()

    def ready(self) -> Deferred[None]:
        """Fires when somebody serves."""
        if self._was_ready:
            return succeed(None)
        self._waiting_for_ready.append(Deferred())
        return self._waiting_for_ready[-1]

    async def _upgrade(self) -> None:
        try:
            self._read()
            await self._succession.proceed()
        except Exception as error:
            self._log.error("upgrade refused, nothing has changed", why=str(error))
            raise CannotStart(str(error)) from error

    def _read(self) -> Plan:
        if self._stopping:
            raise CannotStart("the server stops")
        return self._means.read()

    def _run(self) -> None:
        # The reactor has set these itself by now.
        self._means.set_signal(SIGTERM, self.stop)
        self._means.set_signal(SIGINT, self.stop)
        self._heed_signals(True)
        self._reload.start()
        self._means.watch(self._strength)

    def _strength(self) -> Strength:
        return Strength(self._generations.ready_count, self._generations.count)

    def _heed_signals(self, heed: bool) -> None:
        """Those that would end a process which does not know them."""
        for number, then in (
            (SIGHUP, lambda: self.reload().addErrback(_told_already)),
            (SIGUSR1, self.reopen_logs),
            (SIGUSR2, lambda: self.upgrade().addErrback(_told_already)),
        ):
            self._means.set_signal(number, then if heed else None)

    def _leave(self) -> Handover:
        return Handover(tuple(self._holdings.listeners), tuple(self._generations.left_over()))

    def _on_ready(self) -> None:
        if self._was_ready:
            return
        self._was_ready = True
        self._dismiss_old()
        for told in self._waiting_for_ready:
            told.callback(None)
        addresses = [f"{it.kind} {it.address}" for it in self._holdings.listeners]
        url = self._reload.plan.public_url
        self._log.info("authsrv is ready", url=url, listening=addresses)
        self._means.notify("READY=1")
        for line in (f"authsrv is ready: {url}", *self._lines):
            self._means.say(line)

    def _dismiss_old(self) -> None:
        """Have the workers of the supervisor before us drain."""
        old = self._means.left.workers
        if old:
            self._generations.books.drains["upgrade"] += len(old)
        self._succession.dismiss(old)

    async def _finish(self) -> None:
        self._means.notify("STOPPING=1")
        # First: a connection that only we hold waits for nobody.
        self._holdings.close(lambda it: not is_own(it))
        await self._generations.drain(self._reload.plan.drain_seconds)
        await self._own.stop()
        self._holdings.close()


def _told_already(_: object) -> None:
    """The log has why nothing was reloaded."""
