"""TLS handshakes, with both ends in memory."""

from pathlib import Path
from tempfile import TemporaryDirectory

import h2.connection
import h2.events
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from OpenSSL._util import lib as openssl
from twisted.internet.address import IPv4Address
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cluster.tally import Tally
from authsrv.core.peers import Trust
from authsrv.wire.admission import Admission
from authsrv.wire.certificates import Credentials, TlsError, load
from authsrv.wire.tls import ReloadingContexts, tls_factory
from tests.wire.authority import RSA, Key, certificate, ec_key, write_pair
from tests.wire.browser import Browser, Prepare
from tests.wire.clients import HOST, House


class TlsTests(SynchronousTestCase):
    """What is offered, and which certificate is shown."""

    def setUp(self) -> None:
        # Not mktemp(): under pytest that is a folder of the checkout.
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.house = House()
        self.creator = ReloadingContexts(self.load((ec_key(), HOST)))

    def load(self, *wanted: tuple[Key | str, ...]) -> Credentials:
        pairs = []
        for n, (key, *names) in enumerate(wanted):
            assert not isinstance(key, str)
            pairs.append(write_pair(self.folder, str(n), key, *map(str, names)))
        return load(pairs)

    def browser(
        self,
        prepare: Prepare = lambda context: None,
        name: str | None = HOST,
        alpn: tuple[bytes, ...] = (),
    ) -> Browser:
        return Browser(self.creator, self.house, prepare, name, alpn).handshake()

    def only(self, version: int) -> Prepare:
        def prepare(context: SSL.Context) -> None:
            context.set_min_proto_version(version)
            context.set_max_proto_version(version)
            # Lets the client itself use what is too old for today's OpenSSL.
            context.set_cipher_list(b"ALL:@SECLEVEL=0")

        return prepare

    def test_not_let_in(self) -> None:
        """A connection that the site does not let in costs no TLS."""
        admission = Admission(Tally.alone(), Trust(), 10, 1)
        factory = tls_factory(self.creator, House(admission=admission).site, self.house.clock)
        peer = IPv4Address("TCP", "192.0.2.1", 50000)
        self.assertIsNotNone(factory.buildProtocol(peer))
        self.assertIsNone(factory.buildProtocol(peer))

    def test_versions(self) -> None:
        """TLS 1.2 and 1.3 are spoken, with forward secrecy and authenticated encryption."""
        for version, name, cipher in (
            (SSL.TLS1_2_VERSION, "TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
            (SSL.TLS1_3_VERSION, "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
        ):
            browser = self.browser(self.only(version))
            self.assertEqual(browser.tls.get_protocol_version_name(), name)
            self.assertEqual(browser.tls.get_cipher_name(), cipher)

    def test_old_versions(self) -> None:
        """TLS 1.1 is refused."""
        self.assertRaises(SSL.Error, self.browser, self.only(SSL.TLS1_1_VERSION))

    def test_old_ciphers(self) -> None:
        """A TLS 1.2 client that only knows CBC, or no forward secrecy, is refused."""
        for ciphers in (b"ECDHE+AES:!AESGCM:!AESCCM", b"RSA+AESGCM"):

            def prepare(context: SSL.Context, ciphers: bytes = ciphers) -> None:
                context.set_max_proto_version(SSL.TLS1_2_VERSION)
                context.set_cipher_list(ciphers)

            self.assertRaises(SSL.Error, self.browser, prepare)

    def test_groups(self) -> None:
        """A key is exchanged over X25519, alone or with ML-KEM, P-256 or P-384; over no other."""
        offers = {
            b"X25519MLKEM768:X25519": "X25519MLKEM768", b"X25519": "x25519", b"P-256": "secp256r1",
            b"P-384": "secp384r1", b"P-521": None, b"X448": None, b"ffdhe2048": None,
        }  # fmt: skip
        for offered, agreed in offers.items():

            def prepare(context: SSL.Context, offered: bytes = offered) -> None:
                self.assertTrue(openssl.SSL_CTX_set1_curves_list(context._context, offered))

            if agreed is None:
                self.assertRaises(SSL.Error, self.browser, prepare)
            else:
                self.assertEqual(self.browser(prepare).tls.get_group_name(), agreed)

    def test_rsa(self) -> None:
        """An RSA certificate is served too."""
        self.creator.swap(self.load((RSA, HOST)))
        browser = self.browser(self.only(SSL.TLS1_2_VERSION))
        self.assertEqual(browser.tls.get_cipher_name(), "ECDHE-RSA-AES256-GCM-SHA384")

    def test_sni(self) -> None:
        """The name chooses the certificate: exact, by wildcard for one label, else the first."""
        self.creator.swap(
            self.load(
                (ec_key(), "first.example"),
                (RSA, "*.b.example", "b.example"),
                (ec_key(), "x.b.example"),
            )
        )
        for name, shown in (
            ("first.example", "first.example"),
            ("b.example", "*.b.example"),
            ("any.b.example", "*.b.example"),
            ("ANY.b.example", "*.b.example"),
            ("x.b.example", "x.b.example"),
            ("x.y.b.example", "first.example"),
            ("other.example", "first.example"),
            (None, "first.example"),
        ):
            self.assertEqual(self.browser(name=name).names[0], shown, name)

    def test_alpn(self) -> None:
        """HTTP/2 is preferred where it is offered; who offers nothing speaks HTTP/1.1."""
        for offered, chosen in (
            ((b"http/1.1", b"h2"), b"h2"),
            ((b"http/1.1",), b"http/1.1"),
            ((), b""),
        ):
            browser = self.browser(alpn=offered)
            self.assertEqual(browser.tls.get_alpn_proto_negotiated(), chosen)

    def test_alpn_stays_with_another_certificate(self) -> None:
        """A certificate chosen by name speaks HTTP/2 like the first."""
        self.creator.swap(self.load((ec_key(), "first.example"), (ec_key(), HOST)))
        browser = self.browser(alpn=(b"h2",))
        self.assertEqual(browser.tls.get_alpn_proto_negotiated(), b"h2")
        self.assertEqual(browser.names, [HOST])

    def test_alpn_without_http2(self) -> None:
        """HTTP/2 can be switched off."""
        self.creator = ReloadingContexts(self.creator.credentials, http2=False)
        browser = self.browser(alpn=(b"h2", b"http/1.1"))
        self.assertEqual(browser.tls.get_alpn_proto_negotiated(), b"http/1.1")

    def test_alpn_nothing_in_common(self) -> None:
        """A client that speaks another protocol is told so, and the connection closed."""
        with self.assertRaises(SSL.Error) as caught:
            self.browser(alpn=(b"imap",))
        self.assertIn("no application protocol", str(caught.exception))

    def test_swap(self) -> None:
        """New connections get the new certificate; open ones go on with the old."""
        before = self.browser()
        self.creator.swap(self.load((ec_key(), "new.example", HOST)))
        self.assertEqual(self.browser().names, ["new.example", HOST])
        self.assertEqual(before.names, [HOST])
        self.assertIn(b"hello", before.ask(_get()))

    def test_swap_fails(self) -> None:
        """Credentials that OpenSSL does not accept change nothing."""
        old = self.creator.credentials
        (bad,) = self.load((ec_key(), "bad.example")).items
        wrong = Credentials((*old.items, type(bad)(bad.source, bad.chain, ec_key())))
        error = self.assertRaises(TlsError, self.creator.swap, wrong)
        self.assertIn(str(bad.source), str(error))
        self.assertIs(self.creator.credentials, old)
        self.assertEqual(self.browser(name="bad.example").names, [HOST])

    def test_http1(self) -> None:
        """A page is served over TLS on HTTP/1.1, and the close is clean."""
        browser = self.browser()
        answer = browser.ask(_get("Connection: close\r\n"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertTrue(answer.endswith(b"hello"))
        self.assertEqual(browser.tls.get_shutdown(), SSL.RECEIVED_SHUTDOWN)

    def test_http2(self) -> None:
        """A page is served over TLS on HTTP/2, with our settings right behind the handshake."""
        browser = self.browser(alpn=(b"h2",))
        client = h2.connection.H2Connection()
        client.initiate_connection()
        events = client.receive_data(browser.read())
        self.assertIsInstance(events[0], h2.events.RemoteSettingsChanged)
        head = [(":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", "/")]
        client.send_headers(1, head, end_stream=True)
        browser.received = b""
        events = client.receive_data(browser.ask(client.data_to_send()))
        bodies = [e.data for e in events if isinstance(e, h2.events.DataReceived)]
        self.assertEqual(b"".join(bodies), b"hello")

    def test_http2_fatal_error(self) -> None:
        """After a fatal HTTP/2 error TLS is shut down too, not held open by its producer."""
        browser = self.browser(alpn=(b"h2",))
        browser.ask(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\1\0\0\0\0\0\0x")
        self.assertEqual(browser.tls.get_shutdown(), SSL.RECEIVED_SHUTDOWN)

    def test_handshake_deadline(self) -> None:
        """A client that dawdles in its handshake is cut."""
        browser = Browser(self.creator, self.house)
        self.house.clock.advance(self.house.site.limits.header_seconds + 1)
        self.assertTrue(browser.transport.disconnected)

    def test_no_renegotiation(self) -> None:
        """A TLS 1.2 client cannot have a second handshake, which costs us more than it."""
        browser = self.browser(self.only(SSL.TLS1_2_VERSION))
        browser.tls.renegotiate()
        with self.assertRaises(SSL.Error) as caught:
            for _ in range(3):
                try:
                    browser.tls.do_handshake()
                except SSL.WantReadError:
                    browser.pump()
        self.assertIn("no renegotiation", str(caught.exception))

    def test_client_certificates(self) -> None:
        """With client_ca a certificate is asked for: none is fine, a stranger's is not."""
        authority, stranger = ec_key(), ec_key()
        ca = certificate(authority, "clients.example", ca=True)
        (self.folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
        pair = write_pair(self.folder, "own", ec_key(), HOST)
        self.creator.swap(load([pair], client_ca=self.folder / "ca.pem"))

        def shows(key: Key, shown: x509.Certificate) -> Prepare:
            def prepare(context: SSL.Context) -> None:
                context.set_max_proto_version(SSL.TLS1_2_VERSION)
                context.use_certificate(shown)
                context.use_privatekey(key)

            return prepare

        self.assertIn(b"hello", self.browser().ask(_get()))
        self.assertIn(b"hello", self.browser(shows(authority, ca)).ask(_get()))
        other = certificate(stranger, "clients.example", ca=True)
        self.assertRaises(SSL.Error, self.browser, shows(stranger, other))


def _get(fields: str = "") -> bytes:
    return f"GET / HTTP/1.1\r\nHost: {HOST}\r\n{fields}\r\n".encode()
