"""Certificates for the servers under test, which an authority made for them alone has signed."""

from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

from authsrv.cli.authority import issue, new_authority


@frozen
class Certificates:
    """Three files: who is believed, and a server's certificate with its key."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def made(cls, folder: Path) -> "Certificates":
        """New ones in *folder*: for localhost and 127.0.0.1."""
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        authority = new_authority(now)
        server = issue(authority, ["localhost"], now)
        paths = cls(folder / "ca.pem", folder / "server.pem", folder / "server.key")
        paths.authority.write_bytes(authority.certificate_pem)
        paths.certificate.write_bytes(server.certificate_pem)
        paths.key.write_bytes(server.key_pem)
        paths.key.chmod(0o600)
        return paths
