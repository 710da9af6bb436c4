"""The site: hosts, counting, quiet."""

from typing import Any

from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from tests.wire.clients import H1, H2, House


class SiteTests(SynchronousTestCase):
    """What a listening socket knows."""

    def test_hosts(self) -> None:
        """A default port may be in the setting or in the request, or in neither."""
        for setting in ("a.example", "A.example:443"):
            site = House(hosts=frozenset({setting})).site
            self.assertTrue(site.serves("a.example", secure=True))
            self.assertTrue(site.serves("a.example:443", secure=True))
            self.assertFalse(site.serves("a.example:80", secure=True))
            self.assertFalse(site.serves("b.example", secure=True))

    def test_no_hosts(self) -> None:
        """An empty list serves nobody; None serves all."""
        self.assertFalse(House(hosts=frozenset()).site.serves("a.example", secure=True))
        self.assertTrue(House(hosts=None).site.serves("a.example", secure=True))

    def test_counts(self) -> None:
        """Each request counts under its protocol and class of status."""
        house = House()
        H1(house).get()
        H1(house).get("/%zz")
        client = H2(house)
        client.request()
        client.flush()
        expected = {("HTTP/1.1", 2): 1, ("HTTP/1.1", 4): 1, ("HTTP/2", 2): 1}
        self.assertEqual(dict(house.site.counters.requests), expected)

    def test_struck(self) -> None:
        """A limit that strikes is counted, and logged with whom it struck."""
        house = House()
        with capturedLogs() as events:
            house.site.struck("head_bytes", "192.0.2.1")
        self.assertEqual(house.site.counters.limits, {"head_bytes": 1})
        told = [(e["log_format"], e["limit"], e["address"]) for e in events]
        self.assertEqual(told, [("limit struck", "head_bytes", "192.0.2.1")])

    def test_no_timers(self) -> None:
        """Starting to listen starts no timer and opens no log."""
        house = House()
        house.site.doStart()
        self.assertEqual(house.clock.getDelayedCalls(), [])
        house.site.doStop()

    def test_random_ids(self) -> None:
        """Without a generator request ids are 16 hexadecimal characters, each another."""
        house = House()
        ids = {type(house.site)(**_settings(house)).new_id() for _ in range(3)}
        self.assertEqual(len(ids), 3)
        for name in ids:
            self.assertRegex(name, "^[0-9a-f]{16}$")


def _settings(house: House) -> dict[str, Any]:
    site = house.site
    return {
        "resource": house.page,
        "reactor": house.clock,
        "limits": site.limits,
        "trust": site.trust,
        "hosts": None,
        "refuse": house.refusals,
        "access_log": lambda request: None,
    }
