"""What an operator reads at /metrics."""

from prometheus_client.parser import text_string_to_metric_families

from tests.system.server import Server


def figures(server: Server) -> dict[str, float]:
    """All samples of /metrics."""
    status, text = server.operator("/metrics")
    assert status == 200
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
