"""Certificates and keys from files."""

from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from twisted.trial.unittest import SynchronousTestCase

from authsrv.wire.certificates import TlsError, load
from tests.wire.authority import END, RSA, ec_key, key_pem, write_pair


class LoadTests(SynchronousTestCase):
    """load() gives what can be served, or one sentence."""

    def setUp(self) -> None:
        # Not mktemp(): under pytest that is a folder of the checkout.
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refused(self, *pairs: tuple[Path, Path]) -> str:
        with self.assertRaises(TlsError) as caught:
            load(pairs)
        return str(caught.exception)

    def test_good(self) -> None:
        """ECDSA and RSA pairs are read, with their names and their end."""
        pairs = [
            write_pair(self.folder, "ec", ec_key(), "A.example", "*.b.example"),
            write_pair(self.folder, "rsa", RSA, "c.example"),
        ]
        ec, rsa_ = load(pairs).items
        self.assertEqual(ec.names, ("a.example", "*.b.example"))
        self.assertEqual(rsa_.names, ("c.example",))
        self.assertEqual(ec.expires_at, END.timestamp())
        self.assertNotIn("key=", repr(ec))

    def test_chain(self) -> None:
        """All certificates of a file are kept, our own first."""
        pair = write_pair(self.folder, "a", ec_key(), "a.example")
        above, _ = write_pair(self.folder, "ca", ec_key(), "ca.example")
        pair[0].write_bytes(pair[0].read_bytes() + above.read_bytes())
        (credential,) = load([pair]).items
        self.assertEqual(len(credential.chain), 2)
        self.assertEqual(credential.names, ("a.example",))

    def test_client_ca(self) -> None:
        """The clients' authorities are read from a file of their own."""
        pair = write_pair(self.folder, "a", ec_key(), "a.example")
        self.assertEqual(load([pair]).client_ca, ())
        self.assertEqual(len(load([pair], client_ca=pair[0]).client_ca), 1)

    def test_mismatch(self) -> None:
        """A key of another certificate is an error that names both files."""
        a = write_pair(self.folder, "a", ec_key(), "a.example")
        for key in (ec_key(), RSA):
            b = write_pair(self.folder, "b", key, "b.example")
            message = self.refused(a, (a[0], b[1]))
            self.assertIn(str(a[0]), message)
            self.assertIn(str(b[1]), message)

    def test_everybody_can_read(self) -> None:
        """A key that everybody can read is refused; a group may."""
        pair = write_pair(self.folder, "a", ec_key(), "a.example")
        pair[1].chmod(0o640)
        load([pair])
        pair[1].chmod(0o644)
        self.assertIn(f"{pair[1]}: chmod 640", self.refused(pair))

    def test_unusable(self) -> None:
        """Each other fault is a sentence that names its file."""
        good = write_pair(self.folder, "good", ec_key(), "a.example")
        rubbish = self.folder / "rubbish"
        rubbish.write_bytes(b"-----BEGIN RUBBISH-----")
        rubbish.chmod(0o600)
        locked = self.folder / "locked.key"
        locked.write_bytes(key_pem(ec_key(), b"passphrase"))
        locked.chmod(0o600)
        edwards = write_pair(self.folder, "ed", ed25519.Ed25519PrivateKey.generate(), "a.example")
        short_key = rsa.generate_private_key(65537, 1024)
        short = write_pair(self.folder, "short", short_key, "a.example")
        for pair, fault in (
            ((rubbish, good[1]), rubbish),
            ((good[0], rubbish), rubbish),
            ((self.folder / "none", good[1]), self.folder / "none"),
            ((good[0], self.folder / "none"), self.folder / "none"),
            ((good[0], locked), locked),
            (edwards, edwards[1]),
            (short, short[1]),
        ):
            message = self.refused(pair)
            self.assertIn(str(fault), message)
            self.assertTrue(message.endswith("."))
            self.assertNotIn("\n", message)

    def test_none(self) -> None:
        """No pair at all is an error."""
        self.assertTrue(self.refused())
