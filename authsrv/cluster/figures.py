"""The workers' figures made one: Prometheus' text format in, and out.  Pure."""

from collections.abc import Iterable, Mapping

from attrs import define, field, frozen
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

# One sample: its name, and its labels in order.
_Key = tuple[str, tuple[tuple[str, str], ...]]
_GROWING = frozenset({"counter", "histogram", "summary"})


@define
class _Family:
    name: str
    documentation: str
    type: str
    values: dict[_Key, float] = field(factory=dict)

    def add(self, other: "_Family") -> None:
        for key, value in other.values.items():
            self.values[key] = self.values.get(key, 0.0) + value

    def metric(self) -> Metric:
        metric = Metric(self.name, self.documentation, self.type)
        for (name, labels), value in self.values.items():
            metric.add_sample(name, dict(labels), value)
        return metric


_Families = dict[str, _Family]


def parse(text: str) -> _Families:
    """The families in *text*, by name.  Raises ValueError if it is not the format.

    ``_created`` says when a process began to count: the sum of two means nothing, so it goes.
    """
    families = {}
    for metric in text_string_to_metric_families(text):
        if metric.name.endswith("_created"):
            continue
        values = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for sample in metric.samples
        }
        families[metric.name] = _Family(metric.name, metric.documentation, metric.type, values)
    return families


@define
class Ledger:
    """What every worker has said last, and what those that are gone had counted.

    What a worker that dies counted after it was last asked dies with it: a counter may stand still
    where it should have grown, but never goes backwards.
    """

    _living: dict[int, _Families] = field(factory=dict)
    _gone: _Families = field(factory=dict)

    def note(self, worker: int, text: str) -> None:
        """*worker* (any number that is its own) has said *text*."""
        self._living[worker] = parse(text)

    def bury(self, worker: int) -> None:
        """*worker* is gone.  One that never said anything leaves nothing."""
        said = self._living.pop(worker, {})
        _add(self._gone, (it for it in said.values() if it.type in _GROWING))

    def metrics(self) -> list[Metric]:
        """The sums."""
        total: _Families = {}
        for families in (self._gone, *self._living.values()):
            _add(total, families.values())
        return [family.metric() for family in total.values()]


def _add(total: _Families, families: Iterable[_Family]) -> None:
    for it in families:
        total.setdefault(it.name, _Family(it.name, it.documentation, it.type)).add(it)


@frozen
class Own:
    """What the supervisor itself counts."""

    configured: int
    ready: int
    draining: int
    restarts: Mapping[str, int]
    missed: int
    reloads: Mapping[str, int]
    drains: Mapping[str, int]
    kills: Mapping[str, int]


def own_metrics(own: Own) -> list[Metric]:
    """*own* as metrics."""
    return [
        GaugeMetricFamily("authsrv_workers_configured", "Workers wanted.", own.configured),
        GaugeMetricFamily("authsrv_workers_ready", "Workers that serve.", own.ready),
        GaugeMetricFamily("authsrv_workers_draining", "Workers that finish.", own.draining),
        _labelled(
            "authsrv_worker_restarts",
            "Workers that ended unasked, by reason.",
            "reason",
            own.restarts,
        ),
        CounterMetricFamily(
            "authsrv_worker_heartbeats_missed", "Heartbeats unanswered in time.", own.missed
        ),
        _labelled("authsrv_reloads", "Reloads, by outcome.", "outcome", own.reloads),
        _labelled(
            "authsrv_worker_drains", "Workers told to finish, by reason.", "reason", own.drains
        ),
        _labelled("authsrv_worker_kills", "Workers killed, by reason.", "reason", own.kills),
    ]


def _labelled(name: str, documentation: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, documentation, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family


@define(eq=False)
class _Given(Collector):
    _metrics: list[Metric]

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def render(metrics: list[Metric]) -> bytes:
    """*metrics* in the text format (version 0.0.4)."""
    registry = CollectorRegistry()
    registry.register(_Given(metrics))
    return generate_latest(registry)
