"""Times are told in the reader's language, and never shorter than they are."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.web import dates

NOW = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC


class ExactTests(SynchronousTestCase):
    """A moment, written out."""

    def test_iso(self) -> None:
        """A machine reads the time in RFC 3339, in UTC, to the second."""
        self.assertEqual(dates.iso(NOW + 0.9), "2026-09-21T14:13:20Z")

    def test_english(self) -> None:
        """English puts the month first and names the zone."""
        self.assertEqual(dates.exact(NOW, "en"), "September 21, 2026, 14:13 UTC")

    def test_korean(self) -> None:
        """Korean goes from the year to the minute."""
        self.assertEqual(dates.exact(NOW, "ko"), "2026년 9월 21일 14:13 UTC")


class AgoTests(SynchronousTestCase):
    """A moment, as people speak of it."""

    def test_past(self) -> None:
        """What is past is told in its largest unit."""
        for seconds, english, korean in (
            (60, "1 minute ago", "1분 전"),
            (7200, "2 hours ago", "2시간 전"),
            (3 * 86400, "3 days ago", "3일 전"),
        ):
            self.assertEqual(dates.ago(NOW - seconds, NOW, "en"), english)
            self.assertEqual(dates.ago(NOW - seconds, NOW, "ko"), korean)

    def test_now(self) -> None:
        """Within the last minute there is nothing to count."""
        self.assertIsNone(dates.ago(NOW - 59.9, NOW, "en"))

    def test_future(self) -> None:
        """A clock that was stepped back makes nothing happen in the future."""
        self.assertIsNone(dates.ago(NOW + 7200, NOW, "en"))


class DurationTests(SynchronousTestCase):
    """How long something lasts."""

    def test_units(self) -> None:
        """A duration is told in the largest unit that fits it twice, and whole."""
        for seconds, english, korean in (
            (0.2, "1 second", "1초"),
            (59, "59 seconds", "59초"),
            (60, "1 minute", "1분"),
            (61, "2 minutes", "2분"),
            (900, "15 minutes", "15분"),
            (3600, "60 minutes", "60분"),
            (86400, "24 hours", "24시간"),
            (30 * 86400, "30 days", "30일"),
        ):
            self.assertEqual(dates.duration(seconds, "en"), english)
            self.assertEqual(dates.duration(seconds, "ko"), korean)

    def test_nothing(self) -> None:
        """A wait that is over, or less, is told as the shortest one."""
        self.assertEqual(dates.duration(0, "en"), "1 second")
        self.assertEqual(dates.duration(-5, "en"), "1 second")

    @given(st.floats(min_value=0.1, max_value=1e8))
    def test_never_short(self, seconds: float) -> None:
        """Whoever waits as long as they are told has waited long enough."""
        count, unit = dates.duration(seconds, "en").split()
        sizes = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
        self.assertGreaterEqual(int(count) * sizes[unit.rstrip("s")], seconds)
