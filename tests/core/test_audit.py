"""The audit log's entries."""

from twisted.trial.unittest import SynchronousTestCase

from authsrv.core.audit import Action, Entry

# Logs are kept for years: these words cannot change.
WRITTEN = {
    "setup", "login", "logout", "session-revoked", "password-changed", "account-added",
    "account-removed", "account-disabled", "account-enabled",
}  # fmt: skip


class EntryTests(SynchronousTestCase):
    """One line."""

    def test_words(self) -> None:
        """The words that stand in the log stay the same, and each is read back as its action."""
        self.assertLessEqual(WRITTEN, {action.value for action in Action})
        for word in WRITTEN:
            self.assertEqual(Action(word).value, word)

    def test_own_facts(self) -> None:
        """Facts are nobody else's: two entries do not share them."""
        one, other = (Entry(1.0, Action.LOGIN, "done", None, None) for _ in range(2))
        self.assertEqual((dict(one.facts), one.address), ({}, ""))
        self.assertIsNot(one.facts, other.facts)

    def test_frozen(self) -> None:
        """What happened cannot be changed afterwards."""
        entry = Entry(1.0, Action.LOGIN, "done", "a1", "a1", "192.0.2.1", {"why": "x"})
        with self.assertRaises(AttributeError):
            entry.outcome = "refused"  # type: ignore[misc]  # frozen: that is the test
