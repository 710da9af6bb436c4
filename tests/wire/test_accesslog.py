"""The access log's lines."""

import json

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.accesslog import PIPE, AccessLog, line
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
from authsrv.wire.turns import Turns
from tests.wire.clients import H1, House


class LineTests(SynchronousTestCase):
    """One line a request."""

    def lines(self, *requests: tuple[str, ...], now: float = 1700000000.25) -> list[bytes]:
        written: list[bytes] = []
        house = House(self._page, access_log=lambda r: written.append(line(r, 2, now)))
        for path, *fields in requests:
            H1(house).get(path, *fields)
        return written

    def _page(self, request: Request) -> None:
        request.account_id = "a1" if request.header("cookie") else None
        request.send(Reply(200, (), b"hello"))

    def test_whole(self) -> None:
        """A line has what an operator asks for, and ends."""
        written = self.lines(("/account", "Cookie: secret=1"))
        self.assertEqual(written[0][-1:], b"\n")
        self.assertEqual(
            json.loads(written[0]),
            {
                "time": "2023-11-14T22:13:20.250Z",
                "event": "request",
                "id": "0123456789abcdef",
                "address": "192.168.1.1",
                "method": "GET",
                "path": "/account",
                "status": 200,
                "bytes": 5,
                "ms": 0.0,
                "protocol": "HTTP/1.1",
                "worker": 2,
                "account": "a1",
            },
        )
        self.assertNotIn(b"secret", written[0])

    def test_stranger(self) -> None:
        """Without an account there is no account in the line."""
        self.assertNotIn("account", json.loads(self.lines(("/",))[0]))

    def test_query(self) -> None:
        """A query is never logged, not even of a request that is refused."""
        for written in self.lines(("/login?token=secret",), ("/%zz?token=secret",)):
            self.assertNotIn(b"secret", written)

    def test_refused(self) -> None:
        """A refused request has a line too."""
        fields = json.loads(self.lines(("/%zz",))[0])
        self.assertEqual((fields["status"], fields["path"]), (400, "/%zz"))

    def test_long_path(self) -> None:
        """A path is cut, and written in ASCII."""
        written = self.lines(("/%e2%80%ae" + "a" * 999,))[0]
        self.assertEqual(len(json.loads(written)["path"]), 256)
        self.assertIn(b"\\u202e", written)

    def test_seconds_turn(self) -> None:
        """A moment before a full second does not borrow the next second's name."""
        for now, text in ((1700000000.9996, "20.999Z"), (1700000001.0, "21.000Z")):
            self.assertIn(text.encode(), self.lines(("/",), now=now)[0])


class TogetherTests(SynchronousTestCase):
    """How lines are written."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.written: list[bytes] = []
        self.protocol = "HTTP/2"
        self.log = AccessLog(self.written.append, 2, Turns(self.clock), lambda: 1700000000.25)

    def ask(self, *paths: str) -> None:
        """Ask for each of *paths*, on a server whose turns are others."""
        house = House(lambda r: r.send(Reply(200)), access_log=self.note)
        for path in paths:
            H1(house).get(path)

    def note(self, request: Request) -> None:
        """As over *self.protocol*."""
        request.protocol_name = self.protocol
        self.log.note(request)

    def test_a_turn(self) -> None:
        """The lines of a turn are written together, whole, in order, and once."""
        self.ask("/one", "/two", "/three")
        self.assertEqual(self.written, [])
        self.clock.advance(0)
        self.clock.advance(0)
        (written,) = self.written
        found = [json.loads(each)["path"] for each in written.splitlines()]
        self.assertEqual(found, ["/one", "/two", "/three"])
        self.assertTrue(written.endswith(b"\n"))

    def test_at_once(self) -> None:
        """On HTTP/1.1 a line is there when the answer is."""
        self.protocol = "HTTP/1.1"
        self.ask("/one", "/two")
        self.assertEqual(len(self.written), 2)

    def test_a_pipe(self) -> None:
        """No write is longer than a pipe takes in one piece, and none ends within a line."""
        self.ask(*[f"/{number:0200}" for number in range(60)])
        self.clock.advance(0)
        self.assertGreater(len(self.written), 3)
        self.assertTrue(all(len(each) <= PIPE for each in self.written))
        self.assertTrue(all(each.endswith(b"\n") for each in self.written))
        self.assertEqual(b"".join(self.written).count(b"\n"), 60)
