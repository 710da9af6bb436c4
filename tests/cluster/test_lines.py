import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import LogLevel
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.lines import json_line, text_line, timestamp

AT = 1700000000.1234


def event(says: str = "worker ready", /, **fields: Any) -> dict[str, Any]:
    return {
        "log_time": AT,
        "log_level": LogLevel.info,
        "log_namespace": "authsrv.x",
        "log_format": says,
        **fields,
    }


class Unshowable:
    def __str__(self) -> str:
        raise ZeroDivisionError

    __repr__ = __str__


def broken() -> Failure:
    try:
        raise KeyError("x")
    except KeyError:
        return Failure()


class JsonTests(SynchronousTestCase):
    def test_line(self) -> None:
        """An event is one object: the constant message, and the fields beside it."""
        line = json_line(event(worker=1), 77)
        self.assertEqual(
            {
                "time": "2023-11-14T22:13:20.123Z",
                "level": "info",
                "event": "worker ready",
                "namespace": "authsrv.x",
                "pid": 77,
                "worker": 1,
            },
            json.loads(line),
        )

    def test_one_line(self) -> None:
        """Whatever a field has in it, the event is one line."""
        line = json_line(event(why="a\nb\r\u2028c\0"), 1)
        self.assertEqual(1, line.count(b"\n"))
        self.assertEqual("a\nb\r\u2028c\0", json.loads(line)["why"])

    def test_failure(self) -> None:
        """A failure is told as an error and its traceback."""
        said = json.loads(json_line(event(log_failure=broken()), 1))
        self.assertEqual("KeyError: 'x'", said["error"])
        self.assertIn("Traceback", said["traceback"])

    def test_unshowable(self) -> None:
        """A field that cannot be shown is named as such; the event is not lost."""
        said = json.loads(json_line(event(it=Unshowable()), 1))
        self.assertEqual("<Unshowable that cannot be shown>", said["it"])

    def test_own_names(self) -> None:
        """A field cannot take the place of what every event has."""
        said = json.loads(json_line(event(level="fake", pid=0), 77))
        self.assertEqual(("info", 77, "fake"), (said["level"], said["pid"], said["level_"]))

    def test_template(self) -> None:
        """A message with places for fields stays constant, and is told filled in as well."""
        said = json.loads(json_line(event("on {port}", port=1), 1))
        self.assertEqual(("on {port}", "on 1"), (said["event"], said["text"]))

    def test_old_kind(self) -> None:
        """An event of the old kind has its text as message."""
        old = event("{log_text}", log_text="Site {starting}", isError=0, message=(), system="-")
        said = json.loads(json_line(old, 1))
        self.assertEqual("Site (starting)", said["event"])
        self.assertNotIn("isError", said)

    @given(
        st.dictionaries(
            st.text(max_size=8),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
                max_leaves=8,
            ),
        )
    )
    def test_anything(self, fields: dict[str, Any]) -> None:
        """Any event is one line of JSON, and one line of text."""
        line = json_line(fields, 1)
        self.assertEqual(line.count(b"\n"), 1)
        json.loads(line, parse_constant=self.fail)
        self.assertEqual(text_line(fields, 1).count(b"\n"), 1)

    def test_deep(self) -> None:
        """A field that contains itself ends somewhere."""
        it: list[Any] = []
        it.append(it)
        json.loads(json_line(event(it=it), 1))


class TextTests(SynchronousTestCase):
    def test_line(self) -> None:
        """People read the time, the level, the process, the message and its fields."""
        self.assertEqual(
            b"2023-11-14T22:13:20.123Z info     [77] worker ready worker=1\n",
            text_line(event(worker=1), 77),
        )

    def test_terminal(self) -> None:
        """Nothing in a field is obeyed by a terminal, or looks like a line of its own."""
        line = text_line(event(why="a\x1b[2J\nb"), 1)
        self.assertTrue(line.endswith(b"why=a\\x1b[2J\\nb\n"))

    def test_failure(self) -> None:
        """A traceback follows, indented."""
        first, second, *_ = text_line(event(log_failure=broken()), 1).splitlines()
        self.assertTrue(first.endswith(b"worker ready: KeyError: 'x'"))
        self.assertTrue(second.startswith(b"    Traceback"))


class TimestampTests(SynchronousTestCase):
    def test_not_a_time(self) -> None:
        """What is no time does not lose the event."""
        for wrong in (None, "x", float("nan"), float("inf"), 1e300):
            self.assertEqual("unknown", timestamp(wrong))
