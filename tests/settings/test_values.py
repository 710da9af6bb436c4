"""Single values."""

from collections.abc import Callable

from pydantic import TypeAdapter
from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings import values
from authsrv.settings.values import Rate, absent, count, duration, mail_url, plain_text, signup
from authsrv.settings.wrong import Wrong


class Durations(SynchronousTestCase):
    def test_units(self) -> None:
        """Seconds, minutes, hours, days and plain numbers are durations in seconds."""
        written = ["90s", "15m", "1h", "30d", "1.5h", 20, 0.25]
        seconds = [90.0, 900.0, 3600.0, 2592000.0, 5400.0, 20.0, 0.25]
        self.assertEqual([duration(each) for each in written], seconds)

    def test_no_durations(self) -> None:
        """What is no length of time is refused, and the message says how to write one."""
        for bad in ["1 hour", "", "h", "-1h", "1h\n", "١h", 0, -5, True, float("nan"), [], None]:
            with self.assertRaises(Wrong) as caught:
                duration(bad)
            self.assertEqual(caught.exception.fix, "write 90s, 15m, 1h or 30d")

    def test_too_long(self) -> None:
        """Longer than ten years is refused, however large the number is."""
        for bad in ["3651d", float("inf"), 10**400]:
            with self.assertRaises(Wrong) as caught:
                duration(bad)
            self.assertIn("longer than ten years", caught.exception.what)


class Rates(SynchronousTestCase):
    def parse(self, written: object) -> Rate:
        return TypeAdapter(Rate).validate_python(written)

    def test_written(self) -> None:
        """Five in fifteen minutes is written 5/15m."""
        self.assertEqual(self.parse("5/15m"), Rate(attempts=5, window=900.0))

    def test_parts(self) -> None:
        """A table of the parts is a rate too, as JSON has it."""
        self.assertEqual(self.parse({"attempts": 5, "window": 900.0}), self.parse("5/15m"))

    def test_no_rates(self) -> None:
        """What is no rate is refused with an example."""
        for bad in ["", "5", "5/", "0/15m", "-1/15m", "5/15", "5/15m/1", "/15m", 5, ["5/15m"]]:
            with self.assertRaisesRegex(ValueError, "like 5/15m"):
                self.parse(bad)


class Others(SynchronousTestCase):
    def test_count(self) -> None:
        """The number of workers is auto or a number from 1 to 1024, from a variable too."""
        self.assertEqual([count("auto"), count(1), count("4"), count(1024)], ["auto", 1, 4, 1024])
        for bad in [0, 1025, -1, True, 2.0, "many", "", None, "99999"]:
            self.assertRaises(Wrong, count, bad)

    def test_plain_text(self) -> None:
        """Text has no characters that end a line or hide."""
        self.assertEqual(plain_text("통합 로그인"), "통합 로그인")
        for bad in ["a\nb", "a\0", "a\u202eb", "\x1b[2J"]:
            self.assertRaises(Wrong, plain_text, bad)

    def test_absent(self) -> None:
        """An empty text says that there is none."""
        self.assertIsNone(absent(""))
        self.assertEqual(absent("x"), "x")

    def test_signup(self) -> None:
        """What a later version will know is told from what nobody knows."""
        self.assertEqual(signup("closed"), "closed")
        for later in ["invite", "open"]:
            self.assertIn("not supported by this version", self.what(signup, later))
        self.assertIn("not known", self.what(signup, "shut"))

    def what(self, parser: Callable[[object], object], value: object) -> str:
        with self.assertRaises(Wrong) as caught:
            parser(value)
        return str(caught.exception.what)


class Mail(SynchronousTestCase):
    def test_good(self) -> None:
        """Three ways to hand in mail are known."""
        for good in ["smtp+starttls://u:p@mail.example.com", "smtps://h:465", "smtp://127.0.0.1"]:
            self.assertEqual(mail_url(good), good)

    def test_bad_is_not_repeated(self) -> None:
        """A bad address is refused without being printed, for it may hold a password."""
        for bad in ["secret", "http://secret@h", "smtp://", "smtp://h:secret", "smtp://[secret"]:
            with self.assertRaises(Wrong) as caught:
                mail_url(bad)
            self.assertNotIn("secret", str(caught.exception))

    def test_longest_is_ten_years(self) -> None:
        """The longest duration is told in seconds."""
        self.assertEqual(values.LONGEST, duration("3650d"))
