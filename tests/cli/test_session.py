"""``authsrv session``."""

from tests.cli.fakes import CommandCase


class Sessions(CommandCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = self.add("alice"), self.add("bob")

    def test_nobody(self) -> None:
        """When nobody is signed in, it says so; a program gets an empty list."""
        self.assertEqual(self.done("session", "list"), "nobody is signed in\n")
        self.assertEqual(self.listed("session", "list"), [])

    def test_list(self) -> None:
        """Everybody's sessions are listed with the account's name, or one account's only."""
        ids = {self.sign_in(self.alice), self.sign_in(self.bob)}
        rows = self.listed("session", "list")
        self.assertEqual({row["id"] for row in rows}, ids)
        self.assertEqual({row["account"] for row in rows}, {"alice", "bob"})
        own = self.listed("session", "list", "--account", "bob")
        self.assertEqual([row["account"] for row in own], ["bob"])
        self.assertEqual(own[0]["address"], "192.0.2.7")

    def test_all_pages(self) -> None:
        """Every session is listed, however many there are."""
        ids = {self.sign_in(self.alice) for _ in range(205)}
        self.assertEqual({row["id"] for row in self.listed("session", "list")}, ids)

    def test_a_browser_cannot_speak_to_the_terminal(self) -> None:
        """What a browser calls itself is printed without escapes or lines of its own."""
        self.sign_in(self.alice, "\x1b[2Jevil\nline")
        printed = self.done("session", "list")
        self.assertNotIn("\x1b", printed)
        self.assertEqual(len(printed.splitlines()), 2)

    def test_revoke_one(self) -> None:
        """One session ends by its id, the others stay."""
        gone, stays = self.sign_in(self.alice), self.sign_in(self.alice)
        self.assertEqual(self.done("session", "revoke", "--id", gone), "ended 1 session\n")
        self.assertEqual([row["id"] for row in self.listed("session", "list")], [stays])

    def test_revoke_account(self) -> None:
        """All of one account's sessions end, and nobody else's."""
        for account in (self.alice, self.alice, self.bob):
            self.sign_in(account)
        said = self.done("session", "revoke", "--account", "alice")
        self.assertEqual(said, "ended 2 sessions\n")
        self.assertEqual([row["account"] for row in self.listed("session", "list")], ["bob"])

    def test_revoke_all(self) -> None:
        """Everybody is signed out."""
        self.sign_in(self.alice)
        self.sign_in(self.bob)
        self.assertEqual(self.done("session", "revoke", "--all"), "ended 2 sessions\n")
        self.assertEqual(self.listed("session", "list"), [])

    def test_unknown(self) -> None:
        """An unknown session or account is a failure that says where to look."""
        self.assertIn("authsrv session list", self.refused("session", "revoke", "--id", "x"))
        self.assertIn("authsrv user list", self.refused("session", "revoke", "--account", "x"))
        self.assertIn("authsrv user list", self.refused("session", "list", "--account", "x"))

    def test_which(self) -> None:
        """Nothing is ended unless exactly one thing is said."""
        self.sign_in(self.alice)
        for words in ([], ["--all", "--id", "x"], ["--account", "alice", "--all"]):
            self.assertEqual(self.command("session", "revoke", *words).exit_code, 2)
        self.assertEqual(len(self.listed("session", "list")), 1)
