"""What a worker counts, for Prometheus."""

from attrs import define, field
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from authsrv.methods.password.hasher import Argon2Hasher
from authsrv.wire import counters
from authsrv.wire.counters import Counters


@define(eq=False)
class Figures:
    """What a worker counts, for Prometheus."""

    registry: CollectorRegistry = field(factory=CollectorRegistry)
    requests: Counters = field(factory=Counters)
    audited: Counter = field(init=False)
    unkept: Counter = field(init=False)

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

    def watch_hashing(self, hasher: Argon2Hasher) -> None:
        """Show how many hashes wait."""
        waiting = Gauge(
            "authsrv_hashes_waiting", "Hashes under way or waiting.", registry=self.registry
        )
        waiting.set_function(lambda: hasher.waiting)

    def count(self, action: str, outcome: str) -> None:
        """Count one entry of the audit log."""
        self.audited.labels(action, outcome).inc()

    def count_unkept(self, action: str, outcome: str) -> None:
        """Count one entry that only the event log has."""
        self.unkept.labels(action, outcome).inc()

    def text(self) -> str:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry).decode("utf-8")
