"""The access log's lines."""

import json

from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.accesslog import line
from authsrv.wire.reply import Reply
from authsrv.wire.request import Request
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
