"""What is broken, taken out."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.repair import as_written, without


class Repairs(SynchronousTestCase):
    def test_without(self) -> None:
        """What is broken goes, at any depth; the rest stays as it is."""
        data = {"a": {"b": 1, "c": [1, 2, 3]}, "d": [{"e": 1}], "f": 5}
        broken = {("a", "b"), ("a", "c"), ("f",)}
        self.assertEqual(without(data, broken), {"a": {}, "d": [{"e": 1}]})

    def test_elements(self) -> None:
        """Single elements of a list can go."""
        data = {"a": {"c": [1, 2, 3]}}
        self.assertEqual(without(data, {("a", "c", 0), ("a", "c", 2)}), {"a": {"c": [2]}})

    def test_numbers_come_back(self) -> None:
        """What is third when the first two are gone was written fifth."""
        broken = {("a", 0), ("a", 3), ("b", 0)}
        kept = [number for number in range(6) if ("a", number) not in broken]
        back = [as_written(("a", number, "k"), broken) for number in range(len(kept))]
        self.assertEqual(back, [("a", number, "k") for number in kept])
        self.assertEqual(as_written(("c", "d"), broken), ("c", "d"))
