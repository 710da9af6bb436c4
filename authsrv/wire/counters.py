"""What this process has served, counted in plain integers: a request must not pay for locks."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

#: Upper bounds in seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)


class Counters(Collector):
    """Counts of one worker; read by prometheus through :meth:`collect`."""

    def __init__(self) -> None:
        self.connections = 0
        self.running = 0
        #: Connections that were open when the time to drain was over.
        self.cut = 0
        #: By protocol ("HTTP/2") and class of status (2 for 200 to 299).
        self.requests: Counter[tuple[str, int]] = Counter()
        #: How often each limit was exceeded.
        self.limits: Counter[str] = Counter()
        self._seconds = 0.0
        self._buckets = [0] * (len(BUCKETS) + 1)

    def answered(self, protocol: str, status: int, seconds: float) -> None:
        """Count one request that was answered with *status* after so many *seconds*."""
        self.requests[protocol, status // 100] += 1
        self._seconds += seconds
        self._buckets[bisect_left(BUCKETS, seconds)] += 1

    def struck(self, limit: str) -> None:
        """Count that *limit* was exceeded."""
        self.limits[limit] += 1

    def collect(self) -> Iterator[Metric]:
        """The figures in prometheus's types (called for each scrape)."""
        yield GaugeMetricFamily("authsrv_connections", "Connections open.", self.connections)
        yield GaugeMetricFamily(
            "authsrv_requests_running", "Requests being worked on.", self.running
        )
        yield CounterMetricFamily(
            "authsrv_connections_cut", "Connections cut at the end of a drain.", self.cut
        )
        total = CounterMetricFamily(
            "authsrv_requests", "Requests answered.", labels=["protocol", "status"]
        )
        for (protocol, hundreds), count in self.requests.items():
            total.add_metric([protocol, f"{hundreds}xx"], count)
        yield total
        struck = CounterMetricFamily("authsrv_limits", "Limits exceeded.", labels=["limit"])
        for limit, count in self.limits.items():
            struck.add_metric([limit], count)
        yield struck
        yield self._histogram()

    def _histogram(self) -> Metric:
        names = [*map(str, BUCKETS), "+Inf"]
        return HistogramMetricFamily(
            "authsrv_request_seconds",
            "From a request's last byte to its answer.",
            buckets=list(zip(names, accumulate(self._buckets), strict=True)),
            sum_value=self._seconds,
        )


def register(counters: Counters, registry: CollectorRegistry) -> None:
    """Let *registry* show *counters*."""
    registry.register(counters)
