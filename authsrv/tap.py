"""``twistd authsrv``: from the command line to the service."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from twisted.application.service import Service
from twisted.cred.credentials import IUsernamePassword
from twisted.cred.strcred import AuthOptionMixin, InvalidAuthType, findCheckerFactory
from twisted.python import usage

from authsrv.cluster.handover import take
from authsrv.cluster.notify import notifier
from authsrv.cluster.plan import Means, Plan
from authsrv.cluster.program import Program
from authsrv.cluster.signals import signal_setter
from authsrv.cluster.sockets import inherited, open_listeners
from authsrv.cluster.twistd import Host, Server, say, say_nothing
from authsrv.cluster.watchdog import Watchdog, asked
from authsrv.stores.urls import is_redis

if TYPE_CHECKING:
    from authsrv.settings import Settings


class Options(usage.Options, AuthOptionMixin):
    """What ``twistd authsrv`` understands."""

    synopsis = "[options]"
    longdesc = "A login in front of web apps, with HTTPS and HTTP/2."
    supportedInterfaces = (IUsernamePassword,)
    optParameters: ClassVar[list[list[Any]]] = [
        ["config", None, None, "Settings; else ./authsrv.toml or /etc/authsrv/authsrv.toml."],
        ["workers", None, None, "How many processes serve, instead of workers.count."],
    ]
    optFlags: ClassVar[list[list[Any]]] = [
        ["development", None, "Plain http, on this machine only, with one worker."],
    ]

    def opt_auth(self, description: str) -> None:
        """Check passwords by a plugin of twisted.cred, TYPE:ARGUMENTS; see --help-auth."""
        if "auth" in self:
            raise usage.UsageError("--auth may be given once")
        try:
            factory = findCheckerFactory(description.partition(":")[0])
        except InvalidAuthType as error:
            raise usage.UsageError(f"--auth: no such type, see --help-auth: {error}") from error
        if not self.supportsCheckerFactory(factory):
            raise usage.UsageError("--auth: that type cannot check a name and a password")
        self["auth"] = description

    def postOptions(self) -> None:
        """Refuse what cannot be meant."""
        count = self["workers"]
        if count is not None and not (count.isascii() and count.isdigit() and int(count) > 0):
            raise usage.UsageError("--workers: a number from 1 on")
        if _around(self).get("syslog"):
            raise usage.UsageError("--syslog: not here; let systemd or logger read the log")

    def overrides(self) -> dict[str, Any]:
        """What was said here instead of in the file, by dotted key."""
        said: dict[str, Any] = {}
        if self["workers"] is not None:
            said["workers.count"] = int(self["workers"])
        if "auth" in self:
            said["auth"] = self["auth"]
        if self["development"]:
            said["development"] = True
        return said


def makeService(options: Options) -> Service:
    """The supervisor.  Reads the settings; opens no socket, no thread, no database."""
    from authsrv.settings import SettingsError, load

    try:
        path = _settings_file(options)
        settings = load(path, options.overrides(), os.environ)
    except SettingsError as error:
        raise SystemExit(str(error)) from error

    def read() -> "Settings":
        return load(path, options.overrides(), os.environ)

    host = Host.of(_around(options), settings.log.format, settings.log.file)
    from twisted.internet import reactor

    return Server(reactor, _plan(settings), _means(reactor, settings, host, read), host.log)


def _settings_file(options: Options) -> Path | None:
    """The file to read, or None: development needs none.  Raises SettingsError.

    Absolute, for it is read again after twistd has changed its directory.
    """
    from authsrv.settings import find, look

    given = Path(options["config"]) if options["config"] else None
    found = look() if given is None and options["development"] else find(given)
    return None if found is None else found.absolute()


def _around(options: Options) -> dict[str, Any]:
    """twistd's own options; none if nobody but a test is around."""
    return getattr(options, "parent", None) or {}


def _plan(settings: "Settings") -> Plan:
    return Plan(
        settings=settings.model_dump_json(),
        workers=settings.workers.number,
        drain_seconds=settings.workers.drain_seconds,
        public_url=settings.public_url,
        listen=[(kind, text) for kind, texts in settings.listen for text in texts],
        fixed=settings.log.model_dump_json(),
        asyncio=is_redis(settings.sessions.store),
    )


def _means(reactor: Any, settings: "Settings", host: Host, read: Callable[[], "Settings"]) -> Means:

    def prepare() -> list[str]:
        from authsrv import wiring

        return list(wiring.prepare(settings))

    def plan() -> Plan:
        from authsrv import wiring

        found = read()
        wiring.check(found)
        wiring.prepare_stores(found)
        return _plan(found)

    notify = notifier(os.environ)
    return Means(
        listen=lambda wanted: open_listeners(wanted, inherited(), host.owner),
        prepare=prepare,
        read=plan,
        launcher=partial(host.launcher, reactor),
        say=say_nothing if host.is_daemon else say,
        notify=notify,
        set_signal=signal_setter(reactor),
        reopen_log=host.log.reopen,
        left=take(os.environ),
        # Now, for twistd changes its directory later.
        successor=Program.running(reactor, is_daemon=host.is_daemon),
        watch=Watchdog(reactor, notify, lambda: asked(os.environ, os.getpid())).start,
    )
