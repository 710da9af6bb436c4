"""Passwords: checked, chosen, kept up to date."""

from unicodedata import normalize

from authsrv.core.errors import InvalidFields, NotFound
from authsrv.flows.passwords import Passwords
from authsrv.testing import PASSWORD
from tests.flows.samples import NEW, WRONG, HouseCase

KOREAN = "비밀번호는 열다섯 글자를 넘어야 한다"


class PasswordsTests(HouseCase):
    """Passwords that are kept here."""

    @property
    def passwords(self) -> Passwords:
        """What is tested."""
        return self.house.flows.accounts.passwords

    def fits(self, password: str) -> bool:
        """Whether it is alice's."""
        account = self.do(self.house.accounts.by_id(self.alice.id))
        return self.do(self.passwords.check(account, "alice", password))

    def test_check(self) -> None:
        """The account's password fits and no other does."""
        self.assertEqual([self.fits(p) for p in (PASSWORD, WRONG, "")], [True, False, False])

    def test_one_text_two_spellings(self) -> None:
        """A password composed of other code points that are the same text is the same."""
        self.do(self.passwords.store_new(self.alice, KOREAN))
        decomposed = normalize("NFD", KOREAN)
        self.assertNotEqual(decomposed, KOREAN)
        self.assertTrue(self.fits(decomposed))

    def test_too_long(self) -> None:
        """A text that is no password costs a decoy and fits nobody."""
        self.assertFalse(self.fits("x" * 1025))
        self.assertFalse(self.fits("\ud800" * 20))
        self.assertEqual(self.house.hasher.verified, [None, None])

    def test_outdated_and_wrong(self) -> None:
        """A wrong password never raises the cost of an outdated hash."""
        old = "old:" + PASSWORD
        self.do(self.house.accounts.upgrade_hash(self.alice.id, "plain:" + PASSWORD, old))
        self.fits(WRONG)
        account = self.do(self.house.accounts.by_id(self.alice.id))
        assert account is not None
        self.assertEqual(account.password_hash, old)

    def test_long(self) -> None:
        """A password of 64 characters, or of 1,024 bytes, is taken whole: its last one counts."""
        for size in (64, 1024):
            long = ("correct horse battery staple " * 40)[:size]
            self.alice = self.do(self.passwords.store_new(self.alice, long))
            self.assertTrue(self.fits(long))
            self.assertFalse(self.fits(long[:-1] + "!"))
            self.assertFalse(self.fits(long[:-1]))

    def test_too_long_to_choose(self) -> None:
        """A password over 1,024 bytes cannot be chosen."""
        work = self.passwords.new_hash("长" * 342, [])
        self.assertEqual(
            self.assertRaises(InvalidFields, self.do, work).fields, {"password": "password-long"}
        )

    def test_store_new(self) -> None:
        """A new password raises the epoch, which ends every older session."""
        changed = self.do(self.passwords.store_new(self.alice, NEW))
        self.assertEqual(changed.epoch, self.alice.epoch + 1)

    def test_store_new_too_late(self) -> None:
        """Whoever read the account before another change changes nothing."""
        self.do(self.passwords.store_new(self.alice, NEW))
        work = self.passwords.store_new(self.alice, "one more good password")
        self.assertRaises(NotFound, self.do, work)
        self.assertTrue(self.fits(NEW))
