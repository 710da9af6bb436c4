from ipaddress import IPv4Address, IPv6Address

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.addresses import Address, Systemd, Tcp, Unix, parse

ports = st.integers(0, 65535)
printable = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":")
addresses = st.one_of(
    st.builds(Tcp, st.ip_addresses(v=4), ports),
    st.builds(Tcp, st.ip_addresses(v=6), ports),
    st.builds(Unix, st.text(printable, max_size=100).map("/{}".format)),
    st.builds(Systemd, st.text(printable, min_size=1, max_size=255)),
)


class ParseTests(SynchronousTestCase):
    @given(addresses)
    def test_round_trip(self, address: Address) -> None:
        """What an address prints is read as the same address."""
        self.assertEqual(address, parse(str(address)))

    def test_forms(self) -> None:
        """Each form of the settings file is its own kind of value."""
        self.assertEqual(Tcp(IPv4Address("0.0.0.0"), 8443), parse("0.0.0.0:8443"))
        self.assertEqual(Tcp(IPv6Address("::1"), 1), parse("[::1]:1"))
        self.assertEqual(Unix("/run/a.sock"), parse("unix:/run/a.sock"))
        self.assertEqual(Systemd("web"), parse("systemd:web"))

    def test_refused(self) -> None:
        """What is no address is refused, and never half understood."""
        wrong = [
            "",
            "8443",
            ":8443",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:65536",
            "127.0.0.1:-1",
            "127.0.0.1:+1",
            "127.0.0.1:١",
            "127.0.0.1:000001",
            "[127.0.0.1]:1",
            "::1:8443",
            "[::1]",
            "localhost:8443",
            "unix:run.sock",
            "unix:",
            "unix:/" + "x" * 107,
            "unix:/a\0b",
            "systemd:",
            "systemd:a:b",
            "systemd:a b\n",
        ]
        for text in wrong:
            with self.subTest(text), self.assertRaises(ValueError):
                parse(text)
