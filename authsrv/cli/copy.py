"""``authsrv db copy``: everything from the stores of one settings file to those of another."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import asdict

from authsrv.cli.polite import Failed
from authsrv.cli.progress import Progress
from authsrv.cli.tables import json_option, show, show_one
from authsrv.cli.tools import Tools, pass_tools

if TYPE_CHECKING:
    from authsrv.core.moving import Tally
    from authsrv.wiring.moving import Kind, Moving

_KINDS: "tuple[Kind, ...]" = ("accounts", "sessions")
_COLUMNS = ("what", "read", "written", "already_there", "removed", "dead", "unreadable", "there")


@click.command()
@click.option(
    "--from",
    "old",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings that name the old stores; else those in use.",
)
@click.option(
    "--to",
    "new",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings that name the new ones; else those in use.",
)
@click.option("--only", type=click.Choice(_KINDS), help="Copy only these.")
@json_option
@pass_tools
def copy(
    tools: Tools, old: Path | None, new: Path | None, only: "Kind | None", as_json: bool
) -> None:
    """Copy accounts and sessions from the old stores to the new ones, which nobody uses yet.

    Again after an interruption, or to carry what has changed since, it does what is left to do.
    """
    if old is None and new is None:
        raise click.UsageError("say which settings name the other stores: --to FILE or --from FILE")
    # A file that is named speaks for itself: the environment belongs to the settings in use.
    before = tools.load_file(old) if old is not None else tools.settings()
    after = tools.load_file(new) if new is not None else tools.settings()
    kinds = _KINDS if only is None else (only,)
    now = tools.now().timestamp()
    with (
        Progress(tools.shows_progress()) as told,
        tools.move(before, after, kinds, now, told) as moving,
    ):
        is_whole = _copied(moving)
        tallies = _tallies(moving)
    if as_json:
        rows = {what.replace(" ", "_"): _facts(tally) for what, tally in tallies.items()}
        show_one({"complete": is_whole, **rows}, as_json=True)
    else:
        table = [{"what": what, **_facts(tally)} for what, tally in tallies.items()]
        show(table, as_json=False, columns=_COLUMNS, empty="")
    if not is_whole:
        raise Failed(
            "the old stores have changed meanwhile; when the server has stopped, copy once more"
        )
    if not as_json:
        click.echo("the new stores have everything")


def _copied(moving: "Moving") -> bool:
    # Accounts first: a session of an account that is not there is nobody's.
    copies = [each for each in (moving.accounts, moving.sessions) if each is not None]
    whole = [moving.run(each.copy()) for each in copies]
    return all(whole)


def _tallies(moving: "Moving") -> "dict[str, Tally]":
    found: dict[str, Tally] = {}
    if moving.accounts is not None:
        found["accounts"] = moving.accounts.accounts
        found["browsers"] = moving.accounts.browsers
        found["audit entries"] = moving.accounts.entries
    if moving.sessions is not None:
        found["sessions"] = moving.sessions.sessions
    return found


def _facts(tally: "Tally") -> dict[str, int]:
    facts: dict[str, int] = asdict(tally)
    return {"already_there" if name == "same" else name: it for name, it in facts.items()}
