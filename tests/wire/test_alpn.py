"""Connections before their protocol is known."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.limits import Limits
from tests.wire.clients import H1, House, TlsTransport


class ByAlpnTests(SynchronousTestCase):
    """The first moments of a connection."""

    def test_handshake_deadline(self) -> None:
        """A handshake that is not done in time is cut."""
        house = House(limits=Limits(header_seconds=10))
        client = H1(house, TlsTransport())
        house.clock.advance(9.9)
        self.assertFalse(client.transport.disconnected)
        house.clock.advance(0.2)
        self.assertTrue(client.transport.disconnected)

    def test_handshake_in_time(self) -> None:
        """A handshake that is done in time is not cut later."""
        house = House(limits=Limits(header_seconds=10))
        client = H1(house, TlsTransport())
        client.protocol.handshakeCompleted()
        house.clock.advance(11)
        self.assertFalse(client.transport.disconnected)

    def test_renegotiation(self) -> None:
        """A second handshake on a connection changes nothing."""
        client = H1(House(), TlsTransport(b"http/1.1"))
        client.protocol.handshakeCompleted()
        client.protocol.handshakeCompleted()
        self.assertIn(b" 200 ", client.get())

    def test_lost_in_the_handshake(self) -> None:
        """A client that leaves in its handshake leaves nothing behind."""
        house = House()
        client = H1(house, TlsTransport())
        client.leave()
        self.assertEqual(house.clock.getDelayedCalls(), [])
        self.assertEqual(house.site.connections, set())
