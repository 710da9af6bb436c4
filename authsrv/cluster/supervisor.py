"""``twistd authsrv``: holds the sockets, keeps the workers running, serves nobody but operators."""

import os
from collections.abc import Callable, Sequence
from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1
from typing import Any

from attrs import frozen
from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger

from authsrv.cluster.channel import pack_listeners
from authsrv.cluster.child import background
from authsrv.cluster.crew import Crew
from authsrv.cluster.launch import Launch, inherited_by_workers
from authsrv.cluster.notify import Notify
from authsrv.cluster.operator import Operator, operator_site
from authsrv.cluster.ports import adopt
from authsrv.cluster.signals import SetSignal
from authsrv.cluster.sockets import Listener
from authsrv.cluster.spare import Spare
from authsrv.cluster.workers import Orders

ADMIN = "admin"


@frozen
class Plan:
    """What the supervisor has to know of the settings; *settings* is all of them, for workers."""

    settings: str
    workers: int
    drain_seconds: float
    public_url: str


@frozen
class Means:
    """What the supervisor does its work with, given so that tests can give something else."""

    # Opens the sockets.  Raises CannotStart.
    listen: Callable[[], list[Listener]]
    # Makes ready what workers need; lines to show to a person.  Raises CannotStart.
    prepare: Callable[[], list[str]]
    # Reads settings and certificates again, and returns the settings as JSON; raises if they
    # would not do.
    check: Callable[[], str]
    # (the sockets of the workers) -> what starts a worker
    launcher: Callable[[Sequence[Listener]], Launch]
    # Shows a line to the person who started us, if there is one.
    say: Callable[[str], object]
    notify: Notify
    set_signal: SetSignal
    reopen_log: Callable[[], None]


class Supervisor(Service):
    """The one process that an operator starts, and signals."""

    name = "authsrv"
    _log = Logger()

    def __init__(self, reactor: Any, plan: Plan, means: Means) -> None:
        self._reactor = reactor
        self._plan = plan
        self._means = means
        self._listeners: list[Listener] = []
        self._admin: list[IListeningPort] = []
        self._crew: Crew | None = None
        self._lines: list[str] = []
        self._was_ready = False
        self._stopping = False

    def privilegedStartService(self) -> None:
        """Listen, while we may still be root.  Raises CannotStart."""
        # They would end us; what they mean to us is set when we run.
        self._means.set_signal(SIGHUP, None)
        self._means.set_signal(SIGUSR1, None)
        self._listeners = self._means.listen()

    def startService(self) -> None:
        """Make ready what workers need, then start them.  Raises CannotStart."""
        super().startService()
        try:
            self._lines = self._means.prepare()
        except BaseException:
            self._stop_listening(lambda _: True)
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
        elif self._crew is not None:
            self._crew.kill()

    def reopen_logs(self) -> None:
        """The log files have been moved away: open them again, here and in the workers."""
        try:
            self._means.reopen_log()
        except OSError:
            self._log.failure("the log could not be opened again")
        if self._crew is not None:
            self._crew.reopen_logs()

    async def reload(self) -> None:
        """Have the certificates read again; if anything is wrong with them, change nothing."""
        if self._crew is None or self._stopping:
            return
        try:
            found = self._means.check()
        except Exception as error:
            self._log.error("reload refused, nothing has changed", why=str(error))
            return
        if found != self._plan.settings:
            self._log.warn("the settings have changed: a restart makes the change")
        refused = await self._crew.reload_certificates()
        if refused:
            self._log.error("not every worker has reloaded its certificates", why=refused)
        else:
            self._log.info("certificates reloaded", workers=len(self._crew.workers))

    def _run(self) -> None:
        shared = [it for it in self._listeners if it.kind != ADMIN]
        orders = Orders(
            self._plan.settings,
            pack_listeners(inherited_by_workers(shared)),
            self._plan.drain_seconds,
        )
        self._crew = Crew(
            self._reactor, self._means.launcher(shared), orders, self._plan.workers, self._on_ready
        )
        self._set_signals()
        self._serve_operators(self._crew)
        self._crew.start()

    def _set_signals(self) -> None:
        self._means.set_signal(SIGTERM, self.stop)
        self._means.set_signal(SIGINT, self.stop)
        self._means.set_signal(SIGHUP, lambda: background(self.reload()))
        self._means.set_signal(SIGUSR1, self.reopen_logs)

    def _serve_operators(self, crew: Crew) -> None:
        site = operator_site(Operator(lambda: crew.is_ready, crew.figures))
        spare = Spare()
        self._admin = [
            adopt(self._reactor, os.dup(it.held.fileno()), int(it.held.family), site, spare)
            for it in self._listeners
            if it.kind == ADMIN
        ]

    def _on_ready(self) -> None:
        if self._was_ready:
            return
        self._was_ready = True
        addresses = [f"{it.kind} {it.address}" for it in self._listeners]
        self._log.info("authsrv is ready", url=self._plan.public_url, listening=addresses)
        self._means.notify("READY=1")
        for line in (f"authsrv is ready: {self._plan.public_url}", *self._lines):
            self._means.say(line)

    async def _finish(self) -> None:
        self._means.notify("STOPPING=1")
        # First: a connection that only we hold waits for nobody.
        self._stop_listening(lambda listener: listener.kind != ADMIN)
        if self._crew is not None:
            await self._crew.drain(self._plan.drain_seconds)
        for port in self._admin:
            await maybeDeferred(port.stopListening)
        self._stop_listening(lambda _: True)

    def _stop_listening(self, chosen: Callable[[Listener], bool]) -> None:
        for listener in filter(chosen, self._listeners):
            listener.close()
        self._listeners = [it for it in self._listeners if not chosen(it)]
