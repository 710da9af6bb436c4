"""``authsrv init``: from an empty directory to a server that can be started."""

import os
import re
import socket
from importlib.resources import files
from pathlib import Path

import click

from authsrv.cli.cert import make
from authsrv.cli.tools import Tools, pass_tools

# The template's certificate: settings that do not name it have one of their own.
_CERTIFICATE = "certs/localhost.pem"


@click.command()
@click.argument("directory", default=".", type=click.Path(path_type=Path, file_okay=False))
@pass_tools
def init(tools: Tools, directory: Path) -> None:
    """Write settings into DIRECTORY, make a certificate and the stores.

    What is there already is kept: doing it twice is harmless.
    """
    directory.mkdir(parents=True, exist_ok=True)
    settings_file = directory / "authsrv.toml"
    _write_settings(settings_file)
    if _CERTIFICATE in settings_file.read_text("utf-8", errors="replace"):
        make(directory / "certs", (), tools.now())
    _make_private(directory / "var")
    settings = tools.load(settings_file)
    tools.prepare(settings)
    click.echo(f"the stores are ready: {directory / 'var'}")
    click.echo(f"next: {_next_step(directory)}, then open {settings.public_url}")


def _write_settings(path: Path) -> None:
    template = files("authsrv.cli").joinpath("authsrv.toml").read_text("utf-8")
    if not _has_ipv6():
        template = re.sub(r', "\[::1\]:\d+"', "", template)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        click.echo(f"kept {path}")
        return
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(template)
    click.echo(f"made {path}")


def _has_ipv6() -> bool:
    """Whether this machine has the IPv6 loopback address: many containers do not."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _make_private(path: Path) -> None:
    made = not path.exists()
    path.mkdir(mode=0o700, exist_ok=True)
    click.echo(f"{'made' if made else 'kept'} {path}")


def _next_step(directory: Path) -> str:
    if directory.resolve() == Path.cwd():
        return "twistd --nodaemon authsrv"
    return f"twistd --nodaemon authsrv --config {directory / 'authsrv.toml'}"
