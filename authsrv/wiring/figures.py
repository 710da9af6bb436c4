"""What a worker counts, for Prometheus."""

from collections.abc import Iterator

from attrs import define, field, frozen
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from authsrv.cluster.spare import Spare
from authsrv.methods.password.hasher import Argon2Hasher
from authsrv.stores.remembered import Counts
from authsrv.wire import counters
from authsrv.wire.counters import Counters


@frozen
class _Copies(Collector):
    counts: Counts

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(
            "authsrv_copies", "Sessions and accounts asked for, by whence.", labels=["from"]
        )
        family.add_metric(["copy"], self.counts.hits)
        family.add_metric(["store"], self.counts.misses)
        family.add_metric(["grace"], self.counts.grace)
        yield family


@frozen
class _Pauses(Collector):
    spare: Spare

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "authsrv_accepting_paused", "Pauses for want of descriptors.", self.spare.pauses
        )


@define(eq=False)
class Figures:
    """What a worker counts, for Prometheus."""

    registry: CollectorRegistry = field(factory=CollectorRegistry)
    requests: Counters = field(factory=Counters)
    audited: Counter = field(init=False)
    unkept: Counter = field(init=False)
    redis: Counter = field(init=False)

    def __attrs_post_init__(self) -> None:
        counters.register(self.requests, self.registry)
        self.audited = Counter(
            "authsrv_audited",
            "What the audit log has noted.",
            ["action", "outcome"],
            registry=self.registry,
        )
        self.unkept = Counter(
            "authsrv_audited_in_log_alone",
            "What the event log has noted because the accounts could only be read.",
            ["action", "outcome"],
            registry=self.registry,
        )

        self.redis = Counter(
            "authsrv_redis_events",
            "Redis went away, came back; a worker did not confirm a notice in time.",
            ["event"],
            registry=self.registry,
        )

    def watch_copies(self, counts: Counts) -> None:
        """Show how questions about sessions and accounts were answered."""
        self.registry.register(_Copies(counts))

    def watch_hashing(self, hasher: Argon2Hasher) -> None:
        """Show how many hashes wait."""
        waiting = Gauge(
            "authsrv_hashes_waiting", "Hashes under way or waiting.", registry=self.registry
        )
        waiting.set_function(lambda: hasher.waiting)

    def watch_accepting(self, spare: Spare) -> None:
        """Show how often a port has paused for want of descriptors."""
        self.registry.register(_Pauses(spare))

    def count(self, action: str, outcome: str) -> None:
        """Count one entry of the audit log."""
        self.audited.labels(action, outcome).inc()

    def count_unkept(self, action: str, outcome: str) -> None:
        """Count one entry that only the event log has."""
        self.unkept.labels(action, outcome).inc()

    def count_redis(self, event: str) -> None:
        """Count one event of Redis: "away", "back", "unconfirmed"."""
        self.redis.labels(event).inc()

    def text(self) -> str:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry).decode("utf-8")
