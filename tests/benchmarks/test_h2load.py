"""h2load's command line and its report."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from benchmarks.errors import CannotMeasure
from benchmarks.h2load import CIPHER, Load, Report, command, parse, times

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

    def test_plain(self) -> None:
        """Without TLS no cipher is expected."""
        plain = REPORT.replace("Cipher: TLS_AES_256_GCM_SHA384\n", "")
        self.assertEqual(parse(plain, secure=False).cipher, "")

    def test_no_reasons(self) -> None:
        """Where no status can be seen, all that was answered counts, if that was expected."""
        unseen = REPORT.replace("3069 succeeded, 0 failed", "0 succeeded, 3069 failed")
        unseen = unseen.replace("3069 2xx", "0 2xx")
        self.assertEqual(parse(unseen, reasons=False).count, 3069)
        self.assertRaises(CannotMeasure, parse, unseen)

    def test_no_reasons_but_refused(self) -> None:
        """A refusal that is seen is one there too, and so is what broke."""
        refused = REPORT.replace("3069 succeeded, 0 failed", "0 succeeded, 3069 failed")
        self.assertRaises(
            CannotMeasure,
            parse,
            refused.replace("3069 2xx, 0 3xx, 0 4xx", "0 2xx, 0 3xx, 3069 4xx"),
            reasons=False,
        )
        broken = refused.replace("3069 2xx", "0 2xx").replace("0 errored", "10 errored")
        self.assertRaises(CannotMeasure, parse, broken, reasons=False)


class TimesTests(SynchronousTestCase):
    """How long each answer took."""

    def test_sorted(self) -> None:
        """They are read in seconds, the shortest first."""
        log = Path(self.mktemp())
        log.write_text("1700000000000000\t200\t2500\n1700000000100000\t200\t500\n")
        self.assertEqual(times(log), [0.0005, 0.0025])

    def test_refused(self) -> None:
        """An answer that was not a good one has no place among them."""
        log = Path(self.mktemp())
        log.write_text("1700000000000000\t200\t2500\n1700000000100000\t503\t500\n")
        self.assertRaises(CannotMeasure, times, log)


class CommandTests(SynchronousTestCase):
    """What h2load is told."""

    def test_protocol(self) -> None:
        """Only the wanted protocol is offered, so a server cannot choose another."""
        self.assertIn("--npn-list=http/1.1", command(Load(1, "/", "http/1.1")))

    def test_cipher(self) -> None:
        """One cipher is offered, so that all servers have the same work."""
        self.assertIn(f"--tls13-ciphers={CIPHER}", command(Load(1, "/")))

    def test_unix(self) -> None:
        """To a unix socket it speaks HTTP/1.1 without TLS, and still names the host."""
        words = command(Load(8443, "/x", "http/1.1", unix=Path("/run/s")))
        self.assertIn("--base-uri=unix:/run/s", words)
        self.assertIn("--h1", words)
        self.assertEqual(words[-1], "http://localhost:8443/x")

    def test_pace(self) -> None:
        """A pace is kept on each connection, and each answer's time is noted."""
        words = command(Load(1, "/", each_second=9, log=Path("/l")))
        self.assertIn("--rps=9", words)
        self.assertIn("--log-file=/l", words)

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

    def test_queries(self) -> None:
        """Each request in turn has another query, if there are to be several."""
        self.assertEqual(
            command(Load(8443, "/x", queries=2))[-2:],
            ["https://localhost:8443/x?n=0", "https://localhost:8443/x?n=1"],
        )
        plain = command(Load(8443, "/x", "http/1.1", unix=Path("/run/s"), queries=2))
        self.assertEqual(plain[-1], "http://localhost:8443/x?n=1")
