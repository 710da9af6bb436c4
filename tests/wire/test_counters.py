"""The counters as prometheus sees them."""

from prometheus_client import CollectorRegistry, generate_latest
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.counters import Counters, register


class CountersTests(SynchronousTestCase):
    """What /metrics says."""

    def setUp(self) -> None:
        self.counters = Counters()
        self.registry = CollectorRegistry()
        register(self.counters, self.registry)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)

    def test_gauges(self) -> None:
        """Gauges show the moment."""
        self.counters.connections, self.counters.running = 3, 2
        self.assertEqual(self.value("authsrv_connections"), 3)
        self.assertEqual(self.value("authsrv_requests_running"), 2)

    def test_cut(self) -> None:
        """Connections that a drain has cut are counted."""
        self.counters.cut += 2
        self.assertEqual(self.value("authsrv_connections_cut_total"), 2)

    def test_totals(self) -> None:
        """Answers are counted by protocol and class of status."""
        for status in (200, 204, 404):
            self.counters.answered("HTTP/2", status, 0.001)
        name = "authsrv_requests_total"
        self.assertEqual(self.value(name, protocol="HTTP/2", status="2xx"), 2)
        self.assertEqual(self.value(name, protocol="HTTP/2", status="4xx"), 1)

    def test_limits(self) -> None:
        """Limits are counted each by its name."""
        self.counters.limits.update(["head_bytes", "head_fields", "head_bytes"])
        self.assertEqual(self.value("authsrv_limits_total", limit="head_bytes"), 2)
        self.assertEqual(self.value("authsrv_limits_total", limit="head_fields"), 1)

    def test_seconds(self) -> None:
        """The histogram is cumulative, and a value on a bound belongs to it."""
        for seconds in (0.001, 0.005, 0.3, 99):
            self.counters.answered("HTTP/1.1", 200, seconds)
        bucket = "authsrv_request_seconds_bucket"
        self.assertEqual(self.value(bucket, le="0.005"), 2)
        self.assertEqual(self.value(bucket, le="0.5"), 3)
        self.assertEqual(self.value(bucket, le="15.0"), 3)
        self.assertEqual(self.value(bucket, le="+Inf"), 4)
        self.assertEqual(self.value("authsrv_request_seconds_count"), 4)
        self.assertAlmostEqual(self.value("authsrv_request_seconds_sum") or 0, 99.306)

    def test_exposition(self) -> None:
        """An idle worker's figures can be written as text."""
        self.assertIn(b"authsrv_connections 0.0\n", generate_latest(self.registry))
