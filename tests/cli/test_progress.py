"""How far a long work is."""

import click
from click.testing import CliRunner
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cli.progress import Progress


def shown(*steps: tuple[str, int, int], is_terminal: bool) -> tuple[str, str]:
    """What is printed, and what is written on standard error."""

    @click.command()
    def work() -> None:
        with Progress(is_terminal) as told:
            for step in steps:
                told(*step)

    result = CliRunner().invoke(work)
    assert result.exit_code == 0, result.exception
    return result.stdout, result.stderr


class ProgressTests(SynchronousTestCase):
    """On a terminal and elsewhere."""

    def test_lines(self) -> None:
        """Elsewhere there are ten lines at most, and none for what is done in one step."""
        steps = [("accounts", done, 1000) for done in range(10, 1001, 10)]
        out, err = shown(*steps, ("sessions", 5, 5), ("sessions", 0, 0), is_terminal=False)
        self.assertEqual(out, "")
        lines = err.splitlines()
        self.assertEqual((lines[0], len(lines)), ("accounts: 100 of 1000", 9))

    def test_bar(self) -> None:
        """On a terminal there is a bar for each kind, which does not mind a wrong total."""
        steps = [("accounts", 5, 10), ("accounts", 12, 10), ("sessions", 3, 3), ("rest", 0, 0)]
        out, err = shown(*steps, is_terminal=True)
        self.assertEqual(out, "")
        words = ("accounts", "sessions", "rest", " of ")
        self.assertEqual([word in err for word in words], [True, True, False, False])
