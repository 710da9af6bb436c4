"""The ``authsrv`` command: settings, accounts, sessions, certificates; a word to the server."""

from pathlib import Path

import click

from authsrv.cli.cert import cert
from authsrv.cli.check import check
from authsrv.cli.db import db
from authsrv.cli.init import init
from authsrv.cli.polite import PoliteGroup
from authsrv.cli.reload import reload, upgrade
from authsrv.cli.session import session
from authsrv.cli.tools import Tools
from authsrv.cli.user import user

__all__ = ["main"]


@click.group(cls=PoliteGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="authsrv", message="%(prog)s %(version)s")
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings; else ./authsrv.toml or /etc/authsrv/authsrv.toml.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Care for authsrv, a login in front of web apps.  `twistd authsrv` serves it."""
    context.obj = context.obj or Tools()
    context.obj.config = config


for _command in (init, check, reload, upgrade, user, session, cert, db):
    main.add_command(_command)
