"""``authsrv db``: the accounts database's migrations; everything from stores to other stores."""

import click

from authsrv.cli.copy import copy
from authsrv.cli.polite import Failed
from authsrv.cli.tables import json_option, show_one
from authsrv.cli.tools import Tools, pass_tools


@click.group()
def db() -> None:
    """Migrations of the accounts database; copies of all stores."""


@db.command()
@pass_tools
def upgrade(tools: Tools) -> None:
    """Bring the database up to this version; an up-to-date one stays as it is."""
    url = _url(tools)
    from authsrv.stores.accounts import migrate

    migrate.upgrade(url)
    click.echo(f"up to date: {migrate.status(url)[1]}")


@db.command()
@json_option
@pass_tools
def status(tools: Tools, as_json: bool) -> None:
    """Say which migration the database has, and which is the newest."""
    url = _url(tools)
    from authsrv.stores.accounts import migrate

    current, newest = migrate.status(url)
    facts = {"current": current or "", "newest": newest, "up_to_date": current == newest}
    show_one(facts, as_json=as_json)
    if current != newest and not as_json:
        click.echo("run: authsrv db upgrade")


db.add_command(copy)


def _url(tools: Tools) -> str:
    url: str = tools.settings().accounts.store
    if url == "memory:":
        raise Failed("accounts in memory have no migrations; set accounts.store")
    return url
