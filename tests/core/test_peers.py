"""Which address a request comes from."""

from ipaddress import IPv6Address, ip_address

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.peers import UNIX, Trust, client_address, parse_address, throttle_key

TRUST = Trust.parse(["10.0.0.0/8", "2001:db8:1::/48", "::1/128"])
PROXY = "10.0.0.1"
CLIENT = "198.51.100.7"
V4 = st.ip_addresses(v=4).map(str)
V6 = st.ip_addresses(v=6).map(str)
STRANGERS = (V4 | V6).filter(lambda text: not TRUST.covers(text))
PROXIES = st.sampled_from(["10.0.0.1", "10.255.0.9", "2001:db8:1::5", "::1", "::ffff:10.0.0.3"])
JUNK = st.sampled_from(
    [
        "",
        " ",
        "unknown",
        "_hidden",
        UNIX,
        "1.2.3",
        "a,b",
        "10.0.0.1:",
        "::1%eth0",
        "]]10.0.0.1[[",
        "::",
    ]
)
FORGED = st.lists(PROXIES | V4 | V6 | JUNK | st.text(max_size=10), max_size=5).map(",".join)


class TrustTests(SynchronousTestCase):
    """Whose word is believed."""

    def test_networks(self) -> None:
        """An address of a listed network is ours, another is not."""
        for peer in ("10.0.0.0", "10.255.255.255", "2001:db8:1:2::3", "::1"):
            self.assertTrue(TRUST.covers(peer), peer)
        for peer in ("11.0.0.0", "9.255.255.255", "2001:db8:2::", "::2", "::", "0.0.0.0"):
            self.assertFalse(TRUST.covers(peer), peer)

    def test_mapped(self) -> None:
        """An IPv4 address on a socket for both families is that IPv4 address."""
        self.assertTrue(TRUST.covers("::ffff:10.1.2.3"))
        self.assertTrue(TRUST.covers("::ffff:a01:203"))
        self.assertFalse(TRUST.covers("::ffff:11.1.2.3"))
        self.assertFalse(TRUST.covers("::10.1.2.3"))

    def test_unix(self) -> None:
        """Local sockets are ours only if that was said, and they are no network."""
        self.assertFalse(TRUST.covers(UNIX))
        unix = Trust.parse([UNIX])
        self.assertEqual((unix.networks, unix.unix), ((), True))
        self.assertTrue(unix.covers(UNIX))
        self.assertFalse(unix.covers(PROXY))

    def test_nobody(self) -> None:
        """Without settings nobody is ours, and no text that is no address ever is."""
        for peer in (PROXY, "127.0.0.1", "::1", UNIX):
            self.assertFalse(Trust().covers(peer))
        everybody = Trust.parse(["0.0.0.0/0", "::/0"])
        for peer in (
            "",
            "localhost",
            "10.0.0.1:",
            "::1%eth0",
            "]]10.0.0.1[[",
            "10.0.0.1/8",
            "10.0.0",
            "010.0.0.1",
            "UNIX",
        ):
            self.assertFalse(everybody.covers(peer), peer)

    def test_bad_entry(self) -> None:
        """What is no network is an error that names it."""
        for entry in ("localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0-10.0.0.9"):
            with self.assertRaises(ValueError) as caught:
                Trust.parse([PROXY, entry])
            self.assertIn(entry, str(caught.exception))


class AddressTests(SynchronousTestCase):
    """Reading an address."""

    def test_forms(self) -> None:
        """An address may stand in spaces or brackets; a mapped one is IPv4."""
        for text, expected in (
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1\t", "192.0.2.1"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("[::ffff:c000:201]", "192.0.2.1"),
        ):
            self.assertEqual(parse_address(text), ip_address(expected))

    def test_no_address(self) -> None:
        """Names, parts, octal, hexadecimal and whole numbers are no addresses."""
        for text in (
            "", " ", "unknown", "localhost", UNIX, "1.2.3", "1.2.3.4.5", "010.0.0.1", "0x7f.0.0.1",
            "2130706433", "1.2.3.256", "1.2.3.-4", "１.2.3.4", "1.2.3.4/32", "::1::", ":::", "g::",
            "1.2.3.4,5.6.7.8", "\x00", "1.2.3.4\x00",
        ):  # fmt: skip
            self.assertIsNone(parse_address(text), ascii(text))

    @settings(deadline=None)
    @given(st.text())
    def test_any_text(self, text: str) -> None:
        """No text is an error, for any of the questions."""
        parse_address(text)
        self.assertIsInstance(throttle_key(text), str)
        self.assertIsInstance(TRUST.covers(text), bool)
        self.assertIsInstance(client_address(PROXY, [text], TRUST), str)


