"""h2load's command line and its report."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.errors import CannotMeasure
from benchmarks.h2load import Load, Report, command, parse

REPORT = """\
starting benchmark...
TLS Protocol: TLSv1.3
Cipher: TLS_AES_256_GCM_SHA384
Server Temp Key: X25519 253 bits
Application protocol: http/1.1

finished in 4.00s, 1023.50 req/s, 881.14KB/s
requests: 3069 total, 3069 started, 3069 done, 3069 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 3069 2xx, 0 3xx, 0 4xx, 0 5xx
"""


class ParseTests(SynchronousTestCase):
    """What h2load has seen."""

    def test_report(self) -> None:
        """The count, the rate, the protocol and the cipher are read."""
        self.assertEqual(parse(REPORT), Report(3069, 1023.5, "http/1.1", "TLS_AES_256_GCM_SHA384"))

    def test_refusals(self) -> None:
        """A rate of refusals is no measurement."""
        refused = REPORT.replace("3069 2xx, 0 3xx, 0 4xx", "3000 2xx, 0 3xx, 69 4xx")
        error = self.assertRaises(CannotMeasure, parse, refused)
        self.assertIn("0 3xx, 69 4xx, 0 5xx", str(error))

    def test_broken(self) -> None:
        """Neither is one with requests that broke."""
        error = self.assertRaises(CannotMeasure, parse, REPORT.replace("0 errored", "10 errored"))
        self.assertIn("10 errored", str(error))

    def test_nothing_done(self) -> None:
        """No answers at all are no measurement either."""
        error = self.assertRaises(CannotMeasure, parse, REPORT.replace("3069", "0"))
        self.assertIn("none was answered", str(error))

    def test_missing_line(self) -> None:
        """A report without a needed line is refused, with the line's meaning."""
        error = self.assertRaises(CannotMeasure, parse, REPORT.replace("Cipher", "Suite"))
        self.assertIn("does not say: cipher", str(error))


class CommandTests(SynchronousTestCase):
    """What h2load is told."""

    def test_protocol(self) -> None:
        """Only the wanted protocol is offered, so a server cannot choose another."""
        self.assertIn("--npn-list=http/1.1", command(Load(1, "/", "http/1.1")))

    def test_address(self) -> None:
        """The connection goes to 127.0.0.1, whatever the name in the URL means here."""
        words = command(Load(8443, "/x"))
        self.assertIn("--connect-to=127.0.0.1:8443", words)
        self.assertEqual(words[-1], "https://localhost:8443/x")

    def test_end(self) -> None:
        """The load ends after a time, or after a number of requests, never both."""
        for_a_time = " ".join(command(Load(1, "/", seconds=7)))
        self.assertIn("--duration=7", for_a_time)
        self.assertNotIn("--requests", for_a_time)
        counted = " ".join(command(Load(1, "/", requests=9)))
        self.assertIn("--requests=9", counted)
        self.assertNotIn("--duration", counted)

    def test_headers(self) -> None:
        """Each header is an argument of its own."""
        words = command(Load(1, "/", headers=("cookie: a=b", "x: y")))
        self.assertEqual(
            [w for w in words if "--header" in w], ["--header=cookie: a=b", "--header=x: y"]
        )

    def test_body(self) -> None:
        """With a body it is a POST, without one it is not."""
        self.assertIn("--data=/b", command(Load(1, "/", body=Path("/b"))))
        self.assertFalse([word for word in command(Load(1, "/")) if "--data" in word])
