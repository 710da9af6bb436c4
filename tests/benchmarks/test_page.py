"""A run's place in the documentation."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.page import replaced

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "performance.md"


class ReplacedTests(SynchronousTestCase):
    """What a run replaces."""

    def test_twice(self) -> None:
        """A new run stands in place of the one before, and the rest of the page stays."""
        page = "a\n<!-- begin: make bench -->\nold\n<!-- end: make bench -->\nz\n"
        once = replaced(page, "new\n")
        self.assertEqual(replaced(once, "new\n"), once)
        self.assertTrue(once.startswith("a\n"))
        self.assertTrue(once.endswith("z\n"))
        self.assertIn("new", once)
        self.assertNotIn("old", once)

    def test_no_place(self) -> None:
        """A page without a place for it is not touched."""
        self.assertRaises(ValueError, replaced, "nothing", "new")

    def test_ours(self) -> None:
        """The page of ours has the place."""
        self.assertIn("new", replaced(PAGE.read_text("utf-8"), "new"))