class ClientTests(SynchronousTestCase):
    """Past the proxies."""

    def test_table(self) -> None:
        """The first hop from the right that is not ours is the client."""
        for peer, headers, expected in (
            (CLIENT, [], CLIENT),
            (CLIENT, ["192.0.2.9"], CLIENT),
            (PROXY, [], PROXY),
            (PROXY, [CLIENT], CLIENT),
            (PROXY, [f"192.0.2.9, {CLIENT}"], CLIENT),
            (PROXY, [f"192.0.2.9, {CLIENT}, 10.0.0.2"], CLIENT),
            (PROXY, ["192.0.2.9", f"{CLIENT},10.0.0.2", "::1"], CLIENT),
            (PROXY, ["10.0.0.2,10.0.0.3"], "10.0.0.2"),
            (PROXY, ["[2001:db8::7]"], "2001:db8::7"),
            (PROXY, ["[2001:db8::7]:443"], "2001:db8::7"),
            (PROXY, [f"{CLIENT}:5678"], CLIENT),
            (PROXY, ["::ffff:198.51.100.7"], CLIENT),
            ("::ffff:10.0.0.1", [CLIENT], CLIENT),
            (UNIX, [CLIENT], UNIX),
        ):
            self.assertEqual(client_address(peer, headers, TRUST), expected, (peer, headers))

    def test_unix(self) -> None:
        """A trusted local socket passes the client's address on."""
        trust = Trust.parse([UNIX, "10.0.0.0/8"])
        self.assertEqual(client_address(UNIX, [CLIENT], trust), CLIENT)
        self.assertEqual(client_address(UNIX, [], trust), UNIX)
        self.assertEqual(client_address(UNIX, [f"{CLIENT}, {UNIX}"], trust), UNIX)

    def test_unreadable(self) -> None:
        """A hop that is no address ends the search: nothing left of it is believed."""
        for hop in ("", "unknown", "_hidden", UNIX, "1.2.3"):
            self.assertEqual(client_address(PROXY, [f"192.0.2.9, {hop}"], TRUST), PROXY)
            self.assertEqual(
                client_address(PROXY, [f"192.0.2.9, {hop}, 10.0.0.2"], TRUST), "10.0.0.2"
            )

    @settings(deadline=None)
    @given(FORGED, st.lists(FORGED, max_size=2), STRANGERS, st.lists(PROXIES, max_size=3))
    def test_forged(self, forged: str, fields: list[str], client: str, hops: list[str]) -> None:
        """Whatever a client writes before its request reaches our proxies, it stays itself."""
        added = [client, *hops]
        alone = client_address(PROXY, [",".join(added)], TRUST)
        self.assertEqual(ip_address(alone), parse_address(client))
        one_field = [*fields, ",".join([forged, *added])]
        self.assertEqual(client_address(PROXY, one_field, TRUST), alone)
        self.assertEqual(client_address(PROXY, [*fields, forged, *added], TRUST), alone)

    @settings(deadline=None)
    @given(STRANGERS, st.lists(FORGED, max_size=3))
    def test_strangers(self, peer: str, headers: list[str]) -> None:
        """Who comes without a proxy is who they are, whatever they write."""
        self.assertEqual(client_address(peer, headers, TRUST), str(parse_address(peer) or peer))


class KeyTests(SynchronousTestCase):
    """What is counted as one client."""

    def test_keys(self) -> None:
        """An IPv4 address is one client, a /64 of IPv6 is one, a socket is one."""
        for address, expected in (
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("[2001:db8:1:2::]", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
            (UNIX, UNIX),
        ):
            self.assertEqual(throttle_key(address), expected)

    @settings(deadline=None)
    @given(st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1))
    def test_whole_network(self, network: int, host: int) -> None:
        """However a customer changes the lower 64 bits, it is counted as one."""
        first, other = (str(IPv6Address((network << 64) | low)) for low in (0, host))
        self.assertEqual(throttle_key(first), throttle_key(other))

    @settings(deadline=None)
    @given(V4, V4)
    def test_addresses_differ(self, one: str, other: str) -> None:
        """Two IPv4 addresses are two clients, however they are written."""
        self.assertEqual(throttle_key(one) == throttle_key(f"::ffff:{other}"), one == other)
