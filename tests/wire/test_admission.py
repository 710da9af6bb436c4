"""Which connections are let in."""

from collections import Counter
from typing import Any

from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.peers import Trust
from authsrv.wire.admission import Admission
from tests.wire.clients import H1, House

TRUST = Trust.parse(["127.0.0.1/32", "unix"])


class Shared(Counter[str]):
    """Counts of this worker and another."""

    def add(self, key: str) -> None:
        self[key] += 1

    def remove(self, key: str) -> None:
        self[key] -= 1

    def count(self, key: str) -> int:
        return self[key]


class AdmissionTests(SynchronousTestCase):
    """So many in all, so many from one address."""

    def setUp(self) -> None:
        self.counts = Shared()
        self.admission = Admission(self.counts, TRUST, 10, 3)

    def enter(self, *addresses: str) -> list[str | None]:
        return [self.admission.enter(address) for address in addresses]

    def test_one_address(self) -> None:
        """The fourth from one address stays out, one from another comes in."""
        told = self.enter(*["192.0.2.1"] * 4, "192.0.2.2")
        self.assertEqual(told, [None, None, None, "connections_per_address", None])

    def test_leaving(self) -> None:
        """Who leaves makes room; who was not let in has taken none."""
        self.enter(*["192.0.2.1"] * 9)
        self.admission.leave("192.0.2.1")
        self.assertEqual(self.enter("192.0.2.1", "192.0.2.1"), [None, "connections_per_address"])

    def test_other_workers(self) -> None:
        """The connections on other workers count."""
        self.counts["192.0.2.1"] = 3
        self.assertEqual(self.enter("192.0.2.1"), ["connections_per_address"])

    def test_ipv6(self) -> None:
        """A /64 is one; an IPv4 address is the same written as IPv6."""
        told = self.enter("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4")
        self.assertEqual(told[-1], "connections_per_address")
        self.assertEqual(self.enter("2001:db8:0:1::1"), [None])
        told = self.enter("192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.1")
        self.assertEqual(told[-1], "connections_per_address")

    def test_proxies(self) -> None:
        """Those we trust, and local sockets, bring as many as there may be in all."""
        told = self.enter(*["127.0.0.1"] * 5, *["unix"] * 6)
        self.assertEqual(told, [None] * 10 + ["connections"])
        self.admission.leave("unix")
        self.assertEqual(self.enter("192.0.2.1"), [None])
        self.assertEqual(sum(self.counts.values()), 1)


class SiteTests(SynchronousTestCase):
    """A site asks before it makes a connection."""

    def setUp(self) -> None:
        self.house = House(admission=Admission(Shared(), TRUST, 10, 1))
        self.peer = IPv4Address("TCP", "192.0.2.1", 50000)

    def test_refused(self) -> None:
        """There is no second connection from one address; it is counted; later there is."""
        first = self.house.site.buildProtocol(self.peer)
        self.assertIsNone(self.house.site.buildProtocol(self.peer))
        self.assertEqual(self.house.site.counters.limits, {"connections_per_address": 1})
        self.assertEqual(first.address, "192.0.2.1")
        client = H1(self.house, protocol=first)
        client.leave()
        self.assertIsNotNone(self.house.site.buildProtocol(self.peer))

    def test_unix(self) -> None:
        """A local socket's address is no address."""
        for _ in range(3):
            protocol: Any = self.house.site.buildProtocol(UNIXAddress(None))
            self.assertEqual(protocol.address, "unix")
