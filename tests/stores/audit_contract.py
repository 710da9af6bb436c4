"""What every audit log must do."""

from zope.interface.verify import verifyObject

from authsrv.core.audit import Action, Entry
from authsrv.interfaces import IAuditLog
from tests.stores.account_case import AccountCase
from tests.stores.contract import NOW, result


class AuditContract(AccountCase):
    """The audit log."""

    def record(self, *entries: Entry) -> None:
        """Keep them in order."""
        for entry in entries:
            result(self.store.record(entry))

    def test_interface(self) -> None:
        """The store provides what the rules need."""
        self.assertTrue(verifyObject(IAuditLog, self.store))

    def test_round_trip(self) -> None:
        """What is read equals what was kept, in every field."""
        full = Entry(NOW + 0.5, Action.LOGIN, "done", "a", "b", "192.0.2.1", {"session": "한"})
        bare = Entry(NOW, Action.SETUP, "wrong-password", None, None)
        self.record(full, bare)
        self.assertEqual(result(self.store.entries(None, 10)), [bare, full])

    def test_newest_first(self) -> None:
        """The latest kept come first, though the clock was stepped back, and no more than asked."""
        kept = [Entry(NOW - n, Action.LOGOUT, str(n), "a", "a") for n in range(5)]
        self.record(*kept)
        self.assertEqual(result(self.store.entries(None, 3)), kept[:1:-1])

    def test_about_one(self) -> None:
        """One account's entries are those about it, whoever did it."""
        alice = Entry(NOW, Action.LOGIN, "done", "bob", "alice")
        bob = Entry(NOW, Action.LOGIN, "done", "alice", "bob")
        self.record(alice, bob)
        self.assertEqual(result(self.store.entries("alice", 10)), [alice])

    def test_outlives_the_account(self) -> None:
        """A removed account's entries stay."""
        self.add()
        entry = Entry(NOW, Action.LOGIN, "done", "id-alice", "id-alice")
        self.record(entry)
        result(self.store.remove("id-alice"))
        self.assertEqual(result(self.store.entries("id-alice", 10)), [entry])

    def test_hostile_text(self) -> None:
        """An entry with what no database takes as text is kept all the same."""
        self.record(Entry(NOW, Action.LOGIN, "\0", "\ud800", "b", "\udcff", {"k\0": "\ud800\0"}))
        (found,) = result(self.store.entries("b", 10))
        self.assertEqual(found.action, Action.LOGIN)
        for text in ("\ud800", "a\0b", "' OR 1=1 --"):
            self.assertEqual(result(self.store.entries(text, 9)), [])
