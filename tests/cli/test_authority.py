"""The development certificate authority, as others see what it signs."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cli.authority import Pair, issue, may_vouch_for, new_authority

NOW = datetime(2027, 1, 15, tzinfo=UTC)


def accepts(authority: Pair, leaf: Pair, name: str, now: datetime = NOW) -> bool:
    """Whether a client that trusts *authority* believes that *leaf* is *name*."""
    store = Store([authority.certificate])
    verifier = PolicyBuilder().store(store).time(now).build_server_verifier(x509.DNSName(name))
    try:
        verifier.verify(leaf.certificate, [])
    except VerificationError:
        return False
    return True


class Authority(SynchronousTestCase):
    def setUp(self) -> None:
        self.authority = new_authority(NOW)

    def test_believed(self) -> None:
        """A client that trusts the authority believes each of the names and no other."""
        leaf = issue(self.authority, ["localhost", "login.app.test"], NOW)
        for name in ("localhost", "login.app.test"):
            self.assertTrue(accepts(self.authority, leaf, name))
        self.assertFalse(accepts(self.authority, leaf, "app.test"))
        self.assertFalse(accepts(new_authority(NOW), leaf, "localhost"))

    def test_constrained(self) -> None:
        """Whoever steals the key cannot be believed for a real site."""
        leaf = issue(self.authority, ["login.example.com"], NOW)
        self.assertFalse(accepts(self.authority, leaf, "login.example.com"))

    def test_times(self) -> None:
        """A certificate is good for a year and its authority for ten years."""
        leaf = issue(self.authority, ["localhost"], NOW)
        life = leaf.certificate.not_valid_after_utc - leaf.certificate.not_valid_before_utc
        self.assertEqual(life, timedelta(days=365))
        self.assertFalse(accepts(self.authority, leaf, "localhost", NOW + timedelta(days=366)))
        left = self.authority.certificate.not_valid_after_utc - NOW
        self.assertEqual(round(left / timedelta(days=365)), 10)

    def test_shape(self) -> None:
        """Keys are P-256; the server's certificate is for servers and signs nothing."""
        leaf = issue(self.authority, ["localhost"], NOW).certificate
        key = leaf.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        self.assertEqual(key.curve.name, "secp256r1")
        extensions = leaf.extensions
        self.assertFalse(extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        self.assertEqual(list(usage), [ExtendedKeyUsageOID.SERVER_AUTH])
        found = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses = [str(each) for each in found.get_values_for_type(x509.IPAddress)]
        self.assertEqual(addresses, ["127.0.0.1", "::1"])

    def test_names(self) -> None:
        """Only names that are nobody's are vouched for."""
        for good in ("localhost", "a.localhost", "a-b.app.test", "*.app.test"):
            self.assertTrue(may_vouch_for(good), good)
        for bad in ("example.com", "test.com", "", ".test", "a..test", "a b.test", "-a.test", "*"):
            self.assertFalse(may_vouch_for(bad), bad)
