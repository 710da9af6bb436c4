"""``authsrv cert``."""

import stat
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authsrv.cli.authority import issue, new_authority
from authsrv.settings import Settings
from tests.cli.fakes import NOW, CommandCase


def somebodys_certificate() -> bytes:
    """A certificate that an authority of somebody's own has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "somebody")])
    builder = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Development(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.certs = self.directory / "certs"

    def dev(self, *names: str) -> list[str]:
        """The first words of what is said of the authority and of the certificate."""
        words = [word for name in names for word in ("--name", name)]
        said = self.done("cert", "dev", "--dir", str(self.certs), *words)
        return [line.split()[0] for line in said.splitlines()[:2]]

    def test_made(self) -> None:
        """Four files are made, with keys for their owner only, and it says how to trust them."""
        said = self.done("cert", "dev", "--dir", str(self.certs))
        names = sorted(path.name for path in self.certs.iterdir())
        self.assertEqual(names, ["ca.key", "ca.pem", "localhost.key", "localhost.pem"])
        for name in ("ca.key", "localhost.key"):
            self.assertEqual(stat.S_IMODE((self.certs / name).stat().st_mode), 0o600)
        for system in ("Debian", "Firefox", "macOS", "Windows"):
            self.assertIn(system, said)

    def test_chain(self) -> None:
        """The served file has the certificate and then its authority's."""
        self.dev()
        served = (self.certs / "localhost.pem").read_text()
        self.assertEqual(served.count("BEGIN CERTIFICATE"), 2)
        self.assertTrue(served.endswith((self.certs / "ca.pem").read_text()))

    def test_kept(self) -> None:
        """Good files are kept, with the names they have."""
        self.assertEqual(self.dev("a.test", "localhost"), ["made", "made"])
        self.assertEqual(self.dev("localhost", "a.test"), ["kept", "kept"])
        self.assertEqual(self.dev(), ["kept", "kept"])

    def test_other_names(self) -> None:
        """For other names only the certificate is made again: nobody has to trust anew."""
        self.dev()
        self.assertEqual(self.dev("a.test"), ["kept", "made"])

    def test_soon_over(self) -> None:
        """A certificate is made again thirty days before its end, with its names."""
        self.dev("a.test")
        self.tools.now = lambda: NOW + timedelta(days=334)
        self.assertEqual(self.dev(), ["kept", "kept"])
        self.tools.now = lambda: NOW + timedelta(days=336)
        self.assertEqual(self.dev(), ["kept", "made"])
        self.assertEqual(self.dev("a.test"), ["kept", "kept"])
        self.tools.now = lambda: NOW + timedelta(days=3640)
        self.assertEqual(self.dev(), ["made", "made"])

    def test_missing(self) -> None:
        """Without its authority's key a good certificate needs a new authority."""
        self.dev()
        (self.certs / "ca.key").unlink()
        self.assertEqual(self.dev(), ["made", "made"])
        (self.certs / "localhost.key").unlink()
        self.assertEqual(self.dev(), ["kept", "made"])

    def test_damaged(self) -> None:
        """A damaged file, and a key of another certificate, are left for their owner to look at."""
        self.dev()
        key = self.certs / "localhost.key"
        for content in (b"", (self.certs / "ca.key").read_bytes()):
            key.write_bytes(content)
            self.refused("cert", "dev", "--dir", str(self.certs))
            self.assertEqual(key.read_bytes(), content)
        (self.certs / "localhost.pem").write_bytes(b"nonsense")
        self.assertIn("localhost.pem", self.refused("cert", "dev", "--dir", str(self.certs)))

    def test_foreign_names(self) -> None:
        """A name that is somebody's is refused, and nothing is made."""
        self.refused("cert", "dev", "--dir", str(self.certs), "--name", "example.com")
        self.assertFalse(self.certs.exists())


class Foreign(CommandCase):
    def test_kept(self) -> None:
        """A certificate that was not made here is never replaced."""
        path = self.directory / "localhost.pem"
        path.write_bytes(somebodys_certificate())
        before = path.read_bytes()
        said = self.done("cert", "dev", "--dir", str(self.directory))
        self.assertIn("which authsrv did not make", said)
        self.assertEqual([each.name for each in self.directory.iterdir()], ["localhost.pem"])
        self.assertEqual(path.read_bytes(), before)


class Shown(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        leaf = issue(new_authority(NOW), ["localhost", "a.test"], NOW)
        self.file = self.directory / "a.pem"
        self.file.write_bytes(leaf.certificate_pem)
        pair = {"certificate": self.file, "key": self.file}
        self.settings = Settings.model_validate(
            {"public_url": "https://a", "tls": {"certificates": [pair]}}
        )

    def test_json(self) -> None:
        """A program gets every fact of every certificate."""
        (row,) = self.listed("cert", "show")
        self.assertEqual(row["file"], str(self.file))
        self.assertEqual(row["names"], ["localhost", "a.test", "127.0.0.1", "::1"])
        self.assertEqual(row["subject"], "CN=localhost,O=authsrv development")
        self.assertIn("authsrv development", row["issuer"])
        self.assertEqual((row["not_after"], row["days_left"]), ("2028-01-15T07:00:00Z", 364))

    def test_table(self) -> None:
        """People get a table."""
        head, row = self.done("cert", "show").splitlines()
        self.assertIn("DAYS LEFT", head)
        self.assertTrue(row.endswith("364"))

    def test_over(self) -> None:
        """A certificate that is over has days less than none."""
        self.tools.now = lambda: NOW + timedelta(days=400)
        self.assertLess(self.listed("cert", "show")[0]["days_left"], 0)

    def test_none(self) -> None:
        """Without certificates it says how to make one."""
        self.settings = Settings(public_url="https://a")
        self.assertIn("authsrv cert dev", self.done("cert", "show"))

    def test_damaged(self) -> None:
        """A file that is no certificate is one line."""
        self.file.write_bytes(b"nonsense")
        self.assertIn(str(self.file), self.refused("cert", "show"))
