"""Certificates and keys as they stand in files, checked before anything serves them."""

import stat
from collections.abc import Sequence
from pathlib import Path

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Key = EllipticCurvePrivateKey | RSAPrivateKey

#: OpenSSL serves no RSA key that is shorter.
SHORTEST_RSA = 2048


class TlsError(Exception):
    """A certificate or key cannot be used; one sentence that names the file."""


@frozen
class Credential:
    """A certificate *chain*, our own first, and its *key*; *source* is its file."""

    source: Path
    chain: tuple[x509.Certificate, ...]
    key: Key = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The DNS names it is for, in lower case; "*." begins one for every label there."""
        try:
            san = self.chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return ()
        return tuple(name.lower() for name in san.value.get_values_for_type(x509.DNSName))

    @property
    def expires_at(self) -> float:
        """When it ends, in seconds since the epoch; serving an expired one is not refused."""
        return self.chain[0].not_valid_after_utc.timestamp()


@frozen
class Credentials:
    """All that is served on one socket: the first of *items* to clients that name no host.

    *client_ca*: authorities whose certificates clients may show; empty: none is asked for.
    """

    items: tuple[Credential, ...]
    client_ca: tuple[x509.Certificate, ...] = ()


def load(pairs: Sequence[tuple[Path, Path]], client_ca: Path | None = None) -> Credentials:
    """Read (certificate, key) *pairs* of PEM files.  Raises TlsError."""
    if not pairs:
        raise TlsError("No certificate is configured.")
    items = tuple(_credential(certificate, key) for certificate, key in pairs)
    return Credentials(items, () if client_ca is None else _certificates(client_ca))


def _credential(certificate: Path, key_file: Path) -> Credential:
    chain, key = _certificates(certificate), _key(key_file)
    if chain[0].public_key() != key.public_key():
        raise TlsError(f"The key in {key_file} does not belong to the certificate {certificate}.")
    return Credential(certificate, chain, key)


def _certificates(path: Path) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(_read(path)))
    except ValueError:
        raise TlsError(f"{path} is not a certificate in PEM form.") from None


def _key(path: Path) -> Key:
    data = _read(path)
    if path.stat().st_mode & stat.S_IROTH:
        raise TlsError(f"Everybody can read the key {path}: chmod 640 it.")
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError:
        raise TlsError(f"The key {path} has a passphrase, which nobody could type.") from None
    except ValueError:
        raise TlsError(f"{path} is not a private key in PEM form.") from None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise TlsError(f"The key {path} is neither ECDSA nor RSA.")
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST_RSA:
        raise TlsError(f"The RSA key {path} is shorter than {SHORTEST_RSA} bits.")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsError(f"{path} cannot be read: {error.strerror}.") from None
