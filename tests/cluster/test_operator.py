from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.test.requesthelper import DummyRequest

from authsrv.cluster.operator import Operator, operator_site


class OperatorTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.ready = True
        self.told: Deferred[bytes] = Deferred()

    async def figures(self) -> bytes:
        return await self.told

    def get(self, path: bytes, method: bytes = b"GET") -> Any:
        request: Any = DummyRequest([])
        request.uri = path
        request.method = method
        request.responseHeaders.setRawHeaders(b"server", [b"TwistedWeb/1"])
        page = Operator(lambda: self.ready, self.figures).render(request)
        if isinstance(page, bytes):
            request.write(page)
        self.assertFalse(request.responseHeaders.hasHeader(b"server"))
        return request

    def test_health(self) -> None:
        """The supervisor that answers is healthy."""
        request = self.get(b"/healthz?x")
        self.assertEqual((200, [b"ok\n"]), (request.responseCode, request.written))

    def test_ready(self) -> None:
        """Ready is 200 while somebody serves, else 503."""
        self.assertEqual(200, self.get(b"/readyz").responseCode)
        self.ready = False
        self.assertEqual(503, self.get(b"/readyz").responseCode)

    def test_metrics(self) -> None:
        """The figures are told when they have come, under the format's own media type."""
        request = self.get(b"/metrics")
        self.assertEqual((0, []), (request.finished, request.written))
        self.told.callback(b"a 1\n")
        self.assertEqual((1, [b"a 1\n"]), (request.finished, request.written))
        self.assertEqual(
            [b"text/plain; version=0.0.4; charset=utf-8"],
            request.responseHeaders.getRawHeaders(b"content-type"),
        )

    def test_metrics_fail(self) -> None:
        """Figures that cannot be told are 500 with no detail, which is in the log."""
        request = self.get(b"/metrics")
        self.told.errback(KeyError("secret"))
        self.assertEqual((500, [b"see the log\n"]), (request.responseCode, request.written))
        self.assertEqual(1, len(self.flushLoggedErrors(KeyError)))

    def test_gone(self) -> None:
        """Nothing is written to who has left while the figures were gathered."""
        request = self.get(b"/metrics")
        request.processingFailed(KeyError("gone"))
        self.told.callback(b"a 1\n")
        self.assertEqual((0, []), (request.finished, request.written))

    def test_nothing_else(self) -> None:
        """Any other path is 404, any other method 405."""
        for path in (b"/", b"/metrics/", b"/metricsx", b"//metrics", b"http://x/metrics"):
            self.assertEqual(404, self.get(path).responseCode)
        request = self.get(b"/metrics", b"POST")
        self.assertEqual(405, request.responseCode)
        self.assertEqual([b"GET, HEAD"], request.responseHeaders.getRawHeaders(b"allow"))

    def test_site(self) -> None:
        """The site shows no traceback."""
        site = operator_site(Operator(lambda: True, self.figures))
        self.assertFalse(site.displayTracebacks)
