"""What every account store must do."""

from attrs import evolve
from zope.interface.verify import verifyObject

from authsrv.core.accounts import MOST_BROWSERS, Account
from authsrv.core.errors import NameTaken
from authsrv.interfaces import IAccountStore
from tests.stores.account_case import AccountCase
from tests.stores.account_machine import AccountMachine
from tests.stores.contract import NOW, result, run_model
from tests.stores.samples import LINK, OTHER, account, signed_in


class AccountContract(AccountCase):
    """Say what :meth:`make_store` makes, and these must pass."""

    def test_interface(self) -> None:
        """The store provides what the rules need."""
        self.assertTrue(verifyObject(IAccountStore, self.store))

    def test_round_trip(self) -> None:
        """What is found equals what was added, in every field, by id and by name."""
        bare = Account("id-bob", "bob", created_at=NOW)
        result(self.store.add(bare, "bob"))
        for added in (self.add(), self.add("여우", admin=False, disabled=True, epoch=7), bare):
            self.assertEqual(result(self.store.by_id(added.id)), added)
            self.assertEqual(result(self.store.by_name(added.name)), added)

    def test_absent(self) -> None:
        """What nobody added is absent, and every change of it says so."""
        self.assertIsNone(self.get())
        self.assertIsNone(result(self.store.by_name("alice")))
        self.assertIsNone(result(self.store.set_password("id-alice", "h", 0)))
        self.assertIsNone(result(self.store.end_epoch("id-alice")))
        self.assertIsNone(result(self.store.set_disabled("id-alice", True)))
        self.assertFalse(result(self.store.remove("id-alice")))
        self.assertFalse(result(self.store.knows_browser("id-alice", LINK)))

    def test_hostile_text(self) -> None:
        """What no database takes as text finds nothing and harms nothing."""
        for text in ("\ud800", "a\0b", "' OR 1=1 --"):
            self.assertIsNone(result(self.store.by_name(text)))
            self.assertIsNone(result(self.store.by_id(text)))
            self.assertEqual(result(self.store.list_accounts(text, 0)), [])

    def test_name_taken(self) -> None:
        """A name, or one that looks like it, belongs to one account."""
        added = self.add()
        for name, skeleton in (("alice", "other"), ("a1ice", "alice")):
            clash = account(name, id="another")
            self.assertRaises(NameTaken, result, self.store.add(clash, skeleton))
            self.assertIsNone(result(self.store.by_id("another")))
        self.assertEqual(self.get(), added)

    def test_name_is_free_again(self) -> None:
        """A removed account's name and skeleton may be used again."""
        self.add()
        self.assertTrue(result(self.store.remove("id-alice")))
        self.assertFalse(result(self.store.remove("id-alice")))
        self.assertIsNone(self.get())
        self.assertEqual(self.add(), self.get())

    def test_set_password(self) -> None:
        """A new password raises the epoch, and what is returned is what is kept."""
        added = self.add(epoch=4)
        changed = result(self.store.set_password(added.id, "new", 4))
        self.assertEqual(changed, evolve(added, password_hash="new", epoch=5))
        self.assertEqual(self.get(), changed)

    def test_set_password_once(self) -> None:
        """Of two who change the password of one epoch the second changes nothing."""
        added = self.add()
        first = result(self.store.set_password(added.id, "first", 0))
        self.assertIsNone(result(self.store.set_password(added.id, "second", 0)))
        self.assertEqual(self.get(), first)

    def test_upgrade_hash(self) -> None:
        """A hash is replaced only while it is the one that was verified; the epoch stays."""
        added = self.add()
        result(self.store.upgrade_hash(added.id, "$argon2id$other", "wrong"))
        self.assertEqual(self.get(), added)
        result(self.store.upgrade_hash(added.id, "$argon2id$old", "right"))
        self.assertEqual(self.get(), evolve(added, password_hash="right"))

    def test_end_epoch(self) -> None:
        """Ending the epoch raises it, for that account alone."""
        added, other = self.add(), self.add("bob")
        self.assertEqual(result(self.store.end_epoch(added.id)), evolve(added, epoch=1))
        self.assertEqual([self.get(), self.get("bob")], [evolve(added, epoch=1), other])

    def test_disable(self) -> None:
        """Disabling raises the epoch; enabling does not."""
        added = self.add()
        disabled = result(self.store.set_disabled(added.id, True))
        self.assertEqual(disabled, evolve(added, disabled=True, epoch=1))
        self.assertEqual(self.get(), disabled)
        enabled = result(self.store.set_disabled(added.id, False))
        self.assertEqual(enabled, evolve(added, epoch=1))

    def test_list(self) -> None:
        """Accounts come in pages, in order of name."""
        self.assertTrue(result(self.store.is_empty()))
        for name in ("carol", "alice", "여우", "bob"):
            self.add(name)
        self.assertFalse(result(self.store.is_empty()))
        pages = [result(self.store.list_accounts(after, 2)) for after in ("", "bob", "여우")]
        names = [[each.name for each in page] for page in pages]
        self.assertEqual(names, [["alice", "bob"], ["carol", "여우"], []])

    def test_browsers(self) -> None:
        """A browser is known to the account it has signed in to, and to no other."""
        self.add()
        self.add("bob")
        for now in (NOW, NOW + 1):
            result(self.store.record(signed_in("id-alice", now), LINK))
        known = [
            result(self.store.knows_browser(*who))
            for who in (("id-alice", LINK), ("id-alice", OTHER), ("id-bob", LINK))
        ]
        self.assertEqual(known, [True, False, False])

    def test_most_browsers(self) -> None:
        """Of very many browsers the latest are known."""
        result(self.store.add(account("alice"), "alice"))
        for number in range(MOST_BROWSERS + 2):
            digest = bytes([number]) * 32
            result(self.store.record(signed_in("id-alice", NOW + number), digest))
        known = [
            result(self.store.knows_browser("id-alice", bytes([number]) * 32))
            for number in range(MOST_BROWSERS + 2)
        ]
        self.assertEqual(known, [False] * 2 + [True] * MOST_BROWSERS)

    def test_browsers_are_forgotten(self) -> None:
        """After a new password or a removal no browser is known."""
        self.add()
        self.add("bob")
        for who in ("id-alice", "id-bob"):
            result(self.store.record(signed_in(who, NOW), LINK))
        result(self.store.set_password("id-alice", "new", 0))
        self.assertFalse(result(self.store.knows_browser("id-alice", LINK)))
        self.assertTrue(result(self.store.knows_browser("id-bob", LINK)))
        result(self.store.remove("id-bob"))
        self.add("bob")
        self.assertFalse(result(self.store.knows_browser("id-bob", LINK)))

    def test_failed_password_keeps_browsers(self) -> None:
        """A password change that came too late forgets no browser."""
        self.add(epoch=1)
        result(self.store.record(signed_in("id-alice", NOW), LINK))
        result(self.store.set_password("id-alice", "new", 0))
        self.assertTrue(result(self.store.knows_browser("id-alice", LINK)))

    def test_browser_of_nobody(self) -> None:
        """A browser of an account that is gone is not remembered, and that is no error."""
        result(self.store.record(signed_in("id-alice", NOW), LINK))
        self.add()
        self.assertFalse(result(self.store.knows_browser("id-alice", LINK)))

    def test_close_twice(self) -> None:
        """Closing twice is no error."""
        result(self.store.close())
        result(self.store.close())

    def test_model(self) -> None:
        """Whatever is done in whatever order, the store answers as a dictionary would."""
        run_model(lambda: AccountMachine(self.make_store()))
