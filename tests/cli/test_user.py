"""``authsrv user``."""

from authsrv.core.errors import NotFound, StoreUnavailable
from authsrv.testing import PASSWORD
from tests.cli.fakes import CommandCase


class Adding(CommandCase):
    def test_add(self) -> None:
        """An account is added with all that is said of it, and with the password handed in."""
        words = ["user", "add", "Alice", "--admin", "--group", "ops", "--group", "dev"]
        words += ["--display-name", "Alice A", "--email", "a@example.com", "--password-stdin"]
        self.assertEqual(self.done(*words, given=PASSWORD + "\n"), "added alice\n")
        account = self.house.run(self.house.accounts.get("alice"))
        self.assertEqual((account.admin, account.groups), (True, ("dev", "ops")))
        self.assertEqual((account.display_name, account.email), ("Alice A", "a@example.com"))
        self.assertEqual(account.password_hash, f"plain:{PASSWORD}")

    def test_prompt(self) -> None:
        """On a terminal the password is asked for twice and never printed."""
        self.tools.is_terminal = lambda: True
        result = self.command("user", "add", "alice", given=f"{PASSWORD}\n{PASSWORD}\n")
        self.assertEqual(result.exit_code, 0)
        self.assertNotIn(PASSWORD, result.output)
        self.assertEqual(result.stdout, "added alice\n")

    def test_no_terminal(self) -> None:
        """Without a terminal nothing is guessed: one line names the option."""
        self.assertIn("--password-stdin", self.refused("user", "add", "alice", given=PASSWORD))

    def test_never_in_arguments(self) -> None:
        """There is no way to write a password into the command line."""
        for words in (["--password", PASSWORD], ["--password-stdin", PASSWORD]):
            self.assertEqual(self.command("user", "add", "alice", *words).exit_code, 2)

    def test_refused(self) -> None:
        """Every rule a name or password can break is told in a sentence."""
        self.add("alice")
        told = {
            ("alice", PASSWORD): "has this name",
            (" ", PASSWORD): "give a name",
            ("a" * 65, PASSWORD): "64 characters at most",
            ("a b", PASSWORD): "letters, digits and",
            ("аlice", PASSWORD): "mixes scripts",
            ("bob", "short"): "15 characters at least",
            ("bob", "x" * 1025): "1024 bytes at most",
            ("bob", "passwordpasswordpassword"): "tried first",
            ("konstantina", "konstantina-x1y2"): "account's name",
        }
        for (name, password), sentence in told.items():
            said = self.refused("user", "add", name, "--password-stdin", given=password)
            self.assertIn(sentence, said)

    def test_bad_group(self) -> None:
        """A group's name with a comma is refused."""
        words = ["user", "add", "bob", "--group", "a,b", "--password-stdin"]
        self.assertIn("group's name", self.refused(*words, given=PASSWORD))

    def test_nothing_on_stdin(self) -> None:
        """No password and bytes that are no text are refused."""
        words = ["user", "add", "bob", "--password-stdin"]
        self.assertIn("no password", self.refused(*words, given="\n"))
        self.assertIn("not UTF-8", self.refused(*words, given=b"\xff"))

    def test_exactly_one_line_end_is_not_the_password(self) -> None:
        """Spaces and further line ends belong to the password."""
        self.done("user", "add", "bob", "--password-stdin", given=f" {PASSWORD} \n\r\n")
        account = self.house.run(self.house.accounts.get("bob"))
        self.assertEqual(account.password_hash, f"plain: {PASSWORD} \n")


class Listing(CommandCase):
    def test_empty(self) -> None:
        """With no account, one line says how to add one; a program gets an empty list."""
        self.assertIn("authsrv user add", self.done("user", "list"))
        self.assertEqual(self.listed("user", "list"), [])

    def test_all_pages(self) -> None:
        """Every account is listed, in order, however many there are."""
        names = [f"user{number:03}" for number in range(205)]
        for name in names:
            self.add(name)
        self.assertEqual([each["name"] for each in self.listed("user", "list")], names)

    def test_table(self) -> None:
        """People get a table with a head."""
        self.add("alice", admin=True, groups=["ops", "dev"])
        head, row = self.done("user", "list").splitlines()
        self.assertEqual(head.split(), ["NAME", "DISPLAY", "NAME", "GROUPS", "ADMIN", "DISABLED"])
        self.assertEqual(row.split(), ["alice", "dev,", "ops", "yes", "no"])

    def test_show(self) -> None:
        """One account is shown under any spelling of its name, without its hash."""
        self.add("alice")
        self.assertIn("alice", self.done("user", "show", "ALICE"))
        facts = self.listed("user", "show", "alice")
        self.assertEqual((facts["name"], facts["created_at"]), ("alice", "2027-01-15T08:00:00Z"))
        self.assertNotIn("plain:", str(facts))

    def test_nobody(self) -> None:
        """Every command says of an unknown name where to look."""
        for words in (["show"], ["disable"], ["enable"], ["remove"], ["passwd"]):
            said = self.refused("user", *words, "nobody")
            self.assertIn("there is no account 'nobody'; see: authsrv user list", said)


class Changing(CommandCase):
    def test_passwd(self) -> None:
        """A new password signs the account out everywhere."""
        alice = self.add("alice")
        self.sign_in(alice)
        self.done("user", "passwd", "alice", "--password-stdin", given="another good password\n")
        changed = self.house.run(self.house.accounts.get("alice"))
        self.assertEqual(changed.password_hash, "plain:another good password")
        self.assertEqual(self.listed("session", "list"), [])

    def test_disable_and_enable(self) -> None:
        """A disabled account is out until it is enabled."""
        self.sign_in(self.add("alice"))
        self.assertEqual(self.done("user", "disable", "alice"), "disabled alice\n")
        self.assertTrue(self.listed("user", "show", "alice")["disabled"])
        self.assertEqual(self.listed("session", "list"), [])
        self.assertEqual(self.done("user", "enable", "alice"), "enabled alice\n")
        self.assertFalse(self.listed("user", "show", "alice")["disabled"])

    def test_remove(self) -> None:
        """A script removes without being asked."""
        self.add("alice")
        self.assertEqual(self.done("user", "remove", "alice"), "removed alice\n")
        self.assertRaises(NotFound, self.house.run, self.house.accounts.get("alice"))

    def test_remove_asks(self) -> None:
        """On a terminal a removal is asked about once, and --yes answers."""
        self.tools.is_terminal = lambda: True
        self.add("alice")
        self.assertEqual(self.command("user", "remove", "alice", given="n\n").exit_code, 1)
        self.assertEqual(len(self.listed("user", "list")), 1)
        self.done("user", "remove", "alice", "--yes")
        self.assertEqual(self.listed("user", "list"), [])

    def test_who_did_it(self) -> None:
        """What the command does is in the audit log as the operator's."""
        self.add("alice")
        self.done("user", "disable", "alice")
        entries = self.house.run(self.house.memory.accounts.entries(None, 10))
        self.assertEqual(entries[0].actor, "operator")

    def test_no_store(self) -> None:
        """A store that is away is one line, and never "no such account"."""

        def away(_settings: object) -> object:
            raise StoreUnavailable("disk full")

        self.tools.open = away  # type: ignore[assignment]  # it only raises
        said = self.refused("user", "show", "alice")
        self.assertIn("the store cannot answer (disk full)", said)
