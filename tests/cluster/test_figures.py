from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.figures import Ledger, Own, own_metrics, render

TEXT = """\
# HELP hits_total Hits.
# TYPE hits_total counter
hits_total{{code="200"}} {hits}
# HELP hits_created Hits.
# TYPE hits_created gauge
hits_created{{code="200"}} 1700000000.0
# HELP open_now Open.
# TYPE open_now gauge
open_now {open}
# HELP took_seconds Took.
# TYPE took_seconds histogram
took_seconds_bucket{{le="1.0"}} {hits}
took_seconds_bucket{{le="+Inf"}} {hits}
took_seconds_count {hits}
took_seconds_sum {hits}
"""


def values(ledger: Ledger) -> dict[str, float]:
    text = render(ledger.metrics()).decode()
    return {
        sample.name + str(sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def said(hits: int, now: int) -> str:
    return TEXT.format(hits=hits, open=now)


class LedgerTests(SynchronousTestCase):
    def test_sum(self) -> None:
        """Samples of one name and the same labels are added up."""
        ledger = Ledger()
        ledger.note(1, said(3, 1))
        ledger.note(2, said(4, 1))
        found = values(ledger)
        self.assertEqual(7.0, found["hits_total['200']"])
        self.assertEqual(2.0, found["open_now[]"])
        self.assertEqual(7.0, found["took_seconds_bucket['+Inf']"])

    def test_later_word(self) -> None:
        """What a worker says later replaces what it has said."""
        ledger = Ledger()
        ledger.note(1, said(3, 1))
        ledger.note(1, said(5, 0))
        self.assertEqual(5.0, values(ledger)["hits_total['200']"])

    def test_dead(self) -> None:
        """What a dead worker has counted stays; what it had open is gone."""
        ledger = Ledger()
        ledger.note(1, said(3, 1))
        ledger.bury(1)
        ledger.bury(1)
        found = values(ledger)
        self.assertEqual((3.0, 3.0), (found["hits_total['200']"], found["took_seconds_count[]"]))
        self.assertNotIn("open_now[]", found)

    def test_created(self) -> None:
        """When counting began is not added up: the sum would be nonsense."""
        ledger = Ledger()
        ledger.note(1, said(3, 1))
        self.assertNotIn("created", render(ledger.metrics()).decode())

    @given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), st.booleans())))
    def test_never_backwards(self, steps: list[tuple[int, int, bool]]) -> None:
        """Whatever lives, counts and dies, in whatever order, a counter never falls."""
        ledger, counts, before = Ledger(), dict[int, int](), 0.0
        for worker, more, dies in steps:
            counts[worker] = counts.get(worker, 0) + more
            ledger.note(worker, said(counts[worker], 0))
            if dies:
                ledger.bury(worker)
                del counts[worker]
            now = values(ledger)["hits_total['200']"]
            self.assertGreaterEqual(now, before + more)
            before = now

    def test_not_figures(self) -> None:
        """What is not the format raises ValueError, and what was known stays."""
        ledger = Ledger()
        ledger.note(1, said(3, 1))
        with self.assertRaises(ValueError):
            ledger.note(1, "{{{")
        self.assertEqual(3.0, values(ledger)["hits_total['200']"])


_OWN = Own(4, 3, 1, {"signal": 2}, 5, {"done": 6}, {"reload": 7}, {"no heartbeat": 8})


class OwnTests(SynchronousTestCase):
    def test_own(self) -> None:
        """The supervisor tells its own figures in the same format."""
        text = render(own_metrics(_OWN)).decode()
        for line in (
            "authsrv_workers_configured 4.0",
            "authsrv_workers_ready 3.0",
            'authsrv_worker_restarts_total{reason="signal"} 2.0',
            "authsrv_workers_draining 1.0",
            "authsrv_worker_heartbeats_missed_total 5.0",
            'authsrv_reloads_total{outcome="done"} 6.0',
            'authsrv_worker_drains_total{reason="reload"} 7.0',
            'authsrv_worker_kills_total{reason="no heartbeat"} 8.0',
        ):
            self.assertIn(line + "\n", text)
