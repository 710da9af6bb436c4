from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IListeningPort
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from authsrv.cluster.channel import CannotServe, Inherited
from authsrv.cluster.child import Life, Surroundings
from authsrv.cluster.errors import CannotStart
from authsrv.cluster.serving import IServing
from tests.cluster.fakes import FakeServing

LISTENERS = [Inherited("https", "127.0.0.1:1", 4, 2)]


@implementer(IListeningPort)
class _Port:
    def __init__(self, happened: list[Any]) -> None:
        self.happened = happened

    def startListening(self) -> None:
        raise AssertionError("it listens already")

    def stopListening(self) -> Deferred[None]:
        self.happened.append("closed")
        return succeed(None)

    def getHost(self) -> Any:
        raise AssertionError("nobody asks")


class LifeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.serving = FakeServing()
        self.refusal: Exception | None = None
        self.happened: list[Any] = []
        self.life = Life(
            Surroundings(
                self.build,
                self.adopt,
                lambda status: self.happened.append(("left", status)),
                lambda: self.happened.append("reopened"),
                lambda seconds: self.happened.append(("alarm", seconds)),
            )
        )

    def build(self, settings: str, index: int) -> IServing:
        if self.refusal is not None:
            raise self.refusal
        return self.serving

    def adopt(self, descriptor: int, family: int, factory: object) -> IListeningPort:
        self.assertIs(factory, self.serving.factories["https"])
        self.happened.append(("adopted", descriptor, family))
        return _Port(self.happened)

    def start(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.life.start("{}", LISTENERS, 1))

    def drain(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self.life.drain(10.0))

    def test_start(self) -> None:
        """A worker listens when its application has started, and not before."""
        self.serving.started = Deferred()
        started = self.start()
        self.assertEqual([], self.happened)
        self.serving.started.callback(None)
        self.successResultOf(started)
        self.assertEqual([("adopted", 4, 2)], self.happened)

    def test_drain(self) -> None:
        """A drain closes the ports first, then lets the application finish, then leaves with 0."""
        self.successResultOf(self.start())
        self.serving.finished = Deferred()
        drained = self.drain()
        self.assertEqual([("alarm", 15), "closed"], self.happened[1:])
        self.serving.finished.callback(None)
        self.successResultOf(drained)
        self.assertEqual(("left", 0), self.happened[-1])

    def test_drain_twice(self) -> None:
        """Draining twice is draining once."""
        self.successResultOf(self.start())
        self.successResultOf(self.drain())
        self.successResultOf(self.drain())
        self.assertEqual(1, self.happened.count(("left", 0)))

    def test_drain_fails(self) -> None:
        """A drain that fails is logged, and the worker leaves all the same."""
        self.successResultOf(self.start())
        self.serving.finished = Deferred()
        self.drain()
        self.serving.finished.errback(KeyError("x"))
        self.assertEqual(("left", 0), self.happened[-1])
        self.assertEqual(1, len(self.flushLoggedErrors(KeyError)))

    def test_drain_while_starting(self) -> None:
        """A worker that is told to stop before it is ready never listens."""
        self.serving.started = Deferred()
        started = self.start()
        self.successResultOf(self.drain())
        self.serving.started.callback(None)
        self.failureResultOf(started, CannotServe)
        self.assertEqual([("alarm", 15), ("left", 0)], self.happened)

    def test_refusal(self) -> None:
        """Why a worker cannot serve is told in one line, and it leaves when that was heard."""
        self.refusal = CannotStart("no\nkey")
        failure = self.failureResultOf(self.start(), CannotServe)
        self.assertEqual("no key", failure.getErrorMessage())
        self.assertEqual([], self.happened)
        self.life.lost()
        self.assertEqual([("left", 1)], self.happened)

    def test_bug(self) -> None:
        """An error nobody expected is told with its type, and its traceback goes to the log."""
        self.refusal = ZeroDivisionError("oh")
        failure = self.failureResultOf(self.start(), CannotServe)
        self.assertEqual("ZeroDivisionError: oh", failure.getErrorMessage())
        self.assertEqual(1, len(self.flushLoggedErrors(ZeroDivisionError)))

    def test_supervisor_gone(self) -> None:
        """When the supervisor is gone the worker drains for as long as it was told at its start."""
        self.successResultOf(self.start())
        self.life.drain_seconds = 7.0
        with capturedLogs() as said:
            self.life.lost()
        self.assertEqual([7.0], self.serving.drained)
        self.assertEqual(("left", 0), self.happened[-1])
        told = [(it["log_format"], it["why"], it["seconds"]) for it in said]
        self.assertEqual([("draining", "channel closed", 7.0)], told)

    def test_last_figures(self) -> None:
        """When all is over it tells its figures, and leaves when they have been heard."""
        heard: Deferred[object] = Deferred()

        def tell(text: str) -> Deferred[object]:
            self.happened.append(text)
            return heard

        self.serving.text = "hits 3"
        self.life.tell_last = tell
        self.successResultOf(self.start())
        drained = self.drain()
        self.assertEqual(["closed", "hits 3"], self.happened[-2:])
        heard.callback(None)
        self.successResultOf(drained)
        self.assertEqual(("left", 0), self.happened[-1])

    def test_before_build(self) -> None:
        """Asked before it is built, a worker has no figures."""
        self.life.caretake()
        self.assertEqual("", self.life.figures())

    def test_application_fails(self) -> None:
        """What fails in the application is logged and answered: the channel stays open."""

        class Broken(FakeServing):
            def figures(self) -> str:
                raise KeyError("x")

            def caretake(self) -> None:
                raise KeyError("x")

        self.serving = Broken()
        self.successResultOf(self.start())
        self.assertEqual("", self.life.figures())
        self.life.caretake()
        self.assertEqual(2, len(self.flushLoggedErrors(KeyError)))
