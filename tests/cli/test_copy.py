"""``authsrv db copy``, over real files."""

import json
from pathlib import Path
from typing import Any

from twisted.internet.defer import execute

from authsrv.cli.tools import load_settings
from authsrv.core.accounts import Account
from authsrv.core.audit import Action, Entry
from authsrv.settings import Settings
from authsrv.stores.open import open_accounts, open_session_stores, upgrade_accounts
from authsrv.wiring import prepare_stores
from authsrv.wiring.direct import run
from tests.cli.fakes import NOW, CommandCase
from tests.stores.archive_contract import key, stored


class Copying(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.tools.load = load_settings
        self.old, self.new = self.settings_file("old"), self.settings_file("new")
        upgrade_accounts(f"sqlite:{self.directory}/old-accounts.db")
        self.add_accounts("old", "alice", "bob")
        self.add_sessions("old", 1, 2, 3)

    def settings_file(self, name: str, **stores: str) -> Path:
        """Settings that name the stores of *name*, but for some."""
        path = self.directory / f"{name}.toml"
        places = {it: f"sqlite:{name}-{it}.db" for it in ("accounts", "sessions")} | stores
        lines = (f'{kind}.store = "{place}"\n' for kind, place in places.items())
        path.write_text(
            'public_url = "https://a.example"\nlisten.authz = ["unix:a"]\n' + "".join(lines)
        )
        return path

    def add_accounts(self, where: str, *names: str) -> None:
        """Accounts, with an entry in the log for each."""
        store = open_accounts(f"sqlite:{self.directory}/{where}-accounts.db", execute)
        for name in names:
            account = Account(f"id-{name}", name, disabled=name == "bob")
            run(store.add(account, name))
            entry = Entry(1.0, Action.ACCOUNT_ADDED, "done", "operator", account.id)
            run(store.record(entry, b"b" * 32))
        run(store.close())

    def add_sessions(self, where: str, *numbers: int) -> None:
        """Sessions that are live, and a dead one for each."""
        store, _ = open_session_stores(f"sqlite:{self.directory}/{where}-sessions.db", execute)
        now = NOW.timestamp()
        for number in numbers:
            session = stored(number).session
            run(store.save(key(number), session, now + 60))
            run(store.save(key(number + 100), stored(number + 100).session, now - 60))
        run(store.close())

    def copy(self, *words: str) -> dict[str, Any]:
        """What a copy prints for programs."""
        printed: dict[str, Any] = json.loads(
            self.done("-c", str(self.new), "db", "copy", "--from", str(self.old), "--json", *words)
        )
        return printed

    def has(self) -> tuple[list[str], list[bool]]:
        """The names in the new store, and which of three sessions live there."""
        accounts = open_accounts(f"sqlite:{self.directory}/new-accounts.db", execute)
        path = f"sqlite:{self.directory}/new-sessions.db"
        sessions, _ = open_session_stores(path, execute)
        try:
            names = [it.name for it in run(accounts.list_accounts("", 10))]
            now = NOW.timestamp()
            lives = [run(sessions.load(key(it), now)) is not None for it in (1, 2, 3)]
            return names, lives
        finally:
            run(accounts.close())
            run(sessions.close())

    def test_all(self) -> None:
        """Everything is copied and counted; the new stores are made."""
        counted = self.copy()
        kinds = ["accounts", "browsers", "audit_entries", "sessions"]
        self.assertEqual(list(counted), ["complete", *kinds])
        self.assertIs(counted["complete"], True)
        nothing = dict.fromkeys(("already_there", "removed", "dead", "unreadable"), 0)
        two = nothing | dict.fromkeys(("read", "written", "there"), 2)
        three = nothing | dict.fromkeys(("read", "written", "there", "dead"), 3)
        self.assertEqual([counted[it] for it in kinds], [two, two, two, three])
        self.assertEqual(self.has(), (["alice", "bob"], [True] * 3))

    def test_people(self) -> None:
        """People read a table, and that all is there."""
        printed = self.done("-c", str(self.new), "db", "copy", "--from", str(self.old))
        lines = printed.splitlines()
        self.assertEqual(lines[0].split()[:3], ["WHAT", "READ", "WRITTEN"])
        self.assertEqual(lines[-1], "the new stores have everything")
        self.assertEqual(len(lines), 6)

    def test_which_settings(self) -> None:
        """Either settings, or both, are named; the others are those in use."""
        for words in (
            ("-c", str(self.old), "db", "copy", "--to", str(self.new)),
            ("-c", str(self.new), "db", "copy", "--from", str(self.old)),
            ("db", "copy", "--from", str(self.old), "--to", str(self.new)),
        ):
            self.assertIn("the new stores have everything", self.done(*words))
        self.assertEqual(self.has(), (["alice", "bob"], [True] * 3))
        neither = self.command("-c", str(self.new), "db", "copy")
        self.assertEqual(neither.exit_code, 2)
        self.assertIn("--to FILE", neither.stderr)

    def test_again(self) -> None:
        """Again it writes nothing but what has changed."""
        self.copy()
        self.assertEqual(self.copy()["accounts"]["already_there"], 2)
        self.add_accounts("old", "carol")
        counted = self.copy()
        self.assertEqual([counted[it]["written"] for it in ("accounts", "sessions")], [1, 0])

    def test_only(self) -> None:
        """One kind is copied if only that is asked for, or only that is elsewhere."""
        self.assertEqual(list(self.copy("--only", "sessions")), ["complete", "sessions"])
        self.settings_file("new", sessions="sqlite:old-sessions.db")
        counted = self.copy()
        self.assertNotIn("sessions", counted)
        self.assertEqual(counted["accounts"]["written"], 2)

    def test_changed_meanwhile(self) -> None:
        """If the old stores change meanwhile it says so, with the counts and a failure."""
        move = self.tools.move

        def moving(*words: Any) -> Any:
            told = words[-1]

            def meddling(kind: str, done: int, total: int) -> None:
                if (kind, done) == ("accounts", 2):
                    self.add_accounts("old", "carol")
                told(kind, done, total)

            return move(*words[:-1], meddling)

        self.tools.move = moving
        words = ("-c", str(self.new), "db", "copy", "--from", str(self.old), "--json")
        result = self.command(*words)
        self.assertEqual(result.exit_code, 1)
        self.assertIs(json.loads(result.stdout)["complete"], False)
        self.assertIn("copy once more", result.stderr)
        self.tools.move = move
        self.assertIs(self.copy()["complete"], True)

    def test_taken_into_service(self) -> None:
        """Where a server has begun to serve nothing is copied any more."""
        self.copy()
        self.assertIs(self.copy()["complete"], True)
        prepare_stores(load_settings(self.new))
        self.add_accounts("new", "carol")
        for kind in ("accounts", "sessions"):
            words = ("-c", str(self.new), "db", "copy", "--from", str(self.old), "--only", kind)
            self.assertIn(f"the new store of {kind}", self.refused(*words))
        self.assertEqual(self.has(), (["alice", "bob", "carol"], [True] * 3))

    def test_refused(self) -> None:
        """What makes no sense is one line, and nothing is made."""
        words = ("-c", str(self.new), "db", "copy", "--from")
        self.assertIn("same stores", self.refused(*words, str(self.new)))
        missing = self.settings_file("missing")
        self.assertIn("missing-accounts.db", self.refused(*words, str(missing)))
        memory = 'public_url = "https://a"\nworkers.count = 1\nlisten.authz = ["unix:a"]\n'
        (self.directory / "memory.toml").write_text(memory + 'accounts.store = "memory:"\n')
        self.assertIn("memory", self.refused(*words, str(self.directory / "memory.toml")))
        self.assertIn("cannot", self.refused(*words, str(self.directory / "nowhere.toml")))
        made = {path.name for path in self.directory.iterdir() if path.suffix == ".db"}
        self.assertEqual(made, {"old-accounts.db", "old-sessions.db"})

    def test_environment(self) -> None:
        """A file that is named speaks for itself: the environment belongs to those in use."""
        read: list[Path | None] = []

        def load(config: Path | None) -> Settings:
            read.append(config)
            return load_settings(config)

        self.tools.load = load
        self.copy()
        self.assertEqual(read, [self.new])
