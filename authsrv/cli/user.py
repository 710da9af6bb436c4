"""``authsrv user``: accounts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from authsrv.cli import passwords
from authsrv.cli.polite import Failed
from authsrv.cli.tables import json_option, moment, show, show_one
from authsrv.cli.tools import ACTOR, House, Tools, pass_tools
from authsrv.core.errors import NotFound

if TYPE_CHECKING:
    from authsrv.core.accounts import Account

_PAGE = 100


@click.group()
def user() -> None:
    """Accounts: who may sign in."""


@user.command()
@click.argument("name")
@click.option("--admin", is_flag=True, help="An administrator.")
@click.option("--group", "groups", multiple=True, metavar="G", help="A group; may be repeated.")
@click.option("--display-name", default="", help="What people call them.")
@click.option("--email", default="", help="Their e-mail address.")
@passwords.stdin_option
@pass_tools
def add(
    tools: Tools,
    name: str,
    admin: bool,
    groups: tuple[str, ...],
    display_name: str,
    email: str,
    from_stdin: bool,
) -> None:
    """Add the account NAME."""
    facts: dict[str, Any] = {
        "admin": admin,
        "groups": groups,
        "display_name": display_name,
        "email": email,
    }
    with tools.house() as house:
        password = passwords.ask(tools, from_stdin=from_stdin)
        account = house.run(house.accounts.add(name, password, actor=ACTOR, **facts))
        click.echo(f"added {account.name}")


@user.command("list")
@json_option
@pass_tools
def list_(tools: Tools, as_json: bool) -> None:
    """List all accounts."""
    with tools.house() as house:
        rows = [_facts(account) for account in every_account(house)]
    columns = ("name", "display_name", "groups", "admin", "disabled")
    show(rows, as_json=as_json, columns=columns, empty="no accounts; add one: authsrv user add")


@user.command("show")
@click.argument("name")
@json_option
@pass_tools
def show_(tools: Tools, name: str, as_json: bool) -> None:
    """Show the account NAME."""
    with tools.house() as house:
        show_one(_facts(named(house, name)), as_json=as_json)


@user.command()
@click.argument("name")
@passwords.stdin_option
@pass_tools
def passwd(tools: Tools, name: str, from_stdin: bool) -> None:
    """Set the password of NAME, which signs it out everywhere."""
    with tools.house() as house:
        account = named(house, name)
        password = passwords.ask(tools, from_stdin=from_stdin)
        house.run(house.accounts.set_password(account, password, ACTOR))
        click.echo(f"changed the password of {account.name}; it is signed out everywhere")


@user.command()
@click.argument("name")
@pass_tools
def disable(tools: Tools, name: str) -> None:
    """Keep NAME out, which signs it out everywhere."""
    _set_disabled(tools, name, disabled=True)


@user.command()
@click.argument("name")
@pass_tools
def enable(tools: Tools, name: str) -> None:
    """Let NAME sign in again."""
    _set_disabled(tools, name, disabled=False)


@user.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_tools
def remove(tools: Tools, name: str, yes: bool) -> None:
    """Remove the account NAME for good."""
    with tools.house() as house:
        account = named(house, name)
        if tools.is_terminal() and not yes:
            click.confirm(f"Remove {account.name} for good?", abort=True, err=True)
        house.run(house.accounts.remove(account, ACTOR))
        click.echo(f"removed {account.name}")


def _set_disabled(tools: Tools, name: str, *, disabled: bool) -> None:
    with tools.house() as house:
        account = named(house, name)
        house.run(house.accounts.set_disabled(account, disabled, ACTOR))
        click.echo(f"{'disabled' if disabled else 'enabled'} {account.name}")


def named(house: House, name: str) -> "Account":
    """The account *name*."""
    try:
        account: Account = house.run(house.accounts.get(name))
    except NotFound as error:
        raise Failed(f"there is no account {name!r}; see: authsrv user list") from error
    return account


def every_account(house: House) -> "Iterator[Account]":
    """All accounts in order of name, read page by page."""
    after = ""
    while page := house.run(house.accounts.listed(after, _PAGE)):
        yield from page
        after = page[-1].name


def _facts(account: "Account") -> dict[str, object]:
    return {
        "name": account.name,
        "display_name": account.display_name,
        "email": account.email,
        "groups": list(account.groups),
        "admin": account.admin,
        "disabled": account.disabled,
        "created_at": moment(account.created_at),
        "id": account.id,
    }
