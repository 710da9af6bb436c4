"""``twistd authsrv``: holds the sockets, keeps the workers running, serves nobody but operators."""

import os
from collections.abc import Callable, Iterable, Sequence
from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2
from typing import Any

from attrs import frozen
from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.logger import Logger

from authsrv.cluster.channel import pack_listeners
from authsrv.cluster.control import ControlFactory
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.generations import Generations
from authsrv.cluster.handover import Handover
from authsrv.cluster.holdings import Holdings
from authsrv.cluster.launch import Launch, inherited_by_workers
from authsrv.cluster.notify import Notify, reloading
from authsrv.cluster.operator import Operator, operator_site
from authsrv.cluster.ports import adopt
from authsrv.cluster.signals import SetSignal
from authsrv.cluster.sockets import Listener
from authsrv.cluster.spare import Spare
from authsrv.cluster.succession import Succession, Successor
from authsrv.cluster.turns import Turns
from authsrv.cluster.watchdog import Strength
from authsrv.cluster.workers import Orders

#: Kinds of listeners that are the supervisor's own.
ADMIN, CONTROL = "admin", "control"
_OWN = frozenset({ADMIN, CONTROL})


@frozen
class Plan:
    """What the supervisor has to know of the settings; *settings* is all of them, for workers.

    *listen* has the kind and the address of each listener.  *fixed* is what a reload cannot
    change.  *asyncio* says that the workers need its event loop.
    """

    settings: str
    workers: int
    drain_seconds: float
    public_url: str
    listen: Sequence[tuple[str, str]] = ()
    fixed: str = ""
    asyncio: bool = False


@frozen
class Means:
    """What the supervisor does its work with, given so that tests can give something else."""

    # Opens a socket for each (kind, address).  Raises CannotStart.
    listen: Callable[[Iterable[tuple[str, str]]], list[Listener]]
    # Makes ready what workers need; lines to show to a person.  Raises CannotStart.
    prepare: Callable[[], list[str]]
    # Reads settings and certificates again; raises if they would not do.
    read: Callable[[], Plan]
    # (the sockets of the workers, how many workers, on asyncio?) -> what starts a worker
    launcher: Callable[[Sequence[Listener], int, bool], Launch]
    # Shows a line to the person who started us, if there is one.
    say: Callable[[str], object]
    notify: Notify
    set_signal: SetSignal
    reopen_log: Callable[[], None]
    # What the supervisor before us has left, and the program that is to take our place.
    left: Handover
    successor: Successor
    # From now on asks the argument how many workers are ready, and tells whoever started us.
    watch: Callable[[Callable[[], Strength]], object] = lambda _: None


class Supervisor(Service):
    """The one process that an operator starts, and signals."""

    name = "authsrv"
    _log = Logger()

    def __init__(self, reactor: Any, plan: Plan, means: Means) -> None:
        self._reactor = reactor
        self._plan = plan
        self._means = means
        self._holdings = Holdings(means.listen)
        self._generations = Generations(reactor, self._on_ready)
        operator = Operator(lambda: self._generations.is_ready, self._generations.figures)
        self._own: dict[str, IProtocolFactory] = {
            ADMIN: operator_site(operator),
            CONTROL: ControlFactory(
                {"reload": self.reload, "upgrade": self.upgrade, "ready": self.ready}, reactor
            ),
        }
        self._ports: dict[Listener, IListeningPort] = {}
        self._reloads = Turns(self._reload)
        self._upgrades = Turns(self._upgrade)
        self._succession = Succession(
            reactor,
            means.successor,
            self._leave,
            lambda ignore: self._heed_signals(not ignore),
        )
        self._waiting_for_ready: list[Deferred[None]] = []
        self._lines: list[str] = []
        self._was_ready = False
        self._stopping = False

    def privilegedStartService(self) -> None:
        """Listen, while we may still be root.  Raises CannotStart."""
        # They would end us; what they mean to us is set when we run.
        self._heed_signals(False)
        self._holdings.keep(list(self._means.left.listeners))
        self._holdings.keep(self._holdings.open(self._plan.listen))

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
            if self._stopping:
                raise CannotStart("the server stops")
            self._means.read()
            await self._succession.proceed()
        except Exception as error:
            self._log.error("upgrade refused, nothing has changed", why=str(error))
            raise CannotStart(str(error)) from error

    async def _reload(self) -> None:
        self._means.notify(reloading(self._reactor.seconds()))
        try:
            outcome, why = await self._replace()
        finally:
            self._means.notify("READY=1")
        self._generations.books.reloads[outcome] += 1
        if why is not None:
            self._log.error("reload refused, nothing has changed", outcome=outcome, why=why)
            raise CannotStart(why)
        self._log.info("reloaded", workers=self._plan.workers)

    async def _replace(self) -> tuple[str, str | None]:
        """The outcome, and if nothing has changed, why."""
        try:
            if self._stopping:
                raise CannotStart("the server stops")
            plan = self._means.read()
            listeners = self._holdings.open(plan.listen)
        except Exception as error:
            return "refused", str(error)
        try:
            await self._generations.replace(*self._generation(plan, listeners))
        except CannotStart as error:
            self._holdings.abandon(listeners)
            return "failed", str(error)
        if plan.fixed != self._plan.fixed:
            self._log.warn("some changed settings need a restart")
        self._plan = plan
        self._holdings.keep(listeners)
        self._listen_ourselves()
        return "done", None

    def _run(self) -> None:
        # The reactor has set these itself by now.
        self._means.set_signal(SIGTERM, self.stop)
        self._means.set_signal(SIGINT, self.stop)
        self._heed_signals(True)
        self._listen_ourselves()
        self._generations.start(*self._generation(self._plan, self._holdings.listeners))
        self._means.watch(self._strength)

    def _strength(self) -> Strength:
        return Strength(self._generations.ready_count, self._generations.count)

    def _generation(self, plan: Plan, listeners: list[Listener]) -> tuple[Launch, Orders, int]:
        shared = [it for it in listeners if it.kind not in _OWN]
        orders = Orders(
            plan.settings, pack_listeners(inherited_by_workers(shared)), plan.drain_seconds
        )
        return self._means.launcher(shared, plan.workers, plan.asyncio), orders, plan.workers

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

    def _listen_ourselves(self) -> None:
        """Answer on our own listeners as they are now, and on no other."""
        wanted = [it for it in self._holdings.listeners if it.kind in _OWN]
        for it in set(self._ports).difference(wanted):
            self._ports.pop(it).stopListening()
        for it in wanted:
            if it not in self._ports:
                descriptor, family = os.dup(it.held.fileno()), int(it.held.family)
                factory = self._own[it.kind]
                self._ports[it] = adopt(self._reactor, descriptor, family, factory, Spare())

    def _on_ready(self) -> None:
        if self._was_ready:
            return
        self._was_ready = True
        self._dismiss_old()
        for told in self._waiting_for_ready:
            told.callback(None)
        addresses = [f"{it.kind} {it.address}" for it in self._holdings.listeners]
        self._log.info("authsrv is ready", url=self._plan.public_url, listening=addresses)
        self._means.notify("READY=1")
        for line in (f"authsrv is ready: {self._plan.public_url}", *self._lines):
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
        self._holdings.close(lambda it: it.kind not in _OWN)
        await self._generations.drain(self._plan.drain_seconds)
        for port in self._ports.values():
            await maybeDeferred(port.stopListening)
        self._holdings.close()


def _told_already(_: object) -> None:
    """The log has why nothing was reloaded."""
