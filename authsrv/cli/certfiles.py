"""The development authority's files: made when they are missing, kept while they are good."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authsrv.cli.authority import ORGANISATION, Pair, issue, new_authority
from authsrv.cli.polite import Failed

#: A certificate is issued again when it has less than this left.
RENEW_BEFORE = timedelta(days=30)


@frozen
class Outcome:
    """What was made now; the rest was kept.  A *foreign* certificate is never touched."""

    new_authority: bool = False
    new_certificate: bool = False
    foreign: bool = False


def ensure(directory: Path, names: Sequence[str], now: datetime) -> Outcome:
    """Have ca.pem, ca.key, localhost.pem (with its chain) and localhost.key in *directory*.

    Without *names* the certificate keeps those it has, or is for localhost.  Raises Failed when
    files there are damaged.
    """
    directory.mkdir(parents=True, exist_ok=True)
    served = _read_if_there(directory / "localhost.pem")
    if served is not None and _is_foreign(served):
        return Outcome(foreign=True)
    names = names or (names_in(served) if served else ["localhost"])
    authority = _kept(directory, "ca", now)
    leaf = _kept(directory, "localhost", now)
    if authority and leaf and _fits(leaf.certificate, authority.certificate, names):
        return Outcome()
    signer = authority or new_authority(now)
    if authority is None:
        _write_pair(directory, "ca", signer)
    _write_pair(directory, "localhost", issue(signer, names, now), signer.certificate_pem)
    return Outcome(new_authority=authority is None, new_certificate=True)


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate in the PEM file *path*."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        raise Failed(f"{path} is not a PEM certificate; give another, or move it away") from None


def names_in(certificate: x509.Certificate) -> list[str]:
    """The DNS names that *certificate* is for."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return found.value.get_values_for_type(x509.DNSName)


def _read_if_there(path: Path) -> x509.Certificate | None:
    return read_certificate(path) if path.exists() else None


def _is_foreign(certificate: x509.Certificate) -> bool:
    issuers = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return [issuer.value for issuer in issuers] != [ORGANISATION]


def _kept(directory: Path, name: str, now: datetime) -> Pair | None:
    """The pair *name* in *directory* if both files are there and good for a while."""
    certificate_file, key_file = directory / f"{name}.pem", directory / f"{name}.key"
    if not (certificate_file.exists() and key_file.exists()):
        return None
    certificate = read_certificate(certificate_file)
    key = _read_key(key_file)
    if key is None or key.public_key() != certificate.public_key():
        raise Failed(f"{key_file} is not the key of {certificate_file}; move both away")
    return Pair(certificate, key) if certificate.not_valid_after_utc - now > RENEW_BEFORE else None


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):  # no key, or one with a password
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _fits(leaf: x509.Certificate, authority: x509.Certificate, names: Sequence[str]) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return sorted(names_in(leaf)) == sorted(names)


def _write_pair(directory: Path, name: str, pair: Pair, chain: bytes = b"") -> None:
    _write(directory / f"{name}.key", pair.key_pem, 0o600)
    _write(directory / f"{name}.pem", pair.certificate_pem + chain, 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Replace *path* whole, so that nobody ever reads half of it."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    beside.replace(path)
