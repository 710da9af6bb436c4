"""The log goes to real files, in trial's own temporary directory."""

import os
from collections.abc import Mapping
from typing import Any

from attrs import evolve
from twisted.application.service import Application
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import ILogObserver
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.errors import CannotStart
from authsrv.cluster.eventlog import EventLog
from authsrv.cluster.handover import Handover
from authsrv.cluster.plan import Means, Plan
from authsrv.cluster.twistd import Host, Refused, Server, say_nothing
from tests.cluster.fakes import FakeSuccessor


class HostTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = os.path.abspath(self.mktemp())

    def host(self, twistd: Mapping[str, Any], log_file: str | None = None) -> Host:
        host = Host.of(twistd, "json", log_file)
        if host.log.path is not None:
            self.addCleanup(os.close, host.log.fileno())
        return host

    def test_foreground(self) -> None:
        """In the foreground the log goes to stdout, and workers have our stdout and stderr."""
        host = self.host({"nodaemon": 1, "logfile": None})
        self.assertEqual((None, (1, 2)), (host.log.path, host.output()))

    def test_dash(self) -> None:
        """twistd's "-" is stdout, even if the settings have a file."""
        self.assertIsNone(self.host({"nodaemon": 1, "logfile": "-"}, self.path).log.path)

    def test_whose_file(self) -> None:
        """The settings name the log file, and twistd's command line goes before them."""
        self.assertEqual(self.path, self.host({"nodaemon": 1}, self.path).log.path)
        other = self.path + ".other"
        self.assertEqual(other, self.host({"nodaemon": 1, "logfile": other}, self.path).log.path)

    def test_daemon(self) -> None:
        """What workers of a daemon cry before they have a log goes to the log."""
        host = self.host({"nodaemon": 0, "logfile": self.path})
        self.assertTrue(host.is_daemon)
        self.assertEqual((host.log.fileno(),) * 2, host.output())

    def test_owner(self) -> None:
        """What is opened as root is given to whom twistd makes us."""
        self.assertIsNone(self.host({}).owner)
        self.assertEqual((5, 6), self.host({"uid": 5, "gid": 6}).owner)
        self.assertEqual((-1, 6), self.host({"uid": None, "gid": 6}).owner)
        self.assertEqual((0, 0), self.host({"uid": 0, "gid": None}).owner)

    def test_no_log(self) -> None:
        """A log that cannot be opened ends the start with one line."""
        with self.assertRaises(SystemExit) as caught:
            self.host({}, os.path.join(self.path, "x", "y"))
        self.assertTrue(str(caught.exception).startswith("authsrv: cannot open the log"))


class ServerTests(SynchronousTestCase):
    def server(self, refuse_at: str) -> Server:
        def refuse(here: str) -> list[Any]:
            if here == refuse_at:
                raise CannotStart("no\u2014key")
            return []

        means = Means(
            listen=lambda wanted: refuse("listen"),
            prepare=lambda: refuse("prepare"),
            read=lambda: self.fail("nothing is read again here"),
            launcher=lambda listeners, workers, asyncio: self.fail("no worker here"),
            say=say_nothing,
            notify=say_nothing,
            set_signal=lambda number, then: None,
            reopen_log=lambda: None,
            left=Handover(),
            successor=FakeSuccessor(),
        )
        self.log = EventLog()
        return Server(MemoryReactorClock(), Plan("{}", 1, 1.0, "https://x"), means, self.log)

    def test_log(self) -> None:
        """All that twistd logs goes into our stream."""
        application: Any = Application("x")
        server = self.server("")
        server.setServiceParent(application)
        self.assertIs(self.log, application.getComponent(ILogObserver))

    def test_unforeseen(self) -> None:
        """What nobody foresaw ends it the same way, and the log has where it came from."""
        server = self.server("")
        server._means = evolve(server._means, prepare=lambda: [][0])
        with self.assertRaises(Refused):
            server.startService()
        self.assertEqual(1, len(self.flushLoggedErrors(IndexError)))

    def test_refused(self) -> None:
        """What keeps us from starting ends twistd with status 1, and lets it tidy up."""
        for at, start in (
            ("listen", Server.privilegedStartService),
            ("prepare", Server.startService),
        ):
            with self.subTest(at), self.assertRaises(Refused) as caught:
                start(self.server(at))
            self.assertEqual((1, "no\u2014key"), (caught.exception.code, str(caught.exception)))
            self.assertIsInstance(caught.exception, Exception)
            self.assertIsInstance(caught.exception, SystemExit)
