"""``authsrv session``: who is signed in where.  Works while the server runs."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from authsrv.cli.polite import Failed
from authsrv.cli.tables import json_option, moment, show
from authsrv.cli.tools import ACTOR, House, Tools, pass_tools
from authsrv.cli.user import every_account, named

if TYPE_CHECKING:
    from authsrv.core.sessions import Session

_PAGE = 100


@click.group()
def session() -> None:
    """Sessions: who is signed in, and where."""


@session.command("list")
@click.option("--account", metavar="NAME", help="Of one account only.")
@json_option
@pass_tools
def list_(tools: Tools, account: str | None, as_json: bool) -> None:
    """List sessions."""
    with tools.house() as house:
        rows = _of_everybody(house) if account is None else _of_one(house, account)
    columns = ("id", "account", "address", "browser", "since", "last_seen")
    show(rows, as_json=as_json, columns=columns, empty="nobody is signed in")


@session.command()
@click.option("--account", metavar="NAME", help="Sign this account out everywhere.")
@click.option("--id", "session_id", metavar="ID", help="End one session.")
@click.option("--all", "everybody", is_flag=True, help="Sign everybody out.")
@pass_tools
def revoke(tools: Tools, account: str | None, session_id: str | None, everybody: bool) -> None:
    """End sessions at once, on every worker."""
    if (account is not None) + (session_id is not None) + everybody != 1:
        raise click.UsageError("say which: --account NAME, --id ID or --all")
    with tools.house() as house:
        if session_id is not None:
            _end_one(house, session_id)
            count = 1
        elif account is not None:
            count = house.run(house.sessions.end_all(named(house, account), ACTOR))
        else:
            count = house.run(house.sessions.end_everybody(ACTOR))
    click.echo(f"ended {count} session{'' if count == 1 else 's'}")


def _end_one(house: House, session_id: str) -> None:
    if not house.run(house.sessions.revoke(session_id, ACTOR)):
        raise Failed(f"there is no session {session_id!r}; see: authsrv session list")


def _of_one(house: House, name: str) -> list[dict[str, object]]:
    account = named(house, name)
    names = {account.id: account.name}
    return [_facts(each, names) for each in house.run(house.sessions.listed(account))]


def _of_everybody(house: House) -> list[dict[str, object]]:
    names = {account.id: account.name for account in every_account(house)}
    return [_facts(each, names) for each in _every_session(house)]


def _every_session(house: House) -> "Iterator[Session]":
    # One that is used meanwhile may be on two pages.
    seen: set[str] = set()
    after: str | None = None
    while after != "":
        page = house.run(house.sessions.everybody(after or "", _PAGE))
        for session in (stored.session for stored in page.found):
            if session.id not in seen:
                seen.add(session.id)
                yield session
        after = page.after


def _facts(each: "Session", names: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": each.id,
        "account": names.get(each.account_id, ""),
        "address": each.device.address,
        "browser": each.device.user_agent,
        "since": moment(each.created_at),
        "last_seen": moment(each.last_seen),
        "expires_at": moment(each.expires_at),
        "remember": each.remember,
    }
