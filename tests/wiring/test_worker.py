"""A worker's insides, over stores in memory and a clock of the test."""

import json
from typing import Any

from attrs import evolve
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from authsrv import wiring
from authsrv.cluster.serving import IServing
from authsrv.cluster.spare import Spare
from authsrv.cluster.tally import Tally
from authsrv.core.errors import StoreUnavailable
from authsrv.core.sessions import Session
from authsrv.settings import Settings
from authsrv.settings.model import AccountSettings, LimitSettings, SessionSettings
from authsrv.testing import Answer, parse_answer
from authsrv.wiring.seat import Seat
from authsrv.wiring.worker import SWEEP_EVERY, Worker

PAST = Session("s1", "a1", 0, 0.0, 0.0, 0.0, 10.0, None)


class Lines:
    """Where finished lines go."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def write_line(self, line: bytes) -> None:
        """Keep it."""
        self.lines.append(line)


class WorkerTests(SynchronousTestCase):
    """From its start to the end of its drain."""

    def setUp(self) -> None:
        self.clock, self.log = Clock(), Lines()
        self.spare = Spare()
        self.addCleanup(self.spare.release)
        self.worker = self.build()

    def build(self, **more: Any) -> Worker:
        """A worker."""
        settings = Settings(
            public_url="https://login.example.com:8443",
            sessions=SessionSettings(store="memory:"),
            accounts=AccountSettings.model_construct(store="memory:", signup="closed"),
            limits=LimitSettings(body_bytes=100),
            **more,
        )
        built = self.built(settings)
        self.addCleanup(self.end, built)
        return built

    def built(self, settings: Settings) -> Worker:
        """What is made of *settings*."""
        seat = Seat(3, self.log, Tally.alone(), self.spare)
        return wiring.build(settings.model_dump_json(), self.clock, seat)

    def end(self, built: Worker) -> None:
        """Drain it."""
        self.successResultOf(Deferred.fromCoroutine(built.drain(1.0)))

    def ask(self, kind: str, sent: bytes) -> Answer:
        """What that listener answers."""
        transport = StringTransport(peerAddress=IPv4Address("TCP", "192.0.2.1", 50000))
        protocol: Any = self.worker.factories[kind].buildProtocol(transport.getPeer())
        protocol.makeConnection(transport)
        protocol.dataReceived(sent)
        self.clock.advance(0)
        protocol.connectionLost(None)
        return parse_answer(transport.value())

    def test_interface(self) -> None:
        """It is what the process keeps going."""
        self.assertTrue(verifyObject(IServing, self.worker))
        self.assertIsNone(self.successResultOf(Deferred.fromCoroutine(self.worker.start())))

    def test_listeners(self) -> None:
        """http sends people to https; the proxy's socket and the plain one are the site itself."""
        self.assertEqual(set(self.worker.factories), {"http", "authz", "plain"})
        sent = b"GET /login HTTP/1.1\r\nHost: login.example.com:8443\r\nAccept: text/html\r\n\r\n"
        redirect = self.ask("http", sent)
        self.assertEqual(redirect.status, 301)
        self.assertEqual(redirect.header("Location"), "https://login.example.com:8443/login")
        for kind in ("authz", "plain"):
            self.assertEqual(self.ask(kind, sent).status, 200)

    def test_host_and_limits(self) -> None:
        """Only the public host is served, within the limits that were chosen."""
        self.assertEqual(
            self.ask("plain", b"GET / HTTP/1.1\r\nHost: x.example\r\n\r\n").status, 421
        )
        head = (
            b"POST /login HTTP/1.1\r\nHost: login.example.com:8443\r\nContent-Length: 101\r\n\r\n"
        )
        self.assertEqual(self.ask("plain", head + b"x" * 101).status, 413)

    def test_access_log(self) -> None:
        """Each request is one line of JSON that names this worker."""
        self.ask("plain", b"GET /nothing HTTP/1.1\r\nHost: login.example.com:8443\r\n\r\n")
        (line,) = self.log.lines
        told = json.loads(line)
        self.assertIn(404, told.values())
        self.assertIn(3, told.values())

    def test_figures(self) -> None:
        """What it served is counted, for all its listeners together."""
        for kind in ("plain", "http"):
            self.ask(kind, b"GET / HTTP/1.1\r\nHost: login.example.com:8443\r\n\r\n")
        text = self.worker.figures()
        self.assertIn("authsrv_hashes_waiting 0.0", text)
        self.assertRegex(text, r'authsrv_requests_total\{protocol="HTTP/1.1",status="3xx"\} 2\.0')

    def test_caretake(self) -> None:
        """The caretaker sweeps at once and then every minute, and is made only once."""
        store: Any = self.worker._housekeeping.sessions
        for round_ in range(3):
            self.successResultOf(Deferred.fromCoroutine(store.save(b"k", PAST, 1.0)))
            if round_ == 0:
                self.worker.caretake()
                self.worker.caretake()
            else:
                self.clock.advance(SWEEP_EVERY - 1)
                self.assertEqual(len(store._rows), 1)
                self.clock.advance(1)
            self.assertEqual(len(store._rows), 0)

    def test_sweep_fails(self) -> None:
        """A sweep that fails is logged, shortly if the store is away, and the next one comes."""
        house = self.worker._housekeeping
        faults: list[Exception] = [ZeroDivisionError(), StoreUnavailable("away")]

        class Throttle:
            swept = 0

            async def sweep(self, now: float) -> int:
                if faults:
                    raise faults.pop()
                Throttle.swept += 1
                return 0

        self.worker._housekeeping = evolve(house, throttle=Throttle())  # type: ignore[arg-type]
        self.worker.caretake()
        self.assertEqual(self.flushLoggedErrors(), [])
        self.clock.advance(SWEEP_EVERY)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.clock.advance(SWEEP_EVERY)
        self.assertEqual(Throttle.swept, 1)

    def test_drained(self) -> None:
        """After the drain nothing is left to happen."""
        built = self.built(
            Settings(
                public_url="https://login.example.com",
                sessions=SessionSettings(store="memory:"),
                accounts=AccountSettings.model_construct(store="memory:", signup="closed"),
            )
        )
        built.caretake()
        self.end(built)
        self.assertEqual(self.clock.getDelayedCalls(), [])
