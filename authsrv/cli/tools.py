"""What the commands work with.  Everything costly is imported when it is first needed."""

import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click
from attrs import define

if TYPE_CHECKING:
    from authsrv.flows.accounts import Accounts
    from authsrv.flows.copy_accounts import Told
    from authsrv.flows.sessions import Sessions
    from authsrv.settings import Settings
    from authsrv.wiring.moving import Kind, Moving

T = TypeVar("T")

#: How the audit log names whoever has a shell on this machine.
ACTOR = "operator"


class House(Protocol):
    """The flows over the real stores; *run* brings a coroutine to its result."""

    @property
    def accounts(self) -> "Accounts": ...

    @property
    def sessions(self) -> "Sessions": ...

    @property
    def run(self) -> Callable[[Coroutine[Any, Any, Any]], Any]: ...


def load_settings(config: Path | None) -> "Settings":
    """The settings in *config*, or where they are looked for, below the environment's."""
    from authsrv.settings import find, load

    return load(find(config), environ=os.environ)


def load_file(file: Path) -> "Settings":
    """What *file* says, and nothing else."""
    from authsrv.settings import load

    return load(file)


def open_house(settings: "Settings") -> AbstractContextManager[House]:
    """The stores that *settings* name, open until the end of the block."""
    from authsrv.wiring import offline

    return offline(settings)


def prepare_stores(settings: "Settings") -> None:
    """Make the stores, or bring them up to date."""
    from authsrv.wiring import prepare_stores

    prepare_stores(settings)


def check_certificates(settings: "Settings") -> None:
    """Whether every key fits its certificate."""
    from authsrv.wiring import check

    check(settings)


def open_moving(
    old: "Settings", new: "Settings", kinds: "tuple[Kind, ...]", now: float, told: "Told"
) -> AbstractContextManager["Moving"]:
    """The stores of both, open until the end of the block."""
    from authsrv.wiring import move

    return move(old, new, kinds, now, told)


@define
class Tools:
    """Where the settings are, and the doors to everything outside; tests give their own."""

    config: Path | None = None
    load: Callable[[Path | None], "Settings"] = load_settings
    load_file: Callable[[Path], "Settings"] = load_file
    open: Callable[["Settings"], AbstractContextManager[House]] = open_house
    prepare: Callable[["Settings"], None] = prepare_stores
    check: Callable[["Settings"], None] = check_certificates
    move: Callable[..., AbstractContextManager["Moving"]] = open_moving
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_terminal: Callable[[], bool] = lambda: sys.stdin.isatty()
    shows_progress: Callable[[], bool] = lambda: sys.stderr.isatty()
    #: How many characters a password must have, as soon as the settings have been read.
    least: int | None = None

    def settings(self) -> "Settings":
        """The settings.  Raises SettingsError."""
        settings = self.load(self.config)
        self.least = settings.passwords.min_length
        return settings

    def house(self) -> AbstractContextManager[House]:
        """The house.  Raises SettingsError; StoreUnavailable."""
        return self.open(self.settings())


#: Gives a command the Tools.
pass_tools = click.make_pass_decorator(Tools)
