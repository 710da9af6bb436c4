"""What the operator's machines ask the supervisor: /metrics, /healthz, /readyz, nothing else."""

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

_TEXT = b"text/plain; charset=utf-8"
_METRICS = b"text/plain; version=0.0.4; charset=utf-8"
# Seconds that a connection may be silent.
_IDLE = 60


class Operator(Resource):
    """The whole of it.  *is_ready*: whether people are served; *figures*: what was counted."""

    isLeaf = True
    _log = Logger()

    def __init__(
        self,
        is_ready: Callable[[], bool],
        figures: Callable[[], Coroutine[Any, Any, bytes]],
    ) -> None:
        super().__init__()
        self._is_ready = is_ready
        self._figures = figures
        self._pages: dict[bytes, Callable[[Request], bytes | int]] = {
            b"/healthz": lambda request: _answer(request, 200, b"ok\n"),
            b"/readyz": self._readyz,
            b"/metrics": self._metrics,
        }

    def render(self, request: Request) -> bytes | int:
        """Answer *request*."""
        # It would tell the version of the library.
        request.responseHeaders.removeHeader(b"server")
        request.setHeader(b"cache-control", b"no-store")
        page = self._pages.get(request.uri.partition(b"?")[0])
        if page is None:
            return _answer(request, 404, b"there are /metrics, /healthz and /readyz\n")
        if request.method not in (b"GET", b"HEAD"):
            request.setHeader(b"allow", b"GET, HEAD")
            return _answer(request, 405, b"only GET\n")
        return page(request)

    def _readyz(self, request: Request) -> bytes:
        if self._is_ready():
            return _answer(request, 200, b"ready\n")
        return _answer(request, 503, b"no worker is ready\n")

    def _metrics(self, request: Request) -> int:
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)

        def finish(body: bytes) -> None:
            if not gone:
                request.write(body)
                request.finish()

        def told(text: bytes) -> None:
            request.setHeader(b"content-type", _METRICS)
            finish(text)

        def failed(failure: Failure) -> None:
            self._log.failure("figures could not be told", failure)
            finish(_answer(request, 500, b"see the log\n"))

        Deferred.fromCoroutine(self._figures()).addCallbacks(told, failed)
        return NOT_DONE_YET


class _Silent(Site):
    noisy = False

    def log(self, request: Request) -> None:
        """A line for every scrape would drown the log."""


def operator_site(operator: Operator) -> Site:
    """A site that serves *operator*, without a log, and shows no traceback."""
    site = _Silent(operator, timeout=_IDLE)
    site.displayTracebacks = False
    return site


def _answer(request: Request, status: int, body: bytes) -> bytes:
    request.setResponseCode(status)
    request.setHeader(b"content-type", _TEXT)
    return body
