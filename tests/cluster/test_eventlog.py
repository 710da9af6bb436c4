"""These write real files, in trial's own temporary directory: what is tested is the writing."""

import json
import os

from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.eventlog import EventLog


class EventLogTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = self.mktemp()
        self.log = EventLog("json", self.path)
        self.addCleanup(lambda: os.close(self.log.fileno()))

    def read(self, path: str) -> list[str]:
        with open(path) as lines:
            return lines.read().splitlines()

    def test_event(self) -> None:
        """An event is a line of the file."""
        self.log({"log_format": "hello"})
        said = json.loads(self.read(self.path)[0])
        self.assertEqual(("hello", os.getpid()), (said["event"], said["pid"]))

    def test_line(self) -> None:
        """A line that was made elsewhere stands among them as it is."""
        self.log.write_line(b"GET /\n")
        self.assertEqual(["GET /"], self.read(self.path))

    def test_append(self) -> None:
        """What another process has written to the file stays."""
        self.log.write_line(b"one\n")
        other = EventLog("json", self.path)
        other.write_line(b"two\n")
        os.close(other.fileno())
        self.log.write_line(b"three\n")
        self.assertEqual(["one", "two", "three"], self.read(self.path))

    def test_reopen(self) -> None:
        """After the file has been moved away and the log reopened, lines go to a new file."""
        self.log.write_line(b"old\n")
        os.rename(self.path, self.path + ".1")
        self.log.write_line(b"still old\n")
        self.log.reopen()
        self.log.write_line(b"new\n")
        self.assertEqual(["old", "still old"], self.read(self.path + ".1"))
        self.assertEqual(["new"], self.read(self.path))

    def test_reopen_fails(self) -> None:
        """If the new file cannot be opened, the old one is written to as before."""
        self.log.path = os.path.join(self.path, "not", "there")
        with self.assertRaises(OSError):
            self.log.reopen()
        self.log.write_line(b"kept\n")
        self.assertEqual(["kept"], self.read(self.path))

    def test_closed_pipe(self) -> None:
        """A stream that nobody reads any more costs the line, and nothing else."""
        reading, writing = os.pipe()
        os.close(reading)
        self.addCleanup(os.close, writing)
        log = EventLog()
        log._descriptor = writing
        log.write_line(b"lost\n")
        log({"log_format": "lost"})
