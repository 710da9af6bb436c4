"""The command over a house in memory: nothing outside is touched but what a test names."""

import json
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import define, field
from click.testing import CliRunner, Result
from twisted.trial.unittest import SynchronousTestCase

from authsrv.cli import main
from authsrv.cli.tools import Tools
from authsrv.core.accounts import Account
from authsrv.core.sessions import Device
from authsrv.flows.accounts import Accounts
from authsrv.flows.sessions import Sessions
from authsrv.settings import Settings
from authsrv.testing import PASSWORD, MemoryHouse

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


@define
class FakeHouse:
    """What the command line sees of a house: its flows, in memory."""

    memory: MemoryHouse = field(factory=MemoryHouse)

    @property
    def accounts(self) -> Accounts:
        return self.memory.flows.accounts

    @property
    def sessions(self) -> Sessions:
        return self.memory.flows.sessions

    @property
    def run(self) -> Callable[[Coroutine[Any, Any, Any]], Any]:
        return self.memory.run


class CommandCase(SynchronousTestCase):
    """Runs commands with Tools of its own: *house*, *settings*, a clock and a terminal or none."""

    def setUp(self) -> None:
        made = TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.directory = Path(made.name).resolve()
        self.house = FakeHouse()
        self.settings = Settings(public_url="https://login.example.com")
        self.loaded: list[Path | None] = []
        self.prepared: list[Settings] = []
        self.tools = Tools(
            load=self.load,
            open=lambda _settings: nullcontext(self.house),
            prepare=self.prepared.append,
            check=lambda _settings: None,
            now=lambda: NOW,
            is_terminal=lambda: False,
        )

    def load(self, config: Path | None) -> Settings:
        self.loaded.append(config)
        return self.settings

    def command(self, *words: str, given: str | bytes = "") -> Result:
        """What happens when *words* are typed after ``authsrv``."""
        # A name for the program: click would take it from how the tests were started.
        return CliRunner().invoke(main, words, obj=self.tools, input=given, prog_name="authsrv")

    def done(self, *words: str, given: str | bytes = "") -> str:
        """What a command prints that succeeds and complains of nothing."""
        result = self.command(*words, given=given)
        self.assertEqual((result.exit_code, result.stderr), (0, ""), result.output)
        return result.stdout

    def refused(self, *words: str, given: str | bytes = "") -> str:
        """The one line of a command that fails."""
        result = self.command(*words, given=given)
        self.assertEqual((result.exit_code, result.stdout), (1, ""), result.output)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        return result.stderr

    def listed(self, *words: str) -> Any:
        """What a command lists for programs."""
        return json.loads(self.done(*words, "--json"))

    def add(self, name: str, **facts: Any) -> Account:
        """An account, made without the command."""
        return self.house.memory.add_account(name, PASSWORD, **facts)

    def sign_in(self, account: Account, user_agent: str = "") -> str:
        """The id of a new session."""
        device = Device("192.0.2.7", user_agent)
        begun = self.house.sessions.begin(account, device, remember=False, previous=None)
        known = self.house.run(begun)
        return str(known.session.id)
