"""``authsrv check``: whether the settings are valid."""

from pathlib import Path

import click

from authsrv.cli.tools import Tools, pass_tools


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@pass_tools
@click.pass_context
def check(context: click.Context, tools: Tools, file: Path | None) -> None:
    """Say whether the settings in FILE are valid: every mistake, its line and the fix."""
    from authsrv.settings import SettingsError, find

    try:
        path = find(file or tools.config)
        settings = tools.load(path)
    except SettingsError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    if settings.tls.certificates:
        tools.check(settings)
    click.echo(f"{path} is valid")
