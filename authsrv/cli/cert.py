"""``authsrv cert``: certificates for development, and what is served."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from authsrv.cli.polite import Failed
from authsrv.cli.tables import json_option, show
from authsrv.cli.tools import Tools, pass_tools

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_TRUST = """\
To trust it, once on each machine that shall (it can vouch for localhost and .test names only):
  Debian    sudo cp {ca} /usr/local/share/ca-certificates/authsrv.crt && sudo update-ca-certificates
  Chromium  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n authsrv -i {ca}
  Firefox   Settings, Privacy & Security, View Certificates, Authorities, Import: {ca}
  macOS     security add-trusted-cert -k ~/Library/Keychains/login.keychain-db {ca}
  Windows   certutil -user -addstore Root {ca}"""


@click.group()
def cert() -> None:
    """Certificates: for development, and what is served."""


@cert.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default="certs",
    show_default=True,
    help="Where the files are kept.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="localhost, X.localhost or X.test; may be repeated.  [default: what it has, or localhost]",
)
@pass_tools
def dev(tools: Tools, directory: Path, names: tuple[str, ...]) -> None:
    """Make an authority and a certificate for this machine, or keep good ones."""
    if make(directory, names, tools.now()):
        click.echo(_TRUST.format(ca=directory / "ca.pem"))


def make(directory: Path, names: tuple[str, ...], now: datetime) -> bool:
    """Have a development certificate for *names* in *directory*; say what was made.

    False if there is one that is somebody else's, which stays.
    """
    from authsrv.cli.authority import may_vouch_for
    from authsrv.cli.certfiles import ensure

    wanted = tuple(dict.fromkeys(name.lower() for name in names))
    for name in wanted:
        if not may_vouch_for(name):
            raise Failed(f"{name!r} is not this machine's; use localhost, X.localhost or X.test")
    outcome = ensure(directory, wanted, now)
    if outcome.foreign:
        click.echo(f"kept {directory / 'localhost.pem'}, which authsrv did not make")
        return False
    _say(directory / "ca.pem", made=outcome.new_authority)
    _say(directory / "localhost.pem", made=outcome.new_certificate)
    return True


def _say(path: Path, *, made: bool) -> None:
    click.echo(f"{'made' if made else 'kept'} {path}")


@cert.command("show")
@json_option
@pass_tools
def show_(tools: Tools, as_json: bool) -> None:
    """Show which certificates the settings name, and until when they are good."""
    now = tools.now()
    files = [each.certificate for each in tools.settings().tls.certificates]
    rows = [_facts(path, now) for path in files]
    columns = ("file", "subject", "names", "issuer", "not_after", "days_left")
    show(rows, as_json=as_json, columns=columns, empty="no certificates; see: authsrv cert dev")


def _facts(path: Path, now: datetime) -> dict[str, object]:
    from authsrv.cli.certfiles import read_certificate

    served = read_certificate(path)
    return {
        "file": str(path),
        "subject": served.subject.rfc4514_string(),
        "names": _names(served),
        "issuer": served.issuer.rfc4514_string(),
        "not_after": served.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "days_left": (served.not_valid_after_utc - now).days,
    }


def _names(served: "Certificate") -> list[str]:
    from cryptography.x509 import DNSName, ExtensionNotFound, IPAddress, SubjectAlternativeName

    try:
        found = served.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return []
    addresses = found.get_values_for_type(IPAddress)
    return [*found.get_values_for_type(DNSName), *map(str, addresses)]
