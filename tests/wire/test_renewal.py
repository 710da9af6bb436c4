"""Certificates that are replaced on disk."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.certificates import TlsError, load
from authsrv.wire.renewal import EVERY, Renewal
from tests.wire.authority import ec_key, write_pair


class RenewalTests(SynchronousTestCase):
    """They are served within a minute, or not at all."""

    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.pair = write_pair(self.folder, "a", ec_key(), "one.test")
        self.clock = Clock()
        self.renewal = Renewal(self.clock, self.pair, lambda: load([self.pair]))
        self.renewal.start()

    @property
    def served(self) -> tuple[str, ...]:
        return self.renewal.contexts.credentials.items[0].names

    def replace(self, *names: str) -> None:
        """Put a new pair for *names* in the old one's place."""
        new = write_pair(self.folder, "new", ec_key(), *names)
        for old, path in zip(self.pair, new, strict=True):
            os.replace(path, old)

    def look(self) -> list[str]:
        with capturedLogs() as events:
            self.clock.advance(EVERY)
        return [event["log_format"] for event in events]

    def test_renewed(self) -> None:
        """A new pair is served, which is said once."""
        self.replace("two.test")
        self.assertEqual(self.served, ("one.test",))
        self.assertEqual(self.look(), ["certificates renewed"])
        self.assertEqual(self.served, ("two.test",))
        self.assertEqual(self.look(), [])

    def test_half(self) -> None:
        """Of half a pair nothing is served; when the other half is there, both are."""
        kept = self.pair[1].read_bytes()
        self.replace("two.test")
        new = self.pair[1].read_bytes()
        self.pair[1].write_bytes(kept)
        self.assertEqual(self.look(), ["changed certificates cannot be used"])
        self.assertEqual(self.served, ("one.test",))
        self.pair[1].write_bytes(new)
        self.assertEqual(self.look(), ["certificates renewed"])
        self.assertEqual(self.served, ("two.test",))

    def test_missing(self) -> None:
        """Files that are gone change nothing."""
        for path in self.pair:
            path.unlink()
        self.assertEqual(self.look(), ["changed certificates cannot be used"])
        self.assertEqual(self.served, ("one.test",))

    def test_first(self) -> None:
        """What cannot be used at the start is refused there."""
        self.pair[1].write_bytes(b"")
        with self.assertRaises(TlsError):
            Renewal(self.clock, self.pair, lambda: load([self.pair]))

    def test_stop(self) -> None:
        """It leaves no timer."""
        self.renewal.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
