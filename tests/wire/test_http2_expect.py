"""``Expect: 100-continue`` on HTTP/2 (RFC 9110, section 10.1.1)."""

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.clients import H2, House


class ExpectTests(SynchronousTestCase):
    """A client that waits for leave to send its body."""

    def test_reset_in_the_same_read(self) -> None:
        """One that gives up in the same read loses its stream, and no other one."""
        client = H2(House())
        first = client.request(method="POST", end=False)
        client.flush()
        given_up = client.request(method="POST", end=False, expect="100-continue")
        client.conn.reset_stream(given_up)
        later = client.request()
        client.flush()
        client.conn.end_stream(first)
        client.flush()
        self.assertEqual(client.status(later), "200")
        self.assertEqual(client.status(first), "200")
        self.assertFalse(client.closed)
