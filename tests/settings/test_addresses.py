"""Addresses to listen on, origins, domains, networks."""

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from authsrv.settings.addresses import cookie_domain, is_loopback, listener, network, origin
from authsrv.settings.wrong import Wrong

BASE = Path("/srv/login")


class Listeners(SynchronousTestCase):
    def test_good(self) -> None:
        """An address is literal, and comes back in the one way it is written."""
        pairs = {
            "0.0.0.0:8443": "0.0.0.0:8443",
            "[::]:443": "[::]:443",
            "[2001:DB8:0::1]:0443": "[2001:db8::1]:443",
            "localhost:80": "127.0.0.1:80",
            "systemd:https": "systemd:https",
            "[fe80::1%eth0.2]:80": "[fe80::1%eth0.2]:80",
            "unix:/run/a.sock": "unix:/run/a.sock",
            "unix:run/a.sock": "unix:/srv/login/run/a.sock",
        }
        self.assertEqual([listener(each, BASE) for each in pairs], list(pairs.values()))

    def test_bad(self) -> None:
        """Names of hosts, missing or impossible ports and loose brackets are refused."""
        bad = ["example.com:80", "8443", ":8443", "127.0.0.1", "127.0.0.1:0", "1.2.3.4:65536"]
        bad += ["::1:80", "[127.0.0.1]:80", "[::1]", "1.2.3:80", "unix:", "systemd:", "systemd:a b"]
        bad += ["", "127.0.0.1:80\n", "127.0.0.1:٨٠", "[fe80::1%\n]:80", "[fe80::1%\udcf5]:80"]
        for each in bad:
            with self.assertRaises(Wrong, msg=each):
                listener(each, BASE)

    def test_long_socket(self) -> None:
        """A path that the kernel has no room for is refused before it is bound."""
        listener("unix:/" + "x" * 106, BASE)
        self.assertRaises(Wrong, listener, "unix:/" + "x" * 107, BASE)

    def test_loopback(self) -> None:
        """Loopback addresses and unix sockets are for this machine alone."""
        for near in ["127.0.0.1:80", "[::1]:80", "unix:/a"]:
            self.assertTrue(is_loopback(near), near)
        for far in ["0.0.0.0:80", "[::]:80", "10.0.0.1:80", "systemd:a"]:
            self.assertFalse(is_loopback(far), far)


class Origins(SynchronousTestCase):
    def test_as_browsers_write_it(self) -> None:
        """An origin is lower case, without its default port and without a slash."""
        pairs = {
            "https://Login.Example.com": "https://login.example.com",
            "HTTPS://login.example.com:443/": "https://login.example.com",
            "https://localhost:8443": "https://localhost:8443",
            "https://[::1]:8443": "https://[::1]:8443",
            "https://login.example.com:0443": "https://login.example.com",
            "https://192.0.2.1": "https://192.0.2.1",
            "https://xn--bj0bj06e.example": "https://xn--bj0bj06e.example",
        }
        got = [origin(each, development=False) for each in pairs]
        self.assertEqual(got, list(pairs.values()))

    def test_bad(self) -> None:
        """What is more or less than an origin is refused."""
        bad = ["", "login.example.com", "https://", "https://a/b", "https://a?b", "https://a#b"]
        bad += ["https://u@a", "https://u:p@a", "ftp://a", "https://a:0", "https://a:65536"]
        bad += ["https://a b", "https://a\n", "https://-a", "https://로그인.example", "https://[x]"]
        bad += ["https://1.2.3", "https://1.2.3.256", "https://a..b", "https://a\\b", "https://[1]"]
        bad += ["https://[192.0.2.1]", "https://[::1].example.com"]
        for each in bad:
            with self.assertRaises(Wrong, msg=each):
                origin(each, development=True)

    def test_plain_http(self) -> None:
        """Plain http is for development; what was checked before is not asked again."""
        self.assertEqual(origin("http://a:80", development=True), "http://a")
        self.assertEqual(origin("http://a:80", development=None), "http://a")
        with self.assertRaisesRegex(Wrong, "is not https"):
            origin("http://a", development=False)


class Domains(SynchronousTestCase):
    def test_domain(self) -> None:
        """A domain is a name with a dot in it."""
        self.assertEqual(cookie_domain("Example.COM"), "example.com")
        for bad in [
            "com",
            "localhost",
            ".example.com",
            "a..b",
            "192.0.2.1",
            "::1",
            "a b.c",
            "a/b.c",
        ]:
            with self.assertRaises(Wrong, msg=bad):
                cookie_domain(bad)

    def test_network(self) -> None:
        """A network is in CIDR form, one address, or the word for unix sockets."""
        pairs = {"10.0.0.0/8": "10.0.0.0/8", "::1": "::1/128", "unix": "unix"}
        self.assertEqual([network(each) for each in pairs], list(pairs.values()))

    def test_no_network(self) -> None:
        """The fix of an address inside a network is the network."""
        with self.assertRaises(Wrong) as caught:
            network("10.1.2.3/8")
        self.assertEqual(caught.exception.fix, "write 10.0.0.0/8")
        self.assertRaises(Wrong, network, "proxy.example.com")

    def test_no_zone(self) -> None:
        """A zone, which may be any text, is no part of a network, nor of the fix."""
        for bad in ("fe80::%eth0", "fe80::1%\n/64", "::%\udcf5"):
            with self.assertRaises(Wrong, msg=bad) as caught:
                network(bad)
            self.assertTrue(str(caught.exception).isprintable())
