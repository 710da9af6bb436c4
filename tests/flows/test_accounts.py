"""Accounts as they are run: added, found, disabled, removed."""

from authsrv.core.accounts import Account
from authsrv.core.audit import Action
from authsrv.core.errors import BadCredentials, InvalidFields, NameTaken, NotFound
from authsrv.flows.accounts import Accounts
from authsrv.testing import PASSWORD
from tests.flows.samples import NEW, HouseCase


class AccountsCase(HouseCase):
    """A house with alice, who is signed in."""

    def setUp(self) -> None:
        super().setUp()
        self.signed_in = self.login()
        self.noted = len(self.audit())

    @property
    def accounts(self) -> Accounts:
        """What is tested."""
        return self.house.flows.accounts

    def new_notes(self) -> list[tuple[Action, str, str | None, str | None]]:
        """What was noted since."""
        return [(e.action, e.outcome, e.actor, e.account_id) for e in self.audit()[self.noted :]]

    def names(self) -> list[str]:
        """Who has an account."""
        return [account.name for account in self.do(self.accounts.listed())]


class AddTests(AccountsCase):
    """New accounts."""

    def test_facts(self) -> None:
        """An account is kept with what was said of it, cleaned, and who added it is noted."""
        made = self.do(
            self.accounts.add(
                " Bob ", PASSWORD, admin=True, groups=["ops", " dev ", "ops"],
                display_name="Bob\r\n  B.", email="bob@example.com", actor="ada",
            )
        )  # fmt: skip
        kept = self.do(self.accounts.get("BOB"))
        self.assertEqual(kept, made)
        self.assertEqual(
            (kept.name, kept.admin, kept.groups, kept.display_name, kept.email, kept.created_at),
            ("bob", True, ("dev", "ops"), "Bob B.", "bob@example.com", self.house.now),
        )
        self.assertEqual(self.new_notes(), [(Action.ACCOUNT_ADDED, "done", "ada", made.id)])

    def test_taken(self) -> None:
        """A name that is taken, or looks like one that is, is refused, and nothing is noted."""
        for name in ("alice", "ALICE", "аliсе", "a1ice"):
            self.assertRaises(
                (NameTaken, InvalidFields), self.do, self.accounts.add(name, PASSWORD)
            )
        self.assertEqual((self.names(), self.new_notes()), (["alice"], []))

    def test_refused(self) -> None:
        """A name, a password or a group that cannot be is refused, and nothing is kept."""
        works = {
            "name": self.accounts.add("", PASSWORD),
            "password": self.accounts.add("bob", "bob@example.comx", email="bob@example.com"),
            "group": self.accounts.add("bob", PASSWORD, groups=["a,b"]),
        }
        for field, work in works.items():
            self.assertEqual([*self.assertRaises(InvalidFields, self.do, work).fields], [field])
        self.assertEqual((self.names(), self.new_notes()), (["alice"], []))

    def test_unknown(self) -> None:
        """To ask for an account that is not there is refused."""
        self.assertRaises(NotFound, self.do, self.accounts.get("bob"))

    def test_pages(self) -> None:
        """The list comes in order of name, page by page."""
        for name in ("carol", "bob"):
            self.house.add_account(name)
        first = self.do(self.accounts.listed(limit=2))
        self.assertEqual([a.name for a in first], ["alice", "bob"])
        self.assertEqual([a.name for a in self.do(self.accounts.listed("bob"))], ["carol"])


class ChangeTests(AccountsCase):
    """What can be done to an account; each signs it out everywhere."""

    def assert_signed_out(self) -> None:
        """Every session of alice is dead, and its row is gone."""
        self.assertFalse(self.recognised(self.signed_in))
        self.assertEqual(self.house.sessions._rows, {})

    def gone(self) -> Account:
        """An account that was removed meanwhile."""
        bob = self.house.add_account("bob")
        self.do(self.house.accounts.remove(bob.id))
        self.noted += 1
        return bob

    def test_set_password(self) -> None:
        """A password set by somebody else is good at once, and the old one is not."""
        self.do(self.accounts.set_password(self.alice, NEW, "ada"))
        self.assertEqual(
            self.new_notes(), [(Action.PASSWORD_CHANGED, "done", "ada", self.alice.id)]
        )
        self.assert_signed_out()
        self.refused(BadCredentials)
        self.login(password=NEW)

    def test_set_password_refused(self) -> None:
        """A password that cannot be is refused, and nobody is signed out."""
        self.assertRaises(
            InvalidFields, self.do, self.accounts.set_password(self.alice, "short", "ada")
        )
        self.assertTrue(self.recognised(self.signed_in))
        self.assertEqual(self.new_notes(), [])

    def test_disable(self) -> None:
        """A disabled account is signed out and stays out until it is enabled; both are noted."""
        self.do(self.accounts.set_disabled(self.alice, True, "ada"))
        self.assert_signed_out()
        self.refused(BadCredentials)
        self.do(self.accounts.set_disabled(self.alice, False, "ada"))
        self.login()
        actions = [note for note in self.new_notes() if note[0] is not Action.LOGIN]
        self.assertEqual(
            actions,
            [
                (Action.ACCOUNT_DISABLED, "done", "ada", self.alice.id),
                (Action.ACCOUNT_ENABLED, "done", "ada", self.alice.id),
            ],
        )

    def test_remove(self) -> None:
        """A removed account is gone, and signed out; its name is free again."""
        self.do(self.accounts.remove(self.alice, "ada"))
        self.assert_signed_out()
        self.assertEqual(self.new_notes(), [(Action.ACCOUNT_REMOVED, "done", "ada", self.alice.id)])
        self.assertNotEqual(self.house.add_account("alice").id, self.alice.id)

    def test_gone(self) -> None:
        """What is done to an account that is gone is refused, and not noted as done."""
        bob = self.gone()
        for work in (
            self.accounts.set_password(bob, NEW, "ada"),
            self.accounts.set_disabled(bob, True, "ada"),
            self.accounts.set_disabled(bob, False, "ada"),
            self.accounts.remove(bob, "ada"),
        ):
            self.assertRaises(NotFound, self.do, work)
        self.assertEqual(self.new_notes(), [])
