"""The plain-http port."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.peers import Trust
from authsrv.wire.limits import Limits
from authsrv.wire.redirect import location, redirect_site
from tests.wire.clients import H1, House

PUBLIC = "https://login.example.com:8443"


class RedirectTests(SynchronousTestCase):
    """301 and nothing else."""

    def answer(self, data: str) -> bytes:
        house = House()
        house.site = redirect_site(
            PUBLIC, reactor=house.clock, limits=Limits(), trust=Trust(), access_log=lambda r: None
        )
        client = H1(house)
        answer = client.send(data.encode("latin-1"))
        self.assertTrue(client.closed)
        self.assertTrue(answer.startswith(b"HTTP/1.1 301 Moved Permanently\r\n"), answer)
        self.assertIn(b"Connection: close\r\n", answer)
        self.assertNotIn(b"Strict-Transport-Security", answer)
        return answer.partition(b"Location: ")[2].partition(b"\r\n")[0]

    def test_same_address(self) -> None:
        """Path and query are kept, for every host and method."""
        for method in ("GET", "HEAD", "POST", "DELETE"):
            for host in ("login.example.com", "evil.example"):
                data = f"{method} /caf%C3%A9?a=%2F&b HTTP/1.1\r\nHost: {host}\r\n\r\n"
                self.assertEqual(self.answer(data), f"{PUBLIC}/caf%C3%A9?a=%2F&b".encode())

    def test_unreadable(self) -> None:
        """What cannot be read, or has a forbidden method, goes to the front page."""
        for data in (
            "GET / HTTP/1.1\r\n\r\n",
            "GET /../x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /%0d%0aX:y HTTP/1.1\r\nHost: a\r\n\r\n",
            "TRACE /x HTTP/1.1\r\nHost: a\r\n\r\n",
        ):
            self.assertEqual(self.answer(data), f"{PUBLIC}/".encode())

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_never_breaks_out(self, path: str, query: str) -> None:
        """Whatever path and query hold, the location stays one line under the public URL."""
        where = location(PUBLIC, "/" + path, query) if _encodes(path + query) else PUBLIC + "/"
        self.assertTrue(where.startswith(PUBLIC + "/"))
        self.assertTrue(where.isascii())
        self.assertTrue(where.isprintable())
        self.assertNotIn(" ", where)

    def test_clock(self) -> None:
        """The redirecting site keeps its timers on the clock it was given."""
        clock = Clock()
        site = redirect_site(
            PUBLIC, reactor=clock, limits=Limits(), trust=Trust(), access_log=lambda r: None
        )
        self.assertIs(site.reactor, clock)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
