"""A certificate authority for development, which can only vouch for this machine.

Its name constraints (RFC 5280, section 4.2.1.10) let it speak for localhost, the loopback
addresses, and names under .localhost and .test, which are nobody's (RFC 2606, RFC 6761): whoever
steals its key cannot pretend to be a real site.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: In every authority's subject, to know our own again.
ORGANISATION = "authsrv development"
AUTHORITY_LIFE = timedelta(days=3650)
#: Browsers accept no certificate that lives longer than 398 days, Mozilla's profile none over 366.
LEAF_LIFE = timedelta(days=365)
ADDRESSES = ("127.0.0.1", "::1")
# Clocks of other machines may be behind ours.
_BACKDATED = timedelta(hours=1)
_TOP_NAMES = ("localhost", "test")


@frozen
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as a PEM file has it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key, not encrypted: whoever may read the file has it."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def may_vouch_for(name: str) -> bool:
    """Whether *name* is one that the authority can issue a certificate for."""
    return name.rpartition(".")[2] in _TOP_NAMES and all(
        label and label.strip("-") == label and label.replace("-", "").isalnum() and len(label) < 64
        for label in name.removeprefix("*.").split(".")
    )


def new_authority(now: datetime) -> Pair:
    """An authority that is good for ten years from *now*."""
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = _name(f"authsrv development {identifier.digest[:4].hex()}")
    builder = (
        _builder(name, name, key, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_constraints(), critical=True)
        .add_extension(identifier, critical=False)
    )
    return Pair(builder.sign(key, hashes.SHA256()), key)


def issue(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    """A server's certificate for *names* and this machine's addresses, signed by *authority*."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = authority.key.public_key()
    builder = (
        _builder(_name(names[0]), authority.certificate.subject, key, now, LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternatives(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now - _BACKDATED + life)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _constraints() -> x509.NameConstraints:
    names = [x509.DNSName(name) for name in _TOP_NAMES]
    addresses = [x509.IPAddress(ip_network(address)) for address in ADDRESSES]
    return x509.NameConstraints([*names, *addresses], excluded_subtrees=None)


def _alternatives(names: Sequence[str]) -> x509.SubjectAlternativeName:
    addresses = [x509.IPAddress(ip_address(address)) for address in ADDRESSES]
    return x509.SubjectAlternativeName([*map(x509.DNSName, names), *addresses])
